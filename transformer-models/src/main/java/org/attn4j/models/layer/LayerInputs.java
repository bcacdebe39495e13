package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Objects;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;

/**
 * What the layers of a stack look at beside the hidden states, the same for all of them.
 *
 * @param mask who sees whom, from the T new positions to the S cached and new ones; never null
 * @param positions the positions of the tokens, (B, T) or (T) of int64; null for those after the
 *     cached ones
 * @param globals which tokens are global where attention is sparse, (B, S), boolean or of zeros and
 *     ones; null for none
 * @param memory what cross-attention looks at, (B, S', D'); null without cross-attention
 * @param memoryMask which positions of the memory are seen; never null
 * @param cache keys and values of the tokens before, which the new ones are added to, and of the
 *     memory; null for none
 * @param observer receives the weights as {@code layers.i.self_attn} and {@code
 *     layers.i.encoder_attn}, and the states as {@code hidden_states.i}; null for nobody
 */
public record LayerInputs(
        AttentionMask mask,
        NDArray positions,
        NDArray globals,
        NDArray memory,
        AttentionMask memoryMask,
        DecoderCache cache,
        AttentionObserver observer) {

    public LayerInputs {
        Objects.requireNonNull(mask, "mask: use AttentionMask.none()");
        Objects.requireNonNull(memoryMask, "memoryMask: use AttentionMask.none()");
    }

    /**
     * Returns inputs of a mask alone.
     *
     * @param mask who sees whom
     * @return the inputs, without positions, memory, cache and observer
     */
    public static LayerInputs of(AttentionMask mask) {
        return new LayerInputs(mask, null, null, null, AttentionMask.none(), null, null);
    }

    /**
     * Returns these inputs with another mask.
     *
     * @param other who sees whom
     * @return the new inputs
     */
    public LayerInputs withMask(AttentionMask other) {
        return new LayerInputs(other, positions, globals, memory, memoryMask, cache, observer);
    }

    /**
     * Returns these inputs with positions.
     *
     * @param tokens the positions of the tokens, (B, T) or (T) of int64; null for the natural order
     * @return the new inputs
     */
    public LayerInputs withPositions(NDArray tokens) {
        return new LayerInputs(mask, tokens, globals, memory, memoryMask, cache, observer);
    }

    /**
     * Returns these inputs with global tokens, for sparse attention.
     *
     * @param tokens (B, S), boolean or of zeros and ones; null for none
     * @return the new inputs
     */
    public LayerInputs withGlobals(NDArray tokens) {
        return new LayerInputs(mask, positions, tokens, memory, memoryMask, cache, observer);
    }

    /**
     * Returns these inputs with a memory for cross-attention.
     *
     * @param encoded (B, S', D')
     * @param visible which of its positions are seen
     * @return the new inputs
     */
    public LayerInputs withMemory(NDArray encoded, AttentionMask visible) {
        return new LayerInputs(mask, positions, globals, encoded, visible, cache, observer);
    }

    /**
     * Returns these inputs with caches.
     *
     * @param kept of the stack that these inputs are for; null for none
     * @return the new inputs
     */
    public LayerInputs withCache(DecoderCache kept) {
        return new LayerInputs(mask, positions, globals, memory, memoryMask, kept, observer);
    }

    /**
     * Returns these inputs with an observer.
     *
     * @param told receives weights and states; null for nobody
     * @return the new inputs
     */
    public LayerInputs withObserver(AttentionObserver told) {
        return new LayerInputs(mask, positions, globals, memory, memoryMask, cache, told);
    }

    /** How many tokens went before. */
    long cached() {
        return cache == null ? 0 : cache.length();
    }

    /** These inputs with masks that are ready for every layer. */
    LayerInputs realise(NDManager manager, long length) {
        AttentionMask seen = mask.realise(manager, length, cached() + length);
        AttentionMask remembered =
                memory == null
                        ? memoryMask
                        : memoryMask.realise(manager, length, memory.getShape().get(1));
        return new LayerInputs(seen, positions, globals, memory, remembered, cache, observer);
    }

    AttentionObserver observer(int layer, String site) {
        return observer == null ? null : observer.at("layers." + layer).at(site);
    }

    void tellStates(int layer, NDArray states) {
        if (observer != null) {
            observer.hidden("hidden_states." + layer, states);
        }
    }
}
