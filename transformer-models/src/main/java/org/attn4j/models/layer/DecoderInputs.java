package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;

/**
 * What a decoder layer works on.
 *
 * @param hidden (B, T, D)
 * @param mask who sees whom among the targets, cached ones included; never null
 * @param memory what the encoder gives, (B, S, D); null in a layer without cross-attention
 * @param memoryMask which places of the memory are seen; never null
 * @param selfCache keys and values of earlier targets, or null
 * @param memoryCache keys and values of the memory, or null
 * @param observer receives the weights as {@code self_attn} and {@code encoder_attn}, or null
 */
public record DecoderInputs(
        NDArray hidden,
        AttentionMask mask,
        NDArray memory,
        AttentionMask memoryMask,
        KeyValueCache selfCache,
        KeyValueCache memoryCache,
        AttentionObserver observer) {

    /** {@inheritDoc} */
    public DecoderInputs {
        Objects.requireNonNull(hidden, "hidden");
        Objects.requireNonNull(mask, "mask");
        Objects.requireNonNull(memoryMask, "memoryMask");
    }
}
