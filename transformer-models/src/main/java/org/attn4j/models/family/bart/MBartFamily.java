package org.attn4j.models.family.bart;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** mBART: {@code model_type} {@code mbart}. */
public final class MBartFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public MBartFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("mbart");
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "MBartModel",
                "MBartForConditionalGeneration",
                "MBartForSequenceClassification",
                "MBartForQuestionAnswering");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BartConfig config = BartConfig.of(reader, BartVariant.MBART);
        PretrainedModel model = BartModel.create(architecture, config, BartVariant.MBART, reader);
        reader.finish();
        return model;
    }
}
