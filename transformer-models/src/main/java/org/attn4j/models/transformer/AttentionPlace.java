package org.attn4j.models.transformer;

/** Where in an encoder-decoder model an attention mechanism stands. */
public enum AttentionPlace {
    /** Source tokens attend to source tokens. */
    ENCODER_SELF,
    /** Target tokens attend to earlier target tokens. */
    DECODER_SELF,
    /** Target tokens attend to the encoded source. */
    CROSS
}
