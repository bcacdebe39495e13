package org.attn4j.models.family.transformer;

import java.util.Locale;
import org.attn4j.attention.Attention;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.Mechanisms;

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
        return (slot, layer, config) -> {
            AttentionSpec spec = config.attention().at(slot);
            try {
                if (slot != AttentionSlot.CROSS) {
                    requirePositions(spec, config.positions());
                }
                return Mechanisms.create(spec, site(slot, layer, config));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "attention at " + slot.label() + ": " + e.getMessage(), e);
            }
        };
    }

    /** A model that asks its attention for positions must not get a bag of tokens. */
    private static void requirePositions(AttentionSpec spec, PositionKind positions) {
        MechanismInfo info = Mechanisms.named(spec.mechanism()).info();
        boolean taken =
                switch (positions) {
                    case ROTARY -> info.rotary();
                    case ALIBI, RELATIVE -> info.scoreBias();
                    default -> true;
                };
        if (!taken) {
            throw new IllegalArgumentException(
                    "%s takes no %s positions: set positions to sinusoidal or learned"
                            .formatted(info.name(), positions.name().toLowerCase(Locale.ROOT)));
        }
    }

    private static AttentionSite site(AttentionSlot slot, int layer, TransformerConfig config) {
        int heads =
                slot == AttentionSlot.ENCODER_SELF ? config.encoderHeads() : config.decoderHeads();
        boolean rotary = config.positions() == PositionKind.ROTARY && slot != AttentionSlot.CROSS;
        return new AttentionSite(
                slot,
                layer,
                config.modelSize(),
                heads,
                config.attentionDropout(),
                config.maxLength(),
                rotary
                        ? RotaryEmbedding.builder().setSize(config.modelSize() / heads).build()
                        : null,
                config.prunedHeads().at(slot, layer));
    }
}
