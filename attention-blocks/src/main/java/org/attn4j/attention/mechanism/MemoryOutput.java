package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;

/**
 * What {@link MemoryAttention} and {@link KeyValueMemory} give.
 *
 * @param logits the score of each answer, (B, V) or (B, C)
 * @param weights how much each hop takes from each slot, (B, K, n)
 * @param states the query before the first hop and after each, (B, K + 1, d)
 * @param reads what each hop has read, (B, K, d)
 */
public record MemoryOutput(NDArray logits, NDArray weights, NDArray states, NDArray reads) {}
