package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.MaskArrays;

/**
 * How the scores of a query become the weights of its keys.
 *
 * <p>One with parameters is also a {@link ai.djl.nn.Block}, and becomes a child of the mechanism
 * that uses it. It keeps nothing of a call and serves several threads.
 */
public interface Alignment {

    /**
     * Turns scores into weights.
     *
     * @param parameters where the parameters of this alignment are found; may be null if it has
     *     none
     * @param scores raw scores, (B, N, T, S)
     * @param mask who sees whom, and what is added to the scores
     * @param training whether this is a training pass
     * @return the weights, (B, N, T, S), of the type of the scores: not negative, with a sum of 1
     *     for each query that sees a key. A hidden key has exactly 0, and a query that sees nothing
     *     has zeros alone and passes no gradient
     */
    NDArray weights(ParameterStore parameters, NDArray scores, MaskArrays mask, boolean training);

    /**
     * Does the same, and tells what arises on the way, for a mapping that has more than scores and
     * weights.
     *
     * @param parameters where the parameters of this alignment are found
     * @param scores raw scores, (B, N, T, S)
     * @param mask who sees whom, and what is added to the scores
     * @param observer is told the stages; null for nobody
     * @param training whether this is a training pass
     * @return the weights, (B, N, T, S)
     */
    default NDArray weights(
            ParameterStore parameters,
            NDArray scores,
            MaskArrays mask,
            AttentionObserver observer,
            boolean training) {
        return weights(parameters, scores, mask, training);
    }
}
