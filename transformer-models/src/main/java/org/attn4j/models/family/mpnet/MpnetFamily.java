package org.attn4j.models.family.mpnet;

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

/** MPNet with its heads: {@code model_type} {@code mpnet}. */
public final class MpnetFamily implements ModelFamily {

    private static final BertConfig.Defaults DEFAULTS =
            new BertConfig.Defaults(30527, 768, 12, 12, 3072, "gelu", 0.1, 0, 1);

    /** Creates the family; the service loader calls this. */
    public MpnetFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("mpnet");
    }

    /** {@inheritDoc} */
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

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        reader.supportsOnly("position_embedding_type", "absolute");
        BertConfig config = BertConfig.of(reader, DEFAULTS);
        int biasRows = reader.integer("relative_attention_num_buckets", MpnetModel.BUCKETS);
        if (biasRows < MpnetModel.BUCKETS) {
            throw reader.invalid(
                    "relative_attention_num_buckets", "at least " + MpnetModel.BUCKETS);
        }
        MpnetModel model = new MpnetModel(config, biasRows, hasPooler(architecture));
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        head(architecture, reader, config, model),
                        MpnetWeights.of(architecture, config.tieEmbeddings()),
                        config.initializerRange());
        reader.finish();
        return whole;
    }

    static boolean hasPooler(String architecture) {
        return architecture.equals("MPNetModel") || architecture.equals("MPNetForMultipleChoice");
    }

    private static Head head(
            String architecture, ConfigReader reader, BertConfig config, MpnetModel model) {
        int size = config.hiddenSize();
        float dropout = config.hiddenDropout();
        return switch (architecture) {
            case "MPNetModel" -> null;
            case "MPNetForMaskedLM" ->
                    new MaskedLanguageHead(
                            size,
                            model.tokens(),
                            config.tieEmbeddings(),
                            Activation.GELU,
                            config.epsilon());
            case "MPNetForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size,
                            SequenceScores.ofFirst(
                                    size, Activation.TANH, dropout, reader.labels().size()),
                            ProblemType.of(reader));
            case "MPNetForMultipleChoice" ->
                    new MultipleChoiceHead(size, SequenceScores.ofPooled(size, dropout, 1));
            case "MPNetForTokenClassification" ->
                    new TokenClassificationHead(size, dropout, reader.labels().size());
            case "MPNetForQuestionAnswering" -> new QuestionAnsweringHead(size, 0);
            default -> throw new IllegalArgumentException("no head of " + architecture);
        };
    }
}
