package org.attn4j.models.family.bart;

import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.layer.Activation;

/**
 * The hyperparameters of BART, mBART and Marian.
 *
 * @param vocabularySize {@code vocab_size}, of the source and, if embeddings are shared, the target
 * @param targetVocabularySize how many tokens the model chooses among, V: {@code
 *     decoder_vocab_size} of a Marian whose sides share nothing
 * @param decoderVocabularySize how many tokens the decoder has vectors for
 * @param modelSize D, {@code d_model}
 * @param encoder the encoder's sizes
 * @param decoder the decoder's sizes
 * @param activation {@code activation_function}
 * @param dropout {@code dropout}
 * @param attentionDropout {@code attention_dropout}
 * @param activationDropout {@code activation_dropout}
 * @param maxPositions {@code max_position_embeddings}
 * @param scaleEmbedding {@code scale_embedding}
 * @param sharedEmbeddings whether one table serves both sides: {@code
 *     share_encoder_decoder_embeddings} of Marian, and in files of transformers 5 whether anything
 *     is tied
 * @param tieEmbeddings {@code tie_word_embeddings}
 * @param padId {@code pad_token_id}
 * @param startId {@code decoder_start_token_id}, or null
 * @param initializerRange {@code init_std}
 * @param prunedHeads {@code pruned_heads}
 */
public record BartConfig(
        int vocabularySize,
        int targetVocabularySize,
        int decoderVocabularySize,
        int modelSize,
        Side encoder,
        Side decoder,
        Activation activation,
        float dropout,
        float attentionDropout,
        float activationDropout,
        int maxPositions,
        boolean scaleEmbedding,
        boolean sharedEmbeddings,
        boolean tieEmbeddings,
        int padId,
        Integer startId,
        double initializerRange,
        PrunedHeads prunedHeads) {

    /**
     * The sizes of one side.
     *
     * @param layers {@code encoder_layers}
     * @param heads {@code encoder_attention_heads}
     * @param innerSize {@code encoder_ffn_dim}
     */
    public record Side(int layers, int heads, int innerSize) {

        private static Side of(ConfigReader config, String side) {
            config.trainingOnly(side + "_layerdrop", 0);
            return new Side(
                    config.integer(side + "_layers", 12),
                    config.integer(side + "_attention_heads", 16),
                    config.integer(side + "_ffn_dim", 4096));
        }

        private void check(String name, int modelSize) {
            Require.that(
                    layers >= 1 && innerSize >= 1 && heads >= 1 && modelSize % heads == 0,
                    "d_model must be divisible by %s_attention_heads, %s_layers and"
                            + " %s_ffn_dim at least 1, got d_model=%s, %s",
                    name,
                    name,
                    name,
                    modelSize,
                    this);
        }
    }

    public BartConfig {
        encoder.check("encoder", modelSize);
        decoder.check("decoder", modelSize);
        Require.that(
                vocabularySize >= 1
                        && targetVocabularySize >= 1
                        && maxPositions >= 1
                        && modelSize >= 1,
                "vocab_size, decoder_vocab_size, max_position_embeddings and d_model"
                        + " must be at least 1, got vocab_size=%s, decoder_vocab_size=%s,"
                        + " max_position_embeddings=%s, d_model=%s",
                vocabularySize,
                targetVocabularySize,
                maxPositions,
                modelSize);
        Require.that(
                initializerRange >= 0, "init_std must be at least 0, got %s", initializerRange);
        prunedHeads.requireWithin(
                encoder.layers(), encoder.heads(), decoder.layers(), decoder.heads());
    }

    /**
     * Reads a configuration.
     *
     * @param config the configuration
     * @param variant which of the models it is of
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static BartConfig of(ConfigReader config, BartVariant variant) {
        boolean marian = variant == BartVariant.MARIAN;
        config.supportsOnly("is_encoder_decoder", true);
        // Copies of other settings, settings of heads and of generation, and what files from before
        // transformers 4 say of the model although its class decides it.
        config.noEffect(
                "classif_dropout",
                "force_bos_token_to_be_generated",
                "normalize_before",
                "normalize_embedding",
                "add_final_layer_norm",
                "add_bias_logits",
                "static_position_embeddings",
                "extra_pos_embeddings",
                "do_blenderbot_90_layernorm",
                "replacing_rate",
                "student_decoder_layers",
                "student_encoder_layers",
                "save_step");
        config.aliases(
                Map.of("hidden_size", "d_model", "num_attention_heads", "encoder_attention_heads"));
        if (config.has("encoder_layers")) {
            config.noEffect("num_hidden_layers"); // a copy, which students of a model may not keep
        } else {
            config.aliases(Map.of("num_hidden_layers", "encoder_layers"));
        }
        int vocabularySize = config.integer("vocab_size", marian ? 58101 : 50265);
        Integer told = marian ? config.integerOrNull("decoder_vocab_size") : null;
        int decoderSize = told == null || told == 0 ? vocabularySize : told;
        boolean shares = !marian || config.bool("share_encoder_decoder_embeddings", true);
        boolean shared = shares && !separates(config);
        return new BartConfig(
                vocabularySize,
                shares ? vocabularySize : decoderSize,
                shared ? vocabularySize : rows(config, vocabularySize, decoderSize),
                config.integer("d_model", 1024),
                Side.of(config, "encoder"),
                Side.of(config, "decoder"),
                config.choice("activation_function", "gelu", Activation::of),
                config.rate("dropout", 0.1),
                config.rate("attention_dropout", 0),
                config.rate("activation_dropout", 0),
                config.integer("max_position_embeddings", 1024),
                config.bool("scale_embedding", false),
                shared,
                config.bool("tie_word_embeddings", true),
                config.token("pad_token_id", marian ? 58100 : 1, vocabularySize),
                startId(config, variant, vocabularySize),
                config.number("init_std", 0.02),
                PrunedHeads.of(config));
    }

    /**
     * The size of a decoder's own embedding. Up to transformers 4 it begins as a copy of the
     * encoder's, {@code vocab_size}, and is {@code decoder_vocab_size} where it was converted from
     * Marian; from 5 on it is the latter.
     */
    private static int rows(ConfigReader config, int vocabularySize, int decoderSize) {
        for (String prefix : new String[] {"model.", ""}) {
            Shape stored = config.storedShape(prefix + "decoder.embed_tokens.weight");
            if (stored != null && stored.dimension() == 2 && stored.get(0) == vocabularySize) {
                return vocabularySize;
            }
        }
        return decoderSize;
    }

    /** From transformers 5 on, untied models have embeddings of each side's own. */
    private static boolean separates(ConfigReader config) {
        String version = config.string("transformers_version", "");
        boolean five = !version.isEmpty() && version.compareTo("5") >= 0;
        return five && !config.bool("tie_word_embeddings", true);
    }

    private static Integer startId(ConfigReader config, BartVariant variant, int vocabularySize) {
        Integer usual =
                switch (variant) {
                    case BART -> Integer.valueOf(2);
                    case MARIAN -> Integer.valueOf(58100);
                    case MBART -> null;
                };
        return config.token("decoder_start_token_id", usual, vocabularySize);
    }
}
