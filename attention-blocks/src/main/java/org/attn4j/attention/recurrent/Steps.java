package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.stream.Collectors;

/** Sequences as lists of steps, and back. */
public final class Steps {

    private Steps() {}

    /**
     * Takes a batch of sequences apart.
     *
     * @param x (B, S, F)
     * @return S arrays (B, F)
     */
    public static List<NDArray> of(NDArray x) {
        long steps = x.getShape().get(1);
        if (steps == 1) {
            return List.of(x.squeeze(1));
        }
        return x.split(steps, 1).stream().map(step -> step.squeeze(1)).collect(Collectors.toList());
    }

    /**
     * Puts steps together.
     *
     * @param steps S arrays (B, F)
     * @return (B, S, F)
     */
    public static NDArray together(List<NDArray> steps) {
        return NDArrays.stack(new NDList(steps), 1);
    }
}
