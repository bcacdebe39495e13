package org.attn4j.models.family.transformer;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;

/** The Transformer of Vaswani et al. 2017: {@code model_type} {@code attn4j-transformer}. */
public final class TransformerFamily implements ModelFamily {

    static final String MODEL_TYPE = "attn4j-transformer";
    static final String TRANSFORMER = "TransformerModel";

    /** What converted checkpoints of OpenNMT call it. */
    static final String CONVERTED = "PreNormSeq2SeqTransformer";

    /** Creates the family; the service loader calls this. */
    public TransformerFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public List<String> architectures() {
        return List.of(TRANSFORMER, CONVERTED);
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        TransformerConfig config = TransformerConfig.of(reader);
        reader.finish();
        return new TransformerModel(config, AttentionFactory.configured(), architecture);
    }
}
