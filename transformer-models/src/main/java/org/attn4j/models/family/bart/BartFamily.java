package org.attn4j.models.family.bart;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** BART: {@code model_type} {@code bart}. */
public final class BartFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public BartFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("bart");
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "BartModel",
                "BartForConditionalGeneration",
                "BartForSequenceClassification",
                "BartForQuestionAnswering");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BartConfig config = BartConfig.of(reader, BartVariant.BART);
        PretrainedModel model = BartModel.create(architecture, config, BartVariant.BART, reader);
        reader.finish();
        return model;
    }
}
