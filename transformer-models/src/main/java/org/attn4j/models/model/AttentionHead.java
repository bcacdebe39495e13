package org.attn4j.models.model;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.models.config.PrunedHeads;

/**
 * A head of a model.
 *
 * @param attention the key of its attention in {@link PrunedHeads}
 * @param slot which attention of the layer it is of
 * @param layer the number of the layer in its stack, from 0
 * @param head its number there, counted as before any was pruned
 */
public record AttentionHead(String attention, AttentionSlot slot, int layer, int head) {

    public AttentionHead {
        Objects.requireNonNull(attention, "attention");
        Objects.requireNonNull(slot, "slot");
    }

    /**
     * Returns heads as a configuration has them.
     *
     * @param heads heads of one model
     * @return the same heads
     */
    public static PrunedHeads all(Collection<AttentionHead> heads) {
        Map<String, Set<Integer>> numbers = new TreeMap<>();
        heads.forEach(
                it -> numbers.computeIfAbsent(it.attention, none -> new TreeSet<>()).add(it.head));
        return new PrunedHeads(numbers);
    }
}
