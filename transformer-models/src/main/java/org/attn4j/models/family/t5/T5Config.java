package org.attn4j.models.family.t5;

import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.layer.Activation;

/**
 * The hyperparameters of T5.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param modelSize D, {@code d_model}
 * @param headSize H, {@code d_kv}; N·H may be another than D
 * @param innerSize {@code d_ff}
 * @param encoderLayers {@code num_layers}
 * @param decoderLayers {@code num_decoder_layers}
 * @param heads N, {@code num_heads}
 * @param buckets {@code relative_attention_num_buckets}
 * @param maxDistance {@code relative_attention_max_distance}
 * @param dropout {@code dropout_rate}
 * @param epsilon {@code layer_norm_epsilon}
 * @param activation the activation of {@code feed_forward_proj}
 * @param gated whether {@code feed_forward_proj} begins with {@code gated-}
 * @param tieEmbeddings {@code tie_word_embeddings}: whether the output is the embedding; in files
 *     of transformers 5, {@code scale_decoder_outputs} tells
 * @param padId {@code pad_token_id}
 * @param startId {@code decoder_start_token_id}, or null
 * @param initializerFactor {@code initializer_factor}
 * @param prunedHeads {@code pruned_heads}
 */
public record T5Config(
        int vocabularySize,
        int modelSize,
        int headSize,
        int innerSize,
        int encoderLayers,
        int decoderLayers,
        int heads,
        int buckets,
        int maxDistance,
        float dropout,
        double epsilon,
        Activation activation,
        boolean gated,
        boolean tieEmbeddings,
        int padId,
        Integer startId,
        double initializerFactor,
        PrunedHeads prunedHeads) {

    private static final String GATED = "gated-";

    public T5Config {
        if (Math.min(Math.min(vocabularySize, modelSize), Math.min(headSize, innerSize)) < 1
                || Math.min(Math.min(encoderLayers, decoderLayers), heads) < 1) {
            throw new IllegalArgumentException(
                    ("vocab_size, d_model, d_kv, d_ff, num_layers,"
                                    + " num_decoder_layers and num_heads must be at least 1,%s")
                            .formatted(
                                    " got vocab_size=%s, d_model=%s, d_kv=%s, d_ff=%s, num_layers=%s, num_decoder_layers=%s, num_heads=%s"
                                            .formatted(
                                                    vocabularySize,
                                                    modelSize,
                                                    headSize,
                                                    innerSize,
                                                    encoderLayers,
                                                    decoderLayers,
                                                    heads)));
        }
        Require.that(
                epsilon > 0 && initializerFactor >= 0,
                "layer_norm_epsilon must be above 0 and initializer_factor at least 0,"
                        + " got layer_norm_epsilon=%s, initializer_factor=%s",
                epsilon,
                initializerFactor);
        prunedHeads.requireWithin(encoderLayers, heads, decoderLayers, heads);
    }

    /**
     * Reads a configuration.
     *
     * @param config the configuration
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static T5Config of(ConfigReader config) {
        config.noEffect("is_encoder_decoder"); // the architecture tells
        config.aliases(
                Map.of(
                        "hidden_size", "d_model",
                        "num_hidden_layers", "num_layers",
                        "num_attention_heads", "num_heads",
                        "head_dim", "d_kv"));
        // The first two follow from feed_forward_proj; the rest is left over in published files.
        config.noEffect("dense_act_fn", "is_gated_act", "classifier_dropout", "n_positions");
        String projection = config.string("feed_forward_proj", "relu");
        boolean gated = projection.startsWith(GATED);
        int layers = config.integer("num_layers", 6);
        Integer decoderLayers = config.integerOrNull("num_decoder_layers");
        int vocabularySize = config.integer("vocab_size", 32128);
        return new T5Config(
                vocabularySize,
                config.integer("d_model", 512),
                config.integer("d_kv", 64),
                config.integer("d_ff", 2048),
                layers,
                decoderLayers == null ? layers : decoderLayers,
                config.integer("num_heads", 8),
                config.integer("relative_attention_num_buckets", 32),
                config.integer("relative_attention_max_distance", 128),
                config.rate("dropout_rate", 0.1),
                config.number("layer_norm_epsilon", 1e-6),
                config.choice("feed_forward_proj", "relu", T5Config::activation),
                gated,
                config.bool("tie_word_embeddings", true)
                        && config.bool("scale_decoder_outputs", true),
                config.token("pad_token_id", 0, vocabularySize),
                config.token("decoder_start_token_id", null, vocabularySize),
                config.number("initializer_factor", 1),
                PrunedHeads.of(config));
    }

    /** {@code gated-gelu} has always meant the tanh form, any other name means what it says. */
    private static Activation activation(String projection) {
        if (projection.equals("gated-gelu")) {
            return Activation.GELU_NEW;
        }
        return Activation.of(
                projection.startsWith(GATED) ? projection.substring(GATED.length()) : projection);
    }
}
