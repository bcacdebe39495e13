package org.attn4j.models.bert;

import org.attn4j.models.layer.Activation;
import org.attn4j.models.pretrained.ConfigReader;

/**
 * The hyperparameters of BERT and of the families whose layers are BERT's.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param layers {@code num_hidden_layers}
 * @param heads N, {@code num_attention_heads}
 * @param innerSize {@code intermediate_size}
 * @param activation {@code hidden_act}
 * @param hiddenDropout {@code hidden_dropout_prob}
 * @param attentionDropout {@code attention_probs_dropout_prob}
 * @param maxPositions {@code max_position_embeddings}
 * @param tokenTypes {@code type_vocab_size}; 0 for a family without token types
 * @param initializerRange {@code initializer_range}
 * @param epsilon {@code layer_norm_eps}
 * @param classifierDropout {@code classifier_dropout}, or else {@code hidden_dropout_prob}
 * @param padId {@code pad_token_id}; −1 for none
 * @param tieEmbeddings {@code tie_word_embeddings}
 */
public record BertConfig(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        int innerSize,
        Activation activation,
        float hiddenDropout,
        float attentionDropout,
        int maxPositions,
        int tokenTypes,
        double initializerRange,
        double epsilon,
        float classifierDropout,
        int padId,
        boolean tieEmbeddings) {

    /** {@inheritDoc} */
    public BertConfig {
        if (hiddenSize < 1 || heads < 1 || hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size must be divisible by num_attention_heads, got hidden_size="
                            + hiddenSize
                            + ", num_attention_heads="
                            + heads);
        }
        if (vocabularySize < 1
                || layers < 1
                || innerSize < 1
                || maxPositions < 1
                || tokenTypes < 0) {
            throw new IllegalArgumentException(
                    "vocab_size, num_hidden_layers, intermediate_size and max_position_embeddings must be at least 1"
                            + " and type_vocab_size at least 0, got vocab_size="
                            + vocabularySize
                            + ", num_hidden_layers="
                            + layers
                            + ", intermediate_size="
                            + innerSize
                            + ", max_position_embeddings="
                            + maxPositions
                            + ", type_vocab_size="
                            + tokenTypes);
        }
        if (!(epsilon > 0) || !(initializerRange >= 0)) {
            throw new IllegalArgumentException(
                    "layer_norm_eps must be above 0 and initializer_range at least 0, got layer_norm_eps="
                            + epsilon
                            + ", initializer_range="
                            + initializerRange);
        }
    }

    /**
     * Reads the settings that are BERT's. The caller reads what its family has beside them, and
     * ends with {@link ConfigReader#finish()}.
     *
     * @param config the configuration
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static BertConfig of(ConfigReader config) {
        return of(config, 2, 0);
    }

    /**
     * Reads the settings that are BERT's, with another family's defaults.
     *
     * @param config the configuration
     * @param tokenTypes the default of {@code type_vocab_size}
     * @param padId the default of {@code pad_token_id}
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static BertConfig of(ConfigReader config, int tokenTypes, int padId) {
        config.refuseUnless("position_embedding_type", "absolute");
        // Left over in Google's multilingual and Chinese files; transformers has no use for them.
        config.noEffect(
                "directionality",
                "pooler_fc_size",
                "pooler_num_attention_heads",
                "pooler_num_fc_layers",
                "pooler_size_per_head",
                "pooler_type");
        float hiddenDropout = config.rate("hidden_dropout_prob", 0.1);
        Integer pad =
                config.has("pad_token_id")
                        ? Integer.valueOf(config.integer("pad_token_id"))
                        : config.json().has("pad_token_id") ? -1 : padId;
        return new BertConfig(
                config.integer("vocab_size", 30522),
                config.integer("hidden_size", 768),
                config.integer("num_hidden_layers", 12),
                config.integer("num_attention_heads", 12),
                config.integer("intermediate_size", 3072),
                config.choice("hidden_act", "gelu", Activation::of),
                hiddenDropout,
                config.rate("attention_probs_dropout_prob", 0.1),
                config.integer("max_position_embeddings", 512),
                config.integer("type_vocab_size", tokenTypes),
                config.number("initializer_range", 0.02),
                config.number("layer_norm_eps", 1e-12),
                config.rate("classifier_dropout", hiddenDropout),
                pad,
                config.flag("tie_word_embeddings", true));
    }
}
