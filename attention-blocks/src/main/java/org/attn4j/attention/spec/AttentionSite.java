package org.attn4j.attention.spec;

import java.util.Objects;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;

/**
 * The site where a mechanism will stand: what the model around it settles.
 *
 * @param slot who attends to whom
 * @param layer the number of the layer, from 0
 * @param modelSize D, the features of query, key, value and context
 * @param heads N, for mechanisms with heads
 * @param dropout the rate at which weights are dropped in training, in [0, 1)
 * @param maxLength the most positions that a sequence will have, for mechanisms with parameters by
 *     position
 * @param rotary positions that rotate queries and keys, for mechanisms that project them; null for
 *     none
 */
public record AttentionSite(
        AttentionSlot slot,
        int layer,
        int modelSize,
        int heads,
        float dropout,
        int maxLength,
        RotaryEmbedding rotary) {

    public AttentionSite {
        Objects.requireNonNull(slot, "slot");
        Require.that(
                layer >= 0 && modelSize >= 1 && heads >= 1 && maxLength >= 1,
                "layer must be at least 0, modelSize, heads and maxLength at least 1,"
                        + " got layer=%s, modelSize=%s, heads=%s, maxLength=%s",
                layer,
                modelSize,
                heads,
                maxLength);
        Require.that(
                dropout >= 0 && dropout < 1, "dropout must be in [0, 1), got dropout=%s", dropout);
    }

    /**
     * Refuses rotary positions, for a mechanism that has no heads of queries and keys to rotate.
     */
    void requireNoRotary(String mechanism) {
        Require.that(
                rotary == null,
                "%s has no heads of queries and keys that rotary positions could"
                        + " rotate: use sinusoidal or learned positions, or a multi-head mechanism",
                mechanism);
    }
}
