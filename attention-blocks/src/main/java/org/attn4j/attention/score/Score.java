package org.attn4j.attention.score;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;

/**
 * How well a query and a key fit: a number for each pair, before any mask.
 *
 * <p>It works in two halves, so that what depends on the keys alone is computed once and kept while
 * queries come step by step. A score with parameters is also a block ({@link ScoreBlock}), and a
 * child of the mechanism that uses it.
 */
public interface Score {

    /**
     * Prepares keys: everything that can be computed before a query is known.
     *
     * @param parameters where the parameters are found
     * @param key (B, S, Dk)
     * @param training whether this is a training pass
     * @return what is kept of the keys, (B, S, X), one row for each key in its order
     */
    NDArray keys(ParameterStore parameters, NDArray key, boolean training);

    /**
     * Scores every pair of a query and a key.
     *
     * @param parameters where the parameters are found
     * @param query (B, T, Dq)
     * @param keys what {@link #keys} returned, (B, S, X)
     * @param training whether this is a training pass
     * @return (B, T, S), on the manager of the query
     */
    NDArray scores(ParameterStore parameters, NDArray query, NDArray keys, boolean training);

    /**
     * Does the same, and tells the terms that a score is made of, for one that has any.
     *
     * @param parameters where the parameters are found
     * @param query (B, T, Dq)
     * @param keys what {@link #keys} returned, (B, S, X)
     * @param observer is told the stages; null for nobody
     * @param training whether this is a training pass
     * @return (B, T, S), on the manager of the query
     */
    default NDArray scores(
            ParameterStore parameters,
            NDArray query,
            NDArray keys,
            AttentionObserver observer,
            boolean training) {
        return scores(parameters, query, keys, training);
    }
}
