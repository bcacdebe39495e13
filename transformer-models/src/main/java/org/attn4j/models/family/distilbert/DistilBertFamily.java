package org.attn4j.models.family.distilbert;

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

/** DistilBERT with its heads: {@code model_type} {@code distilbert}. */
public final class DistilBertFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public DistilBertFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("distilbert");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "DistilBertModel",
                "DistilBertForMaskedLM",
                "DistilBertForSequenceClassification",
                "DistilBertForMultipleChoice",
                "DistilBertForTokenClassification",
                "DistilBertForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        DistilBertConfig config = DistilBertConfig.of(reader);
        DistilBertModel model = new DistilBertModel(config);
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        head(architecture, reader, config, model),
                        DistilBertWeights.of(architecture, config.layers().tieEmbeddings()),
                        config.layers().initializerRange());
        reader.finish();
        return whole;
    }

    private static Head head(
            String architecture,
            ConfigReader reader,
            DistilBertConfig config,
            DistilBertModel model) {
        BertConfig layers = config.layers();
        int size = layers.hiddenSize();
        return switch (architecture) {
            case "DistilBertModel" -> null;
            case "DistilBertForMaskedLM" ->
                    new MaskedLanguageHead(
                            size,
                            model.tokens(),
                            layers.tieEmbeddings(),
                            layers.activation(),
                            layers.epsilon());
            case "DistilBertForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size, scores(config, reader.labels().size()), ProblemType.of(reader));
            case "DistilBertForMultipleChoice" -> new MultipleChoiceHead(size, scores(config, 1));
            case "DistilBertForTokenClassification" ->
                    new TokenClassificationHead(
                            size, layers.classifierDropout(), reader.labels().size());
            case "DistilBertForQuestionAnswering" ->
                    new QuestionAnsweringHead(size, config.answerDropout());
            default -> throw new IllegalArgumentException("no head of " + architecture);
        };
    }

    private static SequenceScores scores(DistilBertConfig config, int classes) {
        return SequenceScores.ofFirst(
                config.layers().hiddenSize(),
                Activation.RELU,
                0,
                config.sequenceDropout(),
                classes);
    }
}
