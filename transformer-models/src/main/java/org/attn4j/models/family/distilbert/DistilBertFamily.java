package org.attn4j.models.family.distilbert;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
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

/** DistilBERT with its heads: {@code model_type} {@code distilbert}. */
public final class DistilBertFamily implements ModelFamily {

    private static final EncoderWeights.Layer LAYER =
            new EncoderWeights.Layer(
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                    "sa_layer_norm",
                    "ffn.lin1",
                    "ffn.lin2",
                    "output_layer_norm",
                    null);

    private static final EncoderWeights.LanguageHead LANGUAGE_HEAD =
            new EncoderWeights.LanguageHead(
                    "vocab_transform", "vocab_layer_norm", "vocab_projector", null);

    /** Creates the family; the service loader calls this. */
    public DistilBertFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of("distilbert");
    }

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

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        EncoderConfig config = config(reader);
        float answerDropout = reader.rate("qa_dropout", 0.1);
        Summary first =
                new Summary(
                        Vector.FIRST,
                        true,
                        Activation.RELU,
                        0,
                        reader.rate("seq_classif_dropout", 0.2));
        String task = architecture.substring("DistilBert".length());
        TokenEmbedding tokens = config.tokenEmbedding();
        EncoderHeads heads =
                new EncoderHeads(reader, config, tokens, "distilbert.", task.equals("Model"))
                        .addLayers("transformer.layer.*.", LAYER, "layers.*.");
        Head head =
                switch (task) {
                    case "ForMaskedLM" -> heads.maskedLanguage(LANGUAGE_HEAD, config.activation());
                    case "ForSequenceClassification" ->
                            heads.classifier(first, "pre_classifier", "classifier");
                    case "ForMultipleChoice" -> heads.choice(first, "pre_classifier", "classifier");
                    case "ForTokenClassification" -> heads.tokens(config.classifierDropout());
                    case "ForQuestionAnswering" -> heads.answers(answerDropout);
                    default -> null; // the model alone
                };
        reader.finish();
        return heads.model(
                architecture, new DistilBertModel(config, tokens), head, false, "vocab_");
    }

    /** DistilBERT has names of its own for BERT's settings. */
    private static EncoderConfig config(ConfigReader reader) {
        // The first is in files of the first version; the second tells how a table was begun.
        reader.noEffect("tie_weights_", "sinusoidal_pos_embds");
        reader.aliases(
                Map.of(
                        "hidden_size", "dim",
                        "num_hidden_layers", "n_layers",
                        "num_attention_heads", "n_heads"));
        float dropout = reader.rate("dropout", 0.1);
        int vocabularySize = reader.integer("vocab_size", 30522);
        return new EncoderConfig(
                vocabularySize,
                reader.integer("dim", 768),
                reader.integer("n_layers", 6),
                reader.integer("n_heads", 12),
                reader.integer("hidden_dim", 3072),
                reader.choice("activation", "gelu", Activation::of),
                dropout,
                reader.rate("attention_dropout", 0.1),
                reader.integer("max_position_embeddings", 512),
                0,
                reader.number("initializer_range", 0.02),
                1e-12,
                dropout,
                reader.token("pad_token_id", 0, vocabularySize),
                reader.bool("tie_word_embeddings", true),
                EncoderConfig.Positions.ABSOLUTE,
                PrunedHeads.of(reader));
    }
}
