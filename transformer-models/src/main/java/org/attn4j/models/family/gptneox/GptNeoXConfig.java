package org.attn4j.models.family.gptneox;

import java.util.Objects;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.model.causal.LayerTypes;
import org.attn4j.models.model.causal.RotaryConfig;

/**
 * The hyperparameters of GPT-NeoX.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param layers {@code num_hidden_layers}
 * @param heads N, {@code num_attention_heads}
 * @param innerSize {@code intermediate_size}
 * @param activation {@code hidden_act}
 * @param rotary {@code rotary_pct} and {@code rotary_emb_base} with {@code rope_scaling}, or {@code
 *     rope_parameters}
 * @param attentionBias {@code attention_bias}
 * @param attentionDropout {@code attention_dropout}
 * @param hiddenDropout {@code hidden_dropout}
 * @param classifierDropout {@code classifier_dropout}
 * @param maxPositions {@code max_position_embeddings}, which limits no length
 * @param epsilon {@code layer_norm_eps}
 * @param initializerRange {@code initializer_range}
 * @param parallelResidual {@code use_parallel_residual}
 * @param tieEmbeddings {@code tie_word_embeddings}
 */
public record GptNeoXConfig(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        int innerSize,
        Activation activation,
        RotaryConfig rotary,
        boolean attentionBias,
        float attentionDropout,
        float hiddenDropout,
        float classifierDropout,
        int maxPositions,
        double epsilon,
        double initializerRange,
        boolean parallelResidual,
        boolean tieEmbeddings) {

    public GptNeoXConfig {
        Require.that(
                heads >= 1 && hiddenSize >= 1 && hiddenSize % heads == 0,
                "hidden_size must be divisible by num_attention_heads, got"
                        + " hidden_size=%s, num_attention_heads=%s",
                hiddenSize,
                heads);
        Require.that(
                vocabularySize >= 1 && layers >= 0 && innerSize >= 1 && maxPositions >= 1,
                "vocab_size, intermediate_size and max_position_embeddings must be at"
                        + " least 1 and num_hidden_layers at least 0, got vocab_size=%s,"
                        + " intermediate_size=%s, max_position_embeddings=%s, num_hidden_layers=%s",
                vocabularySize,
                innerSize,
                maxPositions,
                layers);
    }

    /**
     * Reads the configuration of a checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static GptNeoXConfig of(ConfigReader reader) {
        // BERT's names, in the file of the first model; attention_dropout and hidden_dropout count.
        reader.noEffect("attention_probs_dropout_prob", "hidden_dropout_prob", "is_decoder");
        int maxPositions = reader.integer("max_position_embeddings", 2048);
        int hiddenSize = reader.integer("hidden_size", 6144);
        int heads = reader.integer("num_attention_heads", 64);
        reader.supportsOnly("head_dim", (double) hiddenSize / heads);
        int layers = reader.integer("num_hidden_layers", 44);
        LayerTypes.refuseWindows(reader, layers);
        return new GptNeoXConfig(
                reader.integer("vocab_size", 50432),
                hiddenSize,
                layers,
                heads,
                reader.integer("intermediate_size", 24576),
                reader.choice("hidden_act", "gelu", Activation::of),
                RotaryConfig.of(
                        reader,
                        maxPositions,
                        either(reader, "rotary_emb_base", "rope_theta", RotaryConfig.BASE),
                        either(reader, "rotary_pct", "partial_rotary_factor", 0.25)),
                reader.bool("attention_bias", true),
                reader.rate("attention_dropout", 0),
                reader.rate("hidden_dropout", 0),
                reader.rate("classifier_dropout", 0.1),
                maxPositions,
                reader.number("layer_norm_eps", 1e-5),
                reader.number("initializer_range", 0.02),
                reader.bool("use_parallel_residual", true),
                reader.bool("tie_word_embeddings", false));
    }

    /** A setting that some files write under a second name too. */
    private static double either(ConfigReader reader, String key, String other, double otherwise) {
        Double first = reader.numberOrNull(key);
        Double second = reader.numberOrNull(other);
        double value = first == null ? Objects.requireNonNullElse(second, otherwise) : first;
        reader.supportsOnly(other, value);
        return value;
    }

    /** The rotation of a part of each head. */
    RotaryEmbedding rotaryEmbedding() {
        return rotary.embedding(hiddenSize / heads, RotaryEmbedding.Layout.HALVES);
    }
}
