package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;

/**
 * Weights many of which may be exactly zero, and where they were cut off.
 *
 * @param weights (B, N, T, S), of the type of the scores
 * @param threshold τ of each query, (B, N, T, 1), in float32 or wider; a key has weight if its
 *     masked score, times the factor that the mapping gives it, lies above
 */
public record SparseWeights(NDArray weights, NDArray threshold) {}
