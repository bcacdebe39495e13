package org.attn4j.models.family.longformer;

import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.roberta.RobertaHeads;
import org.attn4j.models.family.roberta.RobertaWeights;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.EncoderTaskModel;

/** Longformer with its heads: {@code model_type} {@code longformer}. */
public final class LongformerFamily implements ModelFamily {

    private static final String CLASS = "Longformer";
    private static final String PREFIX = "longformer.";

    /** Creates the family; the service loader calls this. */
    public LongformerFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("longformer");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "LongformerModel",
                "LongformerForMaskedLM",
                "LongformerForSequenceClassification",
                "LongformerForMultipleChoice",
                "LongformerForTokenClassification",
                "LongformerForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        String task = architecture.substring(CLASS.length());
        LongformerConfig config = LongformerConfig.of(reader);
        LongformerModel model = new LongformerModel(config, task);
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        RobertaHeads.create(task, reader, config.layers(), model.tokens()),
                        weights(task, config.layers().tieEmbeddings()),
                        config.layers().initializerRange());
        reader.finish();
        return whole;
    }

    private static WeightTable weights(String task, boolean tied) {
        String attention = (task.equals("Model") ? "" : PREFIX) + "encoder.layer.*.attention.self.";
        String block = "model.encoder.layers.*.self_attn.global.";
        return RobertaWeights.of(PREFIX, task, tied)
                .add(attention + "query_global.*", block + "query_proj.*")
                .add(attention + "key_global.*", block + "key_proj.*")
                .add(attention + "value_global.*", block + "value_proj.*")
                .build();
    }
}
