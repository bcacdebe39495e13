package org.attn4j.models.model.encoder;

import java.util.Locale;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.TokenEmbedding;

/**
 * The hyperparameters of BERT, which the families after it have too.
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
 * @param padId {@code pad_token_id}
 * @param tieEmbeddings {@code tie_word_embeddings}
 * @param positions {@code position_embedding_type}
 * @param prunedHeads {@code pruned_heads}
 */
public record EncoderConfig(
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
        boolean tieEmbeddings,
        Positions positions,
        PrunedHeads prunedHeads) {

    /** How a layer knows the position of a token. */
    public enum Positions {
        /** A vector for each position, added to the embeddings. */
        ABSOLUTE,
        /** A vector for each distance, which queries are compared with. */
        RELATIVE_KEY,
        /** A vector for each distance, which queries and keys are compared with. */
        RELATIVE_KEY_QUERY;

        private static Positions of(String name) {
            for (Positions positions : values()) {
                if (positions.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return positions;
                }
            }
            throw new IllegalArgumentException(
                    "must be absolute, relative_key or relative_key_query, got " + name);
        }
    }

    /** Checks the sizes. */
    public EncoderConfig {
        Require.that(
                hiddenSize > 0 && heads > 0 && hiddenSize % heads == 0,
                "hidden_size must be divisible by num_attention_heads, got hidden_size=%s, num_attention_heads=%s",
                hiddenSize,
                heads);
        Require.that(
                vocabularySize > 0
                        && layers > 0
                        && innerSize > 0
                        && maxPositions > 0
                        && tokenTypes >= 0,
                "vocab_size, num_hidden_layers, intermediate_size and max_position_embeddings must be at least 1"
                        + " and type_vocab_size at least 0, got vocab_size=%s, num_hidden_layers=%s,"
                        + " intermediate_size=%s, max_position_embeddings=%s, type_vocab_size=%s",
                vocabularySize,
                layers,
                innerSize,
                maxPositions,
                tokenTypes);
        Require.that(
                epsilon > 0 && initializerRange >= 0,
                "layer_norm_eps must be above 0 and initializer_range at least 0, got layer_norm_eps=%s, initializer_range=%s",
                epsilon,
                initializerRange);
        prunedHeads.requireWithin(layers, heads);
    }

    /**
     * What settings are where a configuration does not tell.
     *
     * @param vocabularySize {@code vocab_size}
     * @param hiddenSize {@code hidden_size}
     * @param layers {@code num_hidden_layers}
     * @param heads {@code num_attention_heads}
     * @param innerSize {@code intermediate_size}
     * @param activation {@code hidden_act}
     * @param dropout {@code hidden_dropout_prob} and {@code attention_probs_dropout_prob}
     * @param tokenTypes {@code type_vocab_size}; 0 for a family without token types
     * @param padId {@code pad_token_id}
     * @param maxPositions {@code max_position_embeddings}
     */
    public record Defaults(
            int vocabularySize,
            int hiddenSize,
            int layers,
            int heads,
            int innerSize,
            String activation,
            double dropout,
            int tokenTypes,
            int padId,
            int maxPositions) {

        /** Those of {@code BertConfig}, bert-base-uncased. */
        public static final Defaults BERT =
                new Defaults(30522, 768, 12, 12, 3072, "gelu", 0.1, 2, 0, 512);
    }

    /**
     * Reads the settings that are BERT's. The caller reads what its family has beside them, and
     * ends with {@link ConfigReader#finish()}.
     *
     * @param config the configuration
     * @param defaults what settings are where the configuration does not tell
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static EncoderConfig of(ConfigReader config, Defaults defaults) {
        // Left over in Google's multilingual and Chinese files; transformers has no use for them.
        config.noEffect(
                "directionality",
                "pooler_fc_size",
                "pooler_num_attention_heads",
                "pooler_num_fc_layers",
                "pooler_size_per_head",
                "pooler_type");
        float hiddenDropout = config.rate("hidden_dropout_prob", defaults.dropout);
        int vocabularySize = config.integer("vocab_size", defaults.vocabularySize);
        return new EncoderConfig(
                vocabularySize,
                config.integer("hidden_size", defaults.hiddenSize),
                config.integer("num_hidden_layers", defaults.layers),
                config.integer("num_attention_heads", defaults.heads),
                config.integer("intermediate_size", defaults.innerSize),
                config.choice("hidden_act", defaults.activation, Activation::of),
                hiddenDropout,
                config.rate("attention_probs_dropout_prob", defaults.dropout),
                config.integer("max_position_embeddings", defaults.maxPositions),
                defaults.tokenTypes == 0
                        ? 0
                        : config.integer("type_vocab_size", defaults.tokenTypes),
                config.number("initializer_range", 0.02),
                config.number("layer_norm_eps", 1e-12),
                config.rate("classifier_dropout", hiddenDropout),
                config.token("pad_token_id", defaults.padId, vocabularySize),
                config.bool("tie_word_embeddings", true),
                config.choice("position_embedding_type", "absolute", Positions::of),
                PrunedHeads.of(config));
    }

    /**
     * Makes the embedding of tokens in vectors of the model's size.
     *
     * @return the embedding, (V, D)
     */
    public TokenEmbedding tokenEmbedding() {
        return new TokenEmbedding(vocabularySize, hiddenSize);
    }
}
