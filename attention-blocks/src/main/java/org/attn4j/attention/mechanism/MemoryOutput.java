package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;

/**
 * What {@link MemoryAttention} and {@link KeyValueMemory} give. The weights of the hops are told to
 * the observer of the inputs.
 *
 * @param logits the score of each answer, (B, V) or (B, C)
 * @param states the query before the first hop and after each, (B, K + 1, d)
 * @param reads what each hop has read, (B, K, d)
 */
public record MemoryOutput(NDArray logits, NDArray states, NDArray reads) {}
