package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.Kernels;

/** What layers and heads share. */
public final class Layers {

    private Layers() {}

    /**
     * Runs a block of one input and one output.
     *
     * @param block the block
     * @param parameters where its parameters are found
     * @param x its input
     * @param training whether this is a training pass
     * @return its output
     */
    public static NDArray apply(
            Block block, ParameterStore parameters, NDArray x, boolean training) {
        return block.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /**
     * Drops elements in a training pass; costs nothing at rate 0 and in prediction.
     *
     * @param x any array
     * @param rate how many of its elements become 0, in [0, 1)
     * @param training whether this is a training pass
     * @return an array of the same shape
     */
    public static NDArray dropout(NDArray x, float rate, boolean training) {
        return training && rate > 0 ? Kernels.of(x.getManager()).dropout().dropout(x, rate) : x;
    }
}
