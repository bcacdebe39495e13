package org.attn4j.models.family.bloom;

import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.causal.LayerTypes;

/**
 * The hyperparameters of Bloom.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}, {@code n_embed} in older files
 * @param layers {@code n_layer}, or {@code num_hidden_layers}
 * @param heads N, {@code n_head}, or {@code num_attention_heads}
 * @param attentionDropout {@code attention_dropout}
 * @param hiddenDropout {@code hidden_dropout}
 * @param classifierDropout {@code classifier_dropout}, or else {@code hidden_dropout}
 * @param epsilon {@code layer_norm_epsilon}
 * @param initializerRange {@code initializer_range}
 * @param residualAfterNorm {@code apply_residual_connection_post_layernorm}
 * @param tieEmbeddings {@code tie_word_embeddings}
 */
public record BloomConfig(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        float attentionDropout,
        float hiddenDropout,
        float classifierDropout,
        double epsilon,
        double initializerRange,
        boolean residualAfterNorm,
        boolean tieEmbeddings) {

    public BloomConfig {
        Require.that(
                heads >= 1 && hiddenSize >= 1 && hiddenSize % heads == 0,
                "hidden_size must be divisible by n_head, got hidden_size=%s, n_head=%s",
                hiddenSize,
                heads);
        Require.that(
                vocabularySize >= 1 && layers >= 0,
                "vocab_size must be at least 1 and n_layer at least 0, got"
                        + " vocab_size=%s, n_layer=%s",
                vocabularySize,
                layers);
    }

    /**
     * Reads the configuration of a checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static BloomConfig of(ConfigReader reader) {
        // Splitting sums as in training leaves biases out, which nobody can want.
        if (reader.integer("pretraining_tp", 1) > 1) {
            reader.supportsOnly("slow_but_exact", false);
        }
        reader.supportsOnly("n_inner"); // always four times the size
        // Settings of the program that trained the published models.
        reader.noEffect(
                "is_decoder",
                "slow_but_exact",
                "seq_length",
                "attention_softmax_in_fp32",
                "bias_dropout_fusion",
                "masked_softmax_fusion",
                "offset_alibi",
                "skip_bias_add",
                "skip_bias_add_qkv",
                "unk_token_id");
        float hiddenDropout = reader.rate("hidden_dropout", 0);
        int layers = either(reader, "n_layer", "num_hidden_layers", 2);
        LayerTypes.refuseWindows(reader, layers);
        return new BloomConfig(
                reader.integer("vocab_size", 250880),
                either(reader, "hidden_size", "n_embed", 64),
                layers,
                either(reader, "n_head", "num_attention_heads", 8),
                reader.rate("attention_dropout", 0),
                hiddenDropout,
                reader.rate("classifier_dropout", hiddenDropout),
                reader.number("layer_norm_epsilon", 1e-5),
                reader.number("initializer_range", 0.02),
                reader.bool("apply_residual_connection_post_layernorm", false),
                reader.bool("tie_word_embeddings", true));
    }

    private static int either(ConfigReader reader, String name, String other, int otherwise) {
        Integer second = reader.integerOrNull(other);
        Integer first = reader.integerOrNull(name);
        if (second != null) {
            return second;
        }
        return first == null ? otherwise : first;
    }
}
