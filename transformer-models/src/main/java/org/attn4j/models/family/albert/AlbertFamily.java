package org.attn4j.models.family.albert;

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

/** ALBERT with its heads: {@code model_type} {@code albert}. */
public final class AlbertFamily implements ModelFamily {

    private static final EncoderWeights.Layer LAYER =
            new EncoderWeights.Layer(
                    "attention.query",
                    "attention.key",
                    "attention.value",
                    "attention.dense",
                    "attention.LayerNorm",
                    "ffn",
                    "ffn_output",
                    "full_layer_layer_norm",
                    "attention.distance_embedding");

    private static final EncoderWeights.LanguageHead LANGUAGE_HEAD =
            new EncoderWeights.LanguageHead(
                    "predictions.dense",
                    "predictions.LayerNorm",
                    "predictions.decoder",
                    "predictions.bias");

    private static final String PAIRS = "sop_classifier.classifier";

    /** Those that look at each token, and not at the pooled vector. */
    private static final Set<String> UNPOOLED =
            Set.of("ForMaskedLM", "ForTokenClassification", "ForQuestionAnswering");

    /** Creates the family; the service loader calls this. */
    public AlbertFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("albert");
    }

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

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        AlbertConfig config = AlbertConfig.of(reader);
        EncoderConfig layers = config.layers();
        String task = architecture.substring("Albert".length());
        boolean pooled = !UNPOOLED.contains(task);
        float dropout = config.classifierDropout();
        TokenEmbedding tokens = new TokenEmbedding(layers.vocabularySize(), config.embeddingSize());
        EncoderHeads heads =
                new EncoderHeads(reader, layers, tokens, "albert.", task.equals("Model"))
                        .add(
                                "encoder.embedding_hidden_mapping_in.*",
                                "embeddings.embed_projection.*")
                        .add("pooler.*", "pooler.dense.*");
        for (int site = 0; site < layers.layers(); site++) {
            for (int i = 0; i < config.layersOfGroup(); i++) {
                heads.addLayers(
                        "encoder.albert_layer_groups.%s.albert_layers.%s."
                                .formatted(config.groupOf(site), i),
                        LAYER,
                        "layers.%s.".formatted(site * config.layersOfGroup() + i));
            }
        }
        Head head =
                switch (task) {
                    case "ForPreTraining" ->
                            heads.pretraining(
                                    LANGUAGE_HEAD,
                                    PAIRS,
                                    dropout,
                                    reader.labels().size(),
                                    PretrainingHead.Names.ALBERT);
                    case "ForMaskedLM" -> heads.maskedLanguage(LANGUAGE_HEAD, layers.activation());
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
                new AlbertModel(config, tokens, pooled),
                head,
                pooled,
                "predictions.",
                PAIRS);
    }
}
