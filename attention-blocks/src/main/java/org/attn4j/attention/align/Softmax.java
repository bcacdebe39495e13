package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.MaskArrays;

/**
 * Softmax: {@code weights = exp(z) / Σ exp(z)} over the keys that a query sees.
 *
 * <p>The mapping of almost all attention since Bahdanau et al. 2015. Every key that is seen has
 * some weight. Scores in half precision are widened to float32 from the mask to the weights. Time
 * and memory B·N·T·S.
 */
public final class Softmax implements Alignment {

    /** The mapping; it has no state. */
    public static final Softmax INSTANCE = new Softmax();

    private Softmax() {}

    @Override
    public NDArray weights(
            ParameterStore parameters, NDArray scores, MaskArrays mask, boolean training) {
        return mask.softmax(scores); // (B, N, T, S)
    }
}
