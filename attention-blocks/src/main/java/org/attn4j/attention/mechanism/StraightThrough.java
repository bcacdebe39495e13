package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;

/**
 * What a straight-through look of {@link HardAttention} is made of.
 *
 * @param weights α, the distribution without noise, (B, 1, T, S)
 * @param soft the relaxed sample, softmax((log α + g) / τ), (B, 1, T, S)
 * @param hard its largest position as ones and zeros, exactly; the gradient is that of {@code
 *     soft}. (B, 1, T, S); zeros for a query that sees nothing
 * @param positions the largest position, (B, T) of int64; 0 for a query that sees nothing
 * @param context the values at these positions, (B, T, Dv)
 */
public record StraightThrough(
        NDArray weights, NDArray soft, NDArray hard, NDArray positions, NDArray context) {}
