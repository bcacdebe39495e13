package org.attn4j.models.family.electra;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.EncoderTaskModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.head.MultipleChoiceHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.SequenceClassificationHead;
import org.attn4j.models.model.head.SequenceScores;
import org.attn4j.models.model.head.TokenClassificationHead;

/** ELECTRA with its heads: {@code model_type} {@code electra}. */
public final class ElectraFamily implements ModelFamily {

    private static final BertConfig.Defaults DEFAULTS =
            new BertConfig.Defaults(30522, 256, 12, 4, 1024, "gelu", 0.1, 2, 0);

    /** Creates the family; the service loader calls this. */
    public ElectraFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("electra");
    }

    /** {@inheritDoc} */
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

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BertConfig config = BertConfig.of(reader, DEFAULTS);
        int embeddingSize = reader.integer("embedding_size", 128);
        ElectraModel model = new ElectraModel(config, embeddingSize);
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        head(architecture, reader, config, model),
                        ElectraWeights.of(architecture, config.tieEmbeddings()),
                        config.initializerRange());
        // They are about the choice among texts alone.
        reader.noEffect(
                "summary_type",
                "summary_use_proj",
                "summary_activation",
                "summary_first_dropout",
                "summary_last_dropout",
                "summary_proj_to_labels");
        reader.finish();
        return whole;
    }

    private static Head head(
            String architecture, ConfigReader reader, BertConfig config, ElectraModel model) {
        int size = config.hiddenSize();
        float dropout = config.classifierDropout();
        return switch (architecture) {
            case "ElectraModel" -> null;
            case "ElectraForPreTraining" -> new ReplacedTokenHead(size, config.activation());
            case "ElectraForMaskedLM" ->
                    new MaskedLanguageHead(
                            size,
                            model.tokens(),
                            config.tieEmbeddings(),
                            Activation.GELU,
                            config.epsilon());
            case "ElectraForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size,
                            SequenceScores.ofFirst(
                                    size, Activation.GELU, dropout, reader.labels().size()),
                            ProblemType.of(reader));
            case "ElectraForMultipleChoice" -> new MultipleChoiceHead(size, summary(reader, size));
            case "ElectraForTokenClassification" ->
                    new TokenClassificationHead(size, dropout, reader.labels().size());
            case "ElectraForQuestionAnswering" -> new QuestionAnsweringHead(size, 0);
            default -> throw new IllegalArgumentException("no head of " + architecture);
        };
    }

    /** The summary of a sequence that a choice is made by. */
    private static SequenceScores summary(ConfigReader reader, int size) {
        reader.supportsOnly("summary_proj_to_labels", false);
        return SequenceScores.ofSummary(
                size,
                reader.choice("summary_type", "first", ElectraFamily::summarised),
                reader.bool("summary_use_proj", true),
                reader.has("summary_activation")
                        ? reader.choice("summary_activation", "gelu", Activation::of)
                        : Activation.LINEAR,
                reader.rate("summary_first_dropout", 0),
                reader.rate("summary_last_dropout", 0.1),
                1);
    }

    /** Without an index of its own, {@code cls_index} is the last token. */
    private static SequenceScores.Summary summarised(String type) {
        return switch (type) {
            case "first" -> SequenceScores.Summary.FIRST;
            case "last", "cls_index" -> SequenceScores.Summary.LAST;
            case "mean" -> SequenceScores.Summary.MEAN;
            default ->
                    throw new IllegalArgumentException(
                            "must be first, last, mean or cls_index, got " + type);
        };
    }
}
