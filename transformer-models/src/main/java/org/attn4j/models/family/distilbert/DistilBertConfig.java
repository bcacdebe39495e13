package org.attn4j.models.family.distilbert;

import java.util.Map;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.layer.Activation;

/**
 * The hyperparameters of DistilBERT, which has names of its own for BERT's.
 *
 * @param layers what the layers are made by: {@code vocab_size}, {@code dim}, {@code n_layers},
 *     {@code n_heads}, {@code hidden_dim}, {@code activation}, {@code dropout}, {@code
 *     attention_dropout}, {@code max_position_embeddings}, {@code initializer_range}, {@code
 *     pad_token_id} and {@code tie_word_embeddings}
 * @param sinusoidal {@code sinusoidal_pos_embds}: whether the stored table of places is one of
 *     sines and cosines, which is not trained
 * @param answerDropout {@code qa_dropout}
 * @param sequenceDropout {@code seq_classif_dropout}
 */
public record DistilBertConfig(
        BertConfig layers, boolean sinusoidal, float answerDropout, float sequenceDropout) {

    /** {@inheritDoc} */
    public DistilBertConfig {
        if (layers.tokenTypes() != 0) {
            throw new IllegalArgumentException(
                    "DistilBERT has no token types, got " + layers.tokenTypes());
        }
    }

    /**
     * Reads the settings.
     *
     * @param config the configuration
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static DistilBertConfig of(ConfigReader config) {
        config.noEffect("tie_weights_"); // in files of the first version
        config.aliases(
                Map.of(
                        "hidden_size", "dim",
                        "num_hidden_layers", "n_layers",
                        "num_attention_heads", "n_heads"));
        float dropout = config.rate("dropout", 0.1);
        int vocabularySize = config.integer("vocab_size", 30522);
        BertConfig layers =
                new BertConfig(
                        vocabularySize,
                        config.integer("dim", 768),
                        config.integer("n_layers", 6),
                        config.integer("n_heads", 12),
                        config.integer("hidden_dim", 3072),
                        config.choice("activation", "gelu", Activation::of),
                        dropout,
                        config.rate("attention_dropout", 0.1),
                        config.integer("max_position_embeddings", 512),
                        0,
                        config.number("initializer_range", 0.02),
                        1e-12,
                        dropout,
                        config.token("pad_token_id", 0, vocabularySize),
                        config.bool("tie_word_embeddings", true),
                        BertConfig.Positions.ABSOLUTE);
        return new DistilBertConfig(
                layers,
                config.bool("sinusoidal_pos_embds", false),
                config.rate("qa_dropout", 0.1),
                config.rate("seq_classif_dropout", 0.2));
    }
}
