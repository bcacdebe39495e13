package org.attn4j.models.family.bert;

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

/** BERT with its heads: {@code model_type} {@code bert}. */
public final class BertFamily implements ModelFamily {

    private static final String PAIRS = "cls.seq_relationship";

    /** Those that look at each token, and not at the pooled vector. */
    private static final Set<String> UNPOOLED =
            Set.of("ForMaskedLM", "ForTokenClassification", "ForQuestionAnswering");

    /** Creates the family; the service loader calls this. */
    public BertFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("bert");
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "BertModel",
                "BertForPreTraining",
                "BertForMaskedLM",
                "BertForNextSentencePrediction",
                "BertForSequenceClassification",
                "BertForMultipleChoice",
                "BertForTokenClassification",
                "BertForQuestionAnswering");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        EncoderConfig config = EncoderConfig.of(reader, EncoderConfig.Defaults.BERT);
        String task = architecture.substring("Bert".length());
        boolean pooled = !UNPOOLED.contains(task);
        float dropout = config.classifierDropout();
        TokenEmbedding tokens = config.tokenEmbedding();
        EncoderHeads heads =
                new EncoderHeads(reader, config, tokens, "bert.", task.equals("Model"))
                        .addLayers("encoder.layer.*.", EncoderWeights.Layer.BERT, "layers.*.")
                        .add("pooler.dense.*", "pooler.dense.*");
        Head head =
                switch (task) {
                    case "ForPreTraining" ->
                            heads.pretraining(
                                    EncoderWeights.LanguageHead.BERT,
                                    PAIRS,
                                    0,
                                    2,
                                    PretrainingHead.Names.BERT);
                    case "ForMaskedLM" ->
                            heads.maskedLanguage(
                                    EncoderWeights.LanguageHead.BERT, config.activation());
                    case "ForNextSentencePrediction" -> heads.sentencePair(PAIRS);
                    case "ForSequenceClassification" ->
                            heads.classifier(Summary.pooled(dropout), "classifier");
                    case "ForMultipleChoice" -> heads.choice(Summary.pooled(dropout), "classifier");
                    case "ForTokenClassification" -> heads.tokens(dropout);
                    case "ForQuestionAnswering" -> heads.answers(0);
                    default -> null; // the model alone
                };
        reader.finish();
        return heads.model(
                architecture,
                new BertModel(config, tokens, pooled),
                head,
                pooled,
                "cls.predictions.",
                PAIRS);
    }
}
