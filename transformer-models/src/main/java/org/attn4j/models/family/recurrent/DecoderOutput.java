package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;

/**
 * What a recurrent decoder computes for T steps. The weights (B, N, T, S) are told to the observer
 * as {@code attention}.
 *
 * @param logits (B, T, V)
 * @param states the top layer's hidden state after each step, (B, T, d)
 * @param context what attention gave at each step, (B, T, dc)
 * @param attentional the attentional vectors of {@link LuongDecoder}, (B, T, A); null for others
 * @param last what goes on to the next step
 */
public record DecoderOutput(
        NDArray logits, NDArray states, NDArray context, NDArray attentional, DecoderState last) {}
