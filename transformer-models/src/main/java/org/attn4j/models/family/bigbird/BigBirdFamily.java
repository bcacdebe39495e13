package org.attn4j.models.family.bigbird;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderHeads;
import org.attn4j.models.model.encoder.EncoderWeights;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.PretrainingHead;
import org.attn4j.models.model.head.SequenceHead.Summary;

/** Big Bird with its heads: {@code model_type} {@code big_bird}. */
public final class BigBirdFamily implements ModelFamily {

    private static final String PAIRS = "cls.seq_relationship";

    /** These look at the pooled vector; other files may hold a pooler that nothing looks at. */
    private static final Set<String> POOLED =
            Set.of("Model", "ForPreTraining", "ForMultipleChoice");

    /** Creates the family; the service loader calls this. */
    public BigBirdFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("big_bird");
    }

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

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BigBirdConfig config = BigBirdConfig.of(reader);
        EncoderConfig layers = config.layers();
        String task = architecture.substring("BigBird".length());
        boolean pooled = POOLED.contains(task);
        float dropout = layers.classifierDropout();
        TokenEmbedding tokens = layers.tokenEmbedding();
        EncoderHeads heads =
                new EncoderHeads(reader, layers, tokens, "bert.", task.equals("Model"))
                        .addLayers("encoder.layer.*.", EncoderWeights.Layer.BERT, "layers.*.")
                        .add("pooler.*", "pooler.dense.*");
        Head head =
                switch (task) {
                    case "ForPreTraining" ->
                            heads.pretraining(
                                    EncoderWeights.LanguageHead.BERT,
                                    PAIRS,
                                    0,
                                    2,
                                    PretrainingHead.Names.BIG_BIRD);
                    case "ForMaskedLM" ->
                            heads.maskedLanguage(
                                    EncoderWeights.LanguageHead.BERT, layers.activation());
                    case "ForSequenceClassification" ->
                            heads.classifier(
                                    Summary.first(layers.activation(), dropout),
                                    "classifier.dense",
                                    "classifier.out_proj");
                    case "ForMultipleChoice" ->
                            heads.choice(Summary.pooled(layers.hiddenDropout()), "classifier");
                    case "ForTokenClassification" -> heads.tokens(dropout);
                    case "ForQuestionAnswering" ->
                            heads.named(
                                    new AnswerHead(layers, reader.integer("sep_token_id", 66)),
                                    "qa_classifier.intermediate.dense.*",
                                    "feed_forward.fc1.*",
                                    "qa_classifier.output.dense.*",
                                    "feed_forward.fc2.*",
                                    "qa_classifier.output.LayerNorm.*",
                                    "layer_norm.*",
                                    "qa_classifier.qa_outputs.*",
                                    "out_proj.*");
                    default -> null; // the model alone
                };
        reader.finish();
        return heads.model(
                architecture,
                new BigBirdModel(config, tokens, pooled),
                head,
                pooled,
                "cls.predictions.",
                PAIRS);
    }
}
