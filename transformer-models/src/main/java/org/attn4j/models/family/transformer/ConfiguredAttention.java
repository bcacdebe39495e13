package org.attn4j.models.family.transformer;

import java.util.Locale;
import org.attn4j.attention.Attention;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.Mechanisms;

/** The attention that a configuration names. */
final class ConfiguredAttention implements AttentionFactory {

    static final AttentionFactory INSTANCE = new ConfiguredAttention();

    private ConfiguredAttention() {}

    @Override
    public Attention create(AttentionSlot slot, int layer, TransformerConfig config) {
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
