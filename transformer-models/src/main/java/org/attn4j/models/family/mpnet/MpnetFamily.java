package org.attn4j.models.family.mpnet;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderHeads;
import org.attn4j.models.model.encoder.EncoderWeights;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.SequenceHead.Summary;

/** MPNet with its heads: {@code model_type} {@code mpnet}. */
public final class MpnetFamily implements ModelFamily {

    private static final EncoderConfig.Defaults DEFAULTS =
            new EncoderConfig.Defaults(30527, 768, 12, 12, 3072, "gelu", 0.1, 0, 1, 512);

    private static final EncoderWeights.Layer LAYER =
            new EncoderWeights.Layer(
                    "attention.attn.q",
                    "attention.attn.k",
                    "attention.attn.v",
                    "attention.attn.o",
                    "attention.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm",
                    null);

    /** Creates the family; the service loader calls this. */
    public MpnetFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("mpnet");
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "MPNetModel",
                "MPNetForMaskedLM",
                "MPNetForSequenceClassification",
                "MPNetForMultipleChoice",
                "MPNetForTokenClassification",
                "MPNetForQuestionAnswering");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        reader.supportsOnly("position_embedding_type", "absolute");
        EncoderConfig config = EncoderConfig.of(reader, DEFAULTS);
        int biasRows = reader.integer("relative_attention_num_buckets", MpnetModel.BUCKETS);
        if (biasRows < MpnetModel.BUCKETS) {
            throw reader.invalid(
                    "relative_attention_num_buckets", "at least " + MpnetModel.BUCKETS);
        }
        String task = architecture.substring("MPNet".length());
        boolean pooled = task.equals("Model") || task.equals("ForMultipleChoice");
        float dropout = config.hiddenDropout();
        TokenEmbedding tokens = config.tokenEmbedding();
        EncoderHeads heads =
                new EncoderHeads(reader, config, tokens, "mpnet.", task.equals("Model"))
                        .add(
                                "encoder.relative_attention_bias.weight",
                                "relative_attention_bias.weight")
                        .addLayers("encoder.layer.*.", LAYER, "layers.*.")
                        .add("pooler.dense.*", "pooler.dense.*");
        Head head =
                switch (task) {
                    case "ForMaskedLM" ->
                            heads.maskedLanguage(
                                    EncoderWeights.LanguageHead.ROBERTA, Activation.GELU);
                    case "ForSequenceClassification" ->
                            heads.classifier(
                                    Summary.first(Activation.TANH, dropout),
                                    "classifier.dense",
                                    "classifier.out_proj");
                    case "ForMultipleChoice" -> heads.choice(Summary.pooled(dropout), "classifier");
                    case "ForTokenClassification" -> heads.tokens(dropout);
                    case "ForQuestionAnswering" -> heads.answers(0);
                    default -> null; // the model alone
                };
        reader.finish();
        MpnetModel model = new MpnetModel(config, tokens, biasRows, pooled);
        return heads.model(architecture, model, head, pooled, "lm_head.");
    }
}
