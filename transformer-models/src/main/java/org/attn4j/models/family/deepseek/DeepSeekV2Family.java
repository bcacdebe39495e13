package org.attn4j.models.family.deepseek;

/** DeepSeek-V2 with its heads: {@code model_type} {@code deepseek_v2}. */
public final class DeepSeekV2Family extends DeepSeekFamily {

    /** Creates the family; the service loader calls this. */
    public DeepSeekV2Family() {
        super("deepseek_v2", "DeepseekV2", DeepSeekConfig::ofV2, "ForSequenceClassification");
    }
}
