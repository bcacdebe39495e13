package org.attn4j.attention.spec;

import java.util.Objects;
import java.util.Set;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
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
 * @param prunedHeads the heads of N that the mechanism is made without
 */
public record AttentionSite(
        AttentionSlot slot,
        int layer,
        int modelSize,
        int heads,
        float dropout,
        int maxLength,
        RotaryEmbedding rotary,
        Set<Integer> prunedHeads) {

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
        prunedHeads = Set.copyOf(prunedHeads);
    }

    /**
     * Describes a site for a mechanism with all its heads.
     *
     * @param slot who attends to whom
     * @param layer the number of the layer, from 0
     * @param modelSize D
     * @param heads N
     * @param dropout the rate at which weights are dropped in training
     * @param maxLength the most positions that a sequence will have
     * @param rotary positions that rotate queries and keys; null for none
     */
    public AttentionSite(
            AttentionSlot slot,
            int layer,
            int modelSize,
            int heads,
            float dropout,
            int maxLength,
            RotaryEmbedding rotary) {
        this(slot, layer, modelSize, heads, dropout, maxLength, rotary, Set.of());
    }

    /** Refuses pruned heads, for a mechanism that has none that could be left out. */
    void requirePruned(Attention made, String mechanism) {
        boolean heeded =
                made instanceof MultiHeadAttention attention
                        && attention.heads().size() == heads - prunedHeads.size();
        Require.that(
                prunedHeads.isEmpty() || heeded,
                "%s has no heads that can be pruned, got prunedHeads=%s",
                mechanism,
                prunedHeads);
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
