package org.attn4j.models.family.transformer;

import org.attn4j.attention.Attention;
import org.attn4j.attention.spec.AttentionSlot;

/** Makes the attention mechanisms of a {@link TransformerModel}. */
@FunctionalInterface
public interface AttentionFactory {

    /**
     * Makes one.
     *
     * @param slot where it will stand
     * @param layer number of its layer, from 0
     * @param config the model's hyperparameters
     * @return a mechanism from (B, T, D) to (B, T, D)
     */
    Attention create(AttentionSlot slot, int layer, TransformerConfig config);

    /**
     * Returns what the configuration names: the mechanisms of {@link
     * TransformerConfig#attention()}, with rotary positions in self-attention if it asks for them.
     *
     * @return the factory
     */
    static AttentionFactory configured() {
        return ConfiguredAttention.INSTANCE;
    }
}
