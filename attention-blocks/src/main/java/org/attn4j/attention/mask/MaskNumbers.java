package org.attn4j.attention.mask;

import ai.djl.ndarray.NDArray;

/**
 * A mask as numbers, for one query length T and one key length S: float32 arrays broadcastable to
 * (B, N, T, S).
 *
 * @param visible one where the key is seen, zero where it is hidden
 * @param additive what is added to the scores: the bias where the key is seen, {@link
 *     AttentionMask#FLOOR} or less where it is hidden
 * @param seeing broadcastable to (B, N, T, 1): one where the query sees any key, zero where it sees
 *     none; null if every query sees some key. The additive form alone would average the values of
 *     a row that is all hidden, so the context is multiplied by this
 */
public record MaskNumbers(NDArray visible, NDArray additive, NDArray seeing) {}
