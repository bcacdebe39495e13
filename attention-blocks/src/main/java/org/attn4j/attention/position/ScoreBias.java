package org.attn4j.attention.position;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;

/** Positions told to attention by adding to its scores, from how far a key is from a query. */
public interface ScoreBias {

    /**
     * Returns what is added to the scores. The queries are the last T of the S positions, so that
     * it serves a cache too.
     *
     * @param parameters where parameters are found
     * @param manager where the result lives
     * @param queryLength T
     * @param keyLength S
     * @param training whether this is a training pass
     * @return (1, N, T, S)
     */
    NDArray bias(
            ParameterStore parameters,
            NDManager manager,
            long queryLength,
            long keyLength,
            boolean training);
}
