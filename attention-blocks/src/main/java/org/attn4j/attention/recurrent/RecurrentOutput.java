package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;

/**
 * What a recurrent stack gives for a batch of sequences.
 *
 * @param output the top layer's hidden state at each position, (B, S, h), or (B, S, 2·h) of both
 *     directions, the forward one first; zero at hidden positions
 * @param last the state of each layer and direction after its last real position, (K, B, h),
 *     ordered layer 0 forward, layer 0 backward, layer 1 forward …; a backward direction ends at
 *     the first position
 */
public record RecurrentOutput(NDArray output, RecurrentState last) {}
