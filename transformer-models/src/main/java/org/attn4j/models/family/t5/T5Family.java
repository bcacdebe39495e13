package org.attn4j.models.family.t5;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** T5 in both versions: {@code model_type} {@code t5}. */
public final class T5Family implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public T5Family() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("t5");
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "T5Model",
                "T5ForConditionalGeneration",
                "T5EncoderModel",
                "T5ForSequenceClassification",
                "T5ForTokenClassification",
                "T5ForQuestionAnswering");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        T5Config config = T5Config.of(reader);
        PretrainedModel model = T5Model.create(architecture, config, reader);
        reader.finish();
        return model;
    }
}
