package org.attn4j.models.family.transformer;

import java.util.Objects;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Mechanisms;

/**
 * Which attention mechanism stands in each slot of a {@link TransformerModel}.
 *
 * @param encoderSelf the encoder's self-attention
 * @param decoderSelf the decoder's self-attention
 * @param cross the decoder's attention to the encoded source
 */
public record TransformerAttention(
        AttentionSpec encoderSelf, AttentionSpec decoderSelf, AttentionSpec cross) {

    private static final TransformerAttention MULTI_HEAD = everywhere("multi-head");

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if there is no such mechanism or option, or if a mechanism
     *     cannot stand in its slot: then with the reason and the slots where it fits
     */
    public TransformerAttention {
        check("encoderSelf", encoderSelf, AttentionSlot.ENCODER_SELF);
        check("decoderSelf", decoderSelf, AttentionSlot.DECODER_SELF);
        check("cross", cross, AttentionSlot.CROSS);
    }

    private static void check(String name, AttentionSpec spec, AttentionSlot slot) {
        Objects.requireNonNull(spec, name);
        try {
            Mechanisms.check(spec, slot);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the paper's choice.
     *
     * @return multi-head attention in every slot
     */
    public static TransformerAttention multiHead() {
        return MULTI_HEAD;
    }

    private static TransformerAttention everywhere(String mechanism) {
        AttentionSpec spec = AttentionSpec.named(mechanism);
        return new TransformerAttention(spec, spec, spec);
    }

    /**
     * Returns what stands in a slot.
     *
     * @param slot the slot
     * @return the specification of its mechanism
     */
    public AttentionSpec at(AttentionSlot slot) {
        return switch (slot) {
            case ENCODER_SELF -> encoderSelf;
            case DECODER_SELF -> decoderSelf;
            case CROSS -> cross;
        };
    }

    /**
     * Returns this choice with another mechanism in one slot.
     *
     * @param slot the slot
     * @param spec what stands there
     * @return the new choice
     */
    public TransformerAttention with(AttentionSlot slot, AttentionSpec spec) {
        return new TransformerAttention(
                slot == AttentionSlot.ENCODER_SELF ? spec : encoderSelf,
                slot == AttentionSlot.DECODER_SELF ? spec : decoderSelf,
                slot == AttentionSlot.CROSS ? spec : cross);
    }
}
