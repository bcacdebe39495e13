package org.attn4j.models.family.recurrent;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** Recurrent encoder-decoders that attend: {@code model_type} {@code attn4j-recurrent}. */
public final class RecurrentFamily implements ModelFamily {

    static final String MODEL_TYPE = "attn4j-recurrent";
    static final String RECURRENT = "RecurrentModel";

    /** Creates the family; the service loader calls this. */
    public RecurrentFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public List<String> architectures() {
        return List.of(RECURRENT);
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        RecurrentConfig config = RecurrentConfig.of(reader);
        reader.finish();
        return new RecurrentModel(config);
    }
}
