package org.attn4j.models.family.electra;

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
import org.attn4j.models.model.head.SequenceHead.Vector;

/** ELECTRA with its heads: {@code model_type} {@code electra}. */
public final class ElectraFamily implements ModelFamily {

    private static final EncoderConfig.Defaults DEFAULTS =
            new EncoderConfig.Defaults(30522, 256, 12, 4, 1024, "gelu", 0.1, 2, 0, 512);

    private static final EncoderWeights.LanguageHead LANGUAGE_HEAD =
            new EncoderWeights.LanguageHead(
                    "generator_predictions.dense",
                    "generator_predictions.LayerNorm",
                    "generator_lm_head",
                    null);

    /** Creates the family; the service loader calls this. */
    public ElectraFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("electra");
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "ElectraModel",
                "ElectraForPreTraining",
                "ElectraForMaskedLM",
                "ElectraForSequenceClassification",
                "ElectraForMultipleChoice",
                "ElectraForTokenClassification",
                "ElectraForQuestionAnswering");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        EncoderConfig config = EncoderConfig.of(reader, DEFAULTS);
        String task = architecture.substring("Electra".length());
        float dropout = config.classifierDropout();
        TokenEmbedding tokens =
                new TokenEmbedding(config.vocabularySize(), reader.integer("embedding_size", 128));
        EncoderHeads heads =
                new EncoderHeads(reader, config, tokens, "electra.", task.equals("Model"))
                        .addLayers("encoder.layer.*.", EncoderWeights.Layer.BERT, "layers.*.")
                        .add("embeddings_project.*", "embeddings.embed_projection.*");
        Head head =
                switch (task) {
                    case "ForPreTraining" ->
                            heads.named(
                                    new ReplacedTokenHead(config.hiddenSize(), config.activation()),
                                    "discriminator_predictions.dense.*",
                                    "dense.*",
                                    "discriminator_predictions.dense_prediction.*",
                                    "out_proj.*");
                    case "ForMaskedLM" -> heads.maskedLanguage(LANGUAGE_HEAD, Activation.GELU);
                    case "ForSequenceClassification" ->
                            heads.classifier(
                                    Summary.first(Activation.GELU, dropout),
                                    "classifier.dense",
                                    "classifier.out_proj");
                    case "ForMultipleChoice" ->
                            heads.choice(summary(reader), "sequence_summary.summary", "classifier");
                    case "ForTokenClassification" -> heads.tokens(dropout);
                    case "ForQuestionAnswering" -> heads.answers(0);
                    default -> null; // the model alone
                };
        // They are about the choice among texts alone.
        reader.noEffect(
                "summary_type",
                "summary_use_proj",
                "summary_activation",
                "summary_first_dropout",
                "summary_last_dropout",
                "summary_proj_to_labels");
        reader.finish();
        return heads.model(
                architecture,
                new ElectraModel(config, tokens),
                head,
                false,
                "generator_",
                "discriminator_predictions.");
    }

    /** transformers' {@code SequenceSummary}, which has an activation where one is named. */
    private static Summary summary(ConfigReader reader) {
        reader.supportsOnly("summary_proj_to_labels", false);
        return new Summary(
                reader.choice("summary_type", "first", ElectraFamily::vector),
                reader.bool("summary_use_proj", true),
                reader.has("summary_activation")
                        ? reader.choice("summary_activation", "gelu", Activation::of)
                        : Activation.LINEAR,
                reader.rate("summary_first_dropout", 0),
                reader.rate("summary_last_dropout", 0.1));
    }

    private static Vector vector(String type) {
        return switch (type) {
            case "first" -> Vector.FIRST;
            case "last", "cls_index" -> Vector.LAST;
            case "mean" -> Vector.MEAN;
            default ->
                    throw new IllegalArgumentException(
                            "must be first, last, mean or cls_index, got " + type);
        };
    }
}
