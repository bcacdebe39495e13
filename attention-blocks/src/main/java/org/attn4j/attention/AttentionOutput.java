package org.attn4j.attention;

import ai.djl.ndarray.NDArray;

/**
 * What attending gives: the context and, when it was asked for, who looked at what.
 *
 * @param context the weighted values; (B, T, D) from a block, (B, N, T, H) from a kernel
 * @param weights how much each query takes from each key, (B, N, T, S), as they are before dropout;
 *     {@code null} unless an observer asked for them
 */
public record AttentionOutput(NDArray context, NDArray weights) {}
