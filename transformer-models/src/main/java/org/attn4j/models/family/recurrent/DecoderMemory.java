package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.mask.AttentionMask;

/**
 * What a recurrent decoder attends to.
 *
 * @param states the encoder's states, (B, S, dm)
 * @param mask which of them are visible; {@link AttentionMask#none()} for all
 * @param cache keeps what attention makes of the states, so that it is made once for all steps; a
 *     {@link org.attn4j.attention.cache.MemoryCache}
 */
public record DecoderMemory(NDArray states, AttentionMask mask, KeyValueCache cache) {

    public DecoderMemory {
        Objects.requireNonNull(states, "states");
        Objects.requireNonNull(mask, "mask: use AttentionMask.none()");
        Objects.requireNonNull(cache, "cache");
    }
}
