package org.attn4j.attention;

import ai.djl.ndarray.NDArray;

/**
 * What attending gives. The weights are told to {@link AttentionInputs#observer()} and are not part
 * of it.
 *
 * @param context the weighted values, (B, T, D)
 */
public record AttentionOutput(NDArray context) {}
