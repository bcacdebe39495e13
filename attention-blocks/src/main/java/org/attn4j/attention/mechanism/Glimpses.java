package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;

/**
 * Where {@link HardAttention} looked, N times for each query, and how likely that was.
 *
 * @param weights α, the distribution that the positions were drawn from, (B, 1, T, S)
 * @param positions which key each query looked at, (N, B, T) of int64; 0 for a query that sees
 *     nothing
 * @param context the values at these positions, (N, B, T, Dv); zeros for a query that sees nothing.
 *     No gradient goes from here to the scores
 * @param logProbability log α at these positions, (N, B, T); 0 for a query that sees nothing
 * @param entropy −Σ α log α over the visible keys, (B, T)
 */
public record Glimpses(
        NDArray weights,
        NDArray positions,
        NDArray context,
        NDArray logProbability,
        NDArray entropy) {}
