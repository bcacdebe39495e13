package org.attn4j.models.family.deepseek;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** DeepSeek-V2 with its heads: {@code model_type} {@code deepseek_v2}. */
public final class DeepSeekV2Family implements ModelFamily {

    private static final String NAME = "DeepseekV2";

    /** Creates the family; the service loader calls this. */
    public DeepSeekV2Family() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("deepseek_v2");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(NAME + "Model", NAME + "ForCausalLM", NAME + "ForSequenceClassification");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        return DeepSeekHeads.create(NAME, DeepSeekConfig.ofV2(reader), reader, architecture);
    }
}
