package org.attn4j.models.family.deepseek;

/** DeepSeek-V3 with its heads: {@code model_type} {@code deepseek_v3}. */
public final class DeepSeekV3Family extends DeepSeekFamily {

    /** Creates the family; the service loader calls this. */
    public DeepSeekV3Family() {
        super(
                "deepseek_v3",
                "DeepseekV3",
                DeepSeekConfig::ofV3,
                "ForSequenceClassification",
                "ForTokenClassification");
    }
}
