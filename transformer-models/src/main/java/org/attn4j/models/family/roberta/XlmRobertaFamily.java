package org.attn4j.models.family.roberta;

import org.attn4j.models.model.encoder.EncoderConfig;

/** XLM-R, RoBERTa in a hundred languages: {@code model_type} {@code xlm-roberta}. */
public final class XlmRobertaFamily extends RobertaFamily {

    /** Creates the family; the service loader calls this. */
    public XlmRobertaFamily() {
        super(
                "xlm-roberta",
                "XLMRoberta",
                "roberta.",
                new EncoderConfig.Defaults(30522, 768, 12, 12, 3072, "gelu", 0.1, 2, 1, 512));
    }
}
