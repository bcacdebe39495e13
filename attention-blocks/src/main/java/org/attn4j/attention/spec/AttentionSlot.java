package org.attn4j.attention.spec;

import java.util.Locale;

/** The attentions of an encoder-decoder model that a mechanism can be. */
public enum AttentionSlot {
    /** Source tokens attend to source tokens. */
    ENCODER_SELF,
    /** Target tokens attend to earlier target tokens. */
    DECODER_SELF,
    /** Target tokens attend to the encoded source. */
    CROSS;

    /**
     * Returns the name that people read.
     *
     * @return {@code encoder-self}, {@code decoder-self} or {@code cross}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static AttentionSlot ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
