package org.attn4j.models.family.deepseek;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** DeepSeek-V3 with its heads: {@code model_type} {@code deepseek_v3}. */
public final class DeepSeekV3Family implements ModelFamily {

    private static final String NAME = "DeepseekV3";

    /** Creates the family; the service loader calls this. */
    public DeepSeekV3Family() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("deepseek_v3");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                NAME + "Model",
                NAME + "ForCausalLM",
                NAME + "ForSequenceClassification",
                NAME + "ForTokenClassification");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        return DeepSeekHeads.create(NAME, DeepSeekConfig.ofV3(reader), reader, architecture);
    }
}
