package org.attn4j.attention.norm;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;

/**
 * What is done to the heads of queries and keys before their dot product, so that no score grows
 * without bound.
 *
 * <p>The scores stay dot products: every attention kernel serves. Rotary positions come after it.
 * One with parameters is also a {@link ai.djl.nn.Block}, and becomes a child of the mechanism that
 * uses it.
 */
public interface QueryKeyNorm {

    /**
     * Normalises queries, and multiplies them by a learned factor if there is one.
     *
     * @param parameters where the parameters are found
     * @param queryHeads (B, N, T, H)
     * @param training whether this is a training pass
     * @return (B, N, T, H)
     */
    NDArray query(ParameterStore parameters, NDArray queryHeads, boolean training);

    /**
     * Normalises keys.
     *
     * @param parameters where the parameters are found
     * @param keyHeads (B, G, S, H)
     * @param training whether this is a training pass
     * @return (B, G, S, H), which is what a cache holds
     */
    NDArray key(ParameterStore parameters, NDArray keyHeads, boolean training);

    /**
     * Returns the factor on the dot products that goes with this norm.
     *
     * @param headSize H
     * @return the factor
     */
    double scale(long headSize);
}
