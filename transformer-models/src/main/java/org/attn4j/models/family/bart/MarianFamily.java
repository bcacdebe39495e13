package org.attn4j.models.family.bart;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** Marian: {@code model_type} {@code marian}. */
public final class MarianFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public MarianFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("marian");
    }

    @Override
    public List<String> architectures() {
        return List.of("MarianModel", "MarianMTModel");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BartConfig config = BartConfig.of(reader, BartVariant.MARIAN);
        PretrainedModel model = BartModel.create(architecture, config, BartVariant.MARIAN, reader);
        reader.finish();
        return model;
    }
}
