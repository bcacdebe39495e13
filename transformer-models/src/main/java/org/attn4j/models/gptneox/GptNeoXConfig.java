package org.attn4j.models.gptneox;

import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.pretrained.ConfigReader;

/**
 * The hyperparameters of GPT-NeoX.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param layers {@code num_hidden_layers}
 * @param heads N, {@code num_attention_heads}
 * @param innerSize {@code intermediate_size}
 * @param activation {@code hidden_act}
 * @param rotaryPart {@code rotary_pct}: how much of each head is turned
 * @param rotaryBase {@code rotary_emb_base}
 * @param rotaryScaling the factor of {@code rope_scaling} of type {@code linear}; 1 for none
 * @param attentionBias {@code attention_bias}
 * @param attentionDropout {@code attention_dropout}
 * @param hiddenDropout {@code hidden_dropout}
 * @param classifierDropout {@code classifier_dropout}
 * @param maxPositions {@code max_position_embeddings}
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
        double rotaryPart,
        double rotaryBase,
        double rotaryScaling,
        boolean attentionBias,
        float attentionDropout,
        float hiddenDropout,
        float classifierDropout,
        int maxPositions,
        double epsilon,
        double initializerRange,
        boolean parallelResidual,
        boolean tieEmbeddings) {

    /** {@inheritDoc} */
    public GptNeoXConfig {
        if (heads < 1 || hiddenSize < 1 || hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size must be divisible by num_attention_heads, got hidden_size="
                            + hiddenSize
                            + ", num_attention_heads="
                            + heads);
        }
        if (vocabularySize < 1 || layers < 0 || innerSize < 1 || maxPositions < 1) {
            throw new IllegalArgumentException(
                    "vocab_size, intermediate_size and max_position_embeddings must be at least 1"
                            + " and num_hidden_layers at least 0, got vocab_size="
                            + vocabularySize
                            + ", intermediate_size="
                            + innerSize
                            + ", max_position_embeddings="
                            + maxPositions
                            + ", num_hidden_layers="
                            + layers);
        }
    }

    /**
     * Reads the configuration of a checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static GptNeoXConfig of(ConfigReader reader) {
        return new GptNeoXConfig(
                reader.integer("vocab_size", 50432),
                reader.integer("hidden_size", 6144),
                reader.integer("num_hidden_layers", 44),
                reader.integer("num_attention_heads", 64),
                reader.integer("intermediate_size", 24576),
                reader.choice("hidden_act", "gelu", Activation::of),
                reader.number("rotary_pct", 0.25),
                reader.number("rotary_emb_base", 10000),
                scaling(reader.object("rope_scaling")),
                reader.flag("attention_bias", true),
                reader.rate("attention_dropout", 0),
                reader.rate("hidden_dropout", 0),
                reader.rate("classifier_dropout", 0.1),
                reader.integer("max_position_embeddings", 2048),
                reader.number("layer_norm_eps", 1e-5),
                reader.number("initializer_range", 0.02),
                reader.flag("use_parallel_residual", true),
                reader.flag("tie_word_embeddings", false));
    }

    private static double scaling(ConfigReader scaling) {
        if (scaling == null) {
            return 1;
        }
        scaling.refuseUnless("type", "linear");
        double factor = scaling.number("factor");
        scaling.finish();
        return factor;
    }

    /** The turning of a part of each head. */
    RotaryEmbedding rotary() {
        return RotaryEmbedding.builder()
                .setSize((int) (hiddenSize / heads * rotaryPart))
                .optBase(rotaryBase)
                .optLinearScaling(rotaryScaling)
                .build();
    }
}
