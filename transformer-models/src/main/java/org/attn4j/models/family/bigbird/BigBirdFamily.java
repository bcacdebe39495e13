package org.attn4j.models.family.bigbird;

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
import org.attn4j.models.model.head.SequenceClassificationHead;
import org.attn4j.models.model.head.SequenceScores;
import org.attn4j.models.model.head.TokenClassificationHead;

/** Big Bird with its heads: {@code model_type} {@code big_bird}. */
public final class BigBirdFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public BigBirdFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("big_bird");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "BigBirdModel",
                "BigBirdForPreTraining",
                "BigBirdForMaskedLM",
                "BigBirdForSequenceClassification",
                "BigBirdForMultipleChoice",
                "BigBirdForTokenClassification",
                "BigBirdForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BigBirdConfig config = BigBirdConfig.of(reader);
        BigBirdModel model = new BigBirdModel(config, hasPooler(architecture));
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        head(architecture, reader, config.layers(), model),
                        BigBirdWeights.of(architecture, config.layers().tieEmbeddings()),
                        config.layers().initializerRange());
        reader.finish();
        return whole;
    }

    /** These look at the pooled vector; other files may hold a pooler that nothing looks at. */
    static boolean hasPooler(String architecture) {
        return switch (architecture) {
            case "BigBirdModel", "BigBirdForPreTraining", "BigBirdForMultipleChoice" -> true;
            default -> false;
        };
    }

    private static Head head(
            String architecture, ConfigReader reader, BertConfig config, BigBirdModel model) {
        int size = config.hiddenSize();
        float dropout = config.classifierDropout();
        return switch (architecture) {
            case "BigBirdModel" -> null;
            case "BigBirdForPreTraining" ->
                    new PretrainingHead(
                            size,
                            maskedLanguage(config, model),
                            SequenceScores.ofPooled(size, 0, 2),
                            PretrainingHead.Names.BIG_BIRD);
            case "BigBirdForMaskedLM" -> maskedLanguage(config, model);
            case "BigBirdForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size,
                            SequenceScores.ofFirst(
                                    size, config.activation(), dropout, reader.labels().size()),
                            ProblemType.of(reader));
            case "BigBirdForMultipleChoice" ->
                    new MultipleChoiceHead(
                            size, SequenceScores.ofPooled(size, config.hiddenDropout(), 1));
            case "BigBirdForTokenClassification" ->
                    new TokenClassificationHead(size, dropout, reader.labels().size());
            case "BigBirdForQuestionAnswering" ->
                    new AnswerHead(config, reader.integer("sep_token_id", 66));
            default -> throw new IllegalArgumentException("no head of " + architecture);
        };
    }

    private static MaskedLanguageHead maskedLanguage(BertConfig config, BigBirdModel model) {
        return new MaskedLanguageHead(
                config.hiddenSize(),
                model.tokens(),
                config.tieEmbeddings(),
                config.activation(),
                config.epsilon());
    }
}
