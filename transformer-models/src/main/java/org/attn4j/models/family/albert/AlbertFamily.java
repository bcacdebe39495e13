package org.attn4j.models.family.albert;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.EncoderTaskModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.head.MultipleChoiceHead;
import org.attn4j.models.model.head.PretrainingHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.SequenceClassificationHead;
import org.attn4j.models.model.head.SequenceScores;
import org.attn4j.models.model.head.TokenClassificationHead;

/** ALBERT with its heads: {@code model_type} {@code albert}. */
public final class AlbertFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public AlbertFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("albert");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "AlbertModel",
                "AlbertForPreTraining",
                "AlbertForMaskedLM",
                "AlbertForSequenceClassification",
                "AlbertForMultipleChoice",
                "AlbertForTokenClassification",
                "AlbertForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        AlbertConfig config = AlbertConfig.of(reader);
        AlbertModel model = new AlbertModel(config, hasPooler(architecture));
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        head(architecture, reader, config.layers(), model),
                        AlbertWeights.of(architecture, config),
                        config.layers().initializerRange());
        reader.finish();
        return whole;
    }

    static boolean hasPooler(String architecture) {
        return switch (architecture) {
            case "AlbertForMaskedLM",
                    "AlbertForTokenClassification",
                    "AlbertForQuestionAnswering" ->
                    false;
            default -> true;
        };
    }

    private static Head head(
            String architecture, ConfigReader reader, BertConfig config, AlbertModel model) {
        int size = config.hiddenSize();
        float dropout = config.classifierDropout();
        return switch (architecture) {
            case "AlbertModel" -> null;
            case "AlbertForPreTraining" ->
                    new PretrainingHead(
                            size,
                            maskedLanguage(config, model),
                            SequenceScores.ofPooled(size, dropout, reader.labels().size()),
                            PretrainingHead.Names.ALBERT);
            case "AlbertForMaskedLM" -> maskedLanguage(config, model);
            case "AlbertForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size,
                            SequenceScores.ofPooled(size, dropout, reader.labels().size()),
                            ProblemType.of(reader));
            case "AlbertForMultipleChoice" ->
                    new MultipleChoiceHead(size, SequenceScores.ofPooled(size, dropout, 1));
            case "AlbertForTokenClassification" ->
                    new TokenClassificationHead(size, dropout, reader.labels().size());
            case "AlbertForQuestionAnswering" -> new QuestionAnsweringHead(size, 0);
            default -> throw new IllegalArgumentException("no head of " + architecture);
        };
    }

    private static MaskedLanguageHead maskedLanguage(BertConfig config, AlbertModel model) {
        return new MaskedLanguageHead(
                config.hiddenSize(),
                model.tokens(),
                config.tieEmbeddings(),
                config.activation(),
                config.epsilon());
    }
}
