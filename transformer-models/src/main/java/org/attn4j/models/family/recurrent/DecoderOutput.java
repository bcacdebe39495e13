package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;

/**
 * What a recurrent decoder computes for T steps.
 *
 * @param logits (B, T, V)
 * @param states the top layer's hidden state after each step, (B, T, d)
 * @param context what attention gave at each step, (B, T, dc)
 * @param attentional the attentional vectors of {@link LuongDecoder}, (B, T, d); null for others
 * @param weights who looked where, (B, N, T, S); null unless an observer asked for them
 * @param last what goes on to the next step
 */
public record DecoderOutput(
        NDArray logits,
        NDArray states,
        NDArray context,
        NDArray attentional,
        NDArray weights,
        DecoderState last) {}
