package org.attn4j.models.llama;

import org.attn4j.models.causal.RotaryConfig;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.pretrained.ConfigReader;

/**
 * The hyperparameters of Llama and Mistral.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param innerSize {@code intermediate_size}
 * @param layers {@code num_hidden_layers}
 * @param heads N, {@code num_attention_heads}
 * @param keyValueHeads G, {@code num_key_value_heads}
 * @param headSize H, {@code head_dim}, or else D / N
 * @param activation {@code hidden_act}
 * @param maxPositions {@code max_position_embeddings}, which limits no length
 * @param epsilon {@code rms_norm_eps}
 * @param initializerRange {@code initializer_range}
 * @param rotary {@code rope_theta} with {@code rope_scaling}, or {@code rope_parameters}
 * @param window {@code sliding_window}: how many tokens a query sees, itself among them; 0 for all
 *     before it
 * @param attentionBias {@code attention_bias}
 * @param innerBias {@code mlp_bias}
 * @param attentionDropout {@code attention_dropout}
 * @param classifierDropout {@code classifier_dropout}, or else {@code hidden_dropout}, or else 0.1
 * @param tieEmbeddings {@code tie_word_embeddings}
 */
public record LlamaConfig(
        int vocabularySize,
        int hiddenSize,
        int innerSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        Activation activation,
        int maxPositions,
        double epsilon,
        double initializerRange,
        RotaryConfig rotary,
        int window,
        boolean attentionBias,
        boolean innerBias,
        float attentionDropout,
        float classifierDropout,
        boolean tieEmbeddings) {

    /** {@inheritDoc} */
    public LlamaConfig {
        if (vocabularySize < 1 || hiddenSize < 1 || innerSize < 1 || layers < 0) {
            throw new IllegalArgumentException(
                    "vocab_size, hidden_size and intermediate_size must be at least 1 and"
                            + " num_hidden_layers at least 0, got vocab_size="
                            + vocabularySize
                            + ", hidden_size="
                            + hiddenSize
                            + ", intermediate_size="
                            + innerSize
                            + ", num_hidden_layers="
                            + layers);
        }
        if (keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "num_attention_heads must be divisible by num_key_value_heads, got"
                            + " num_attention_heads="
                            + heads
                            + ", num_key_value_heads="
                            + keyValueHeads);
        }
        if (headSize < 2 || headSize % 2 != 0) {
            throw new IllegalArgumentException(
                    "head_dim must be even and at least 2, got " + headSize);
        }
        if (window < 0) {
            throw new IllegalArgumentException(
                    "sliding_window must be at least 1, or null, got " + window);
        }
    }

    /**
     * Reads the configuration of a Llama checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static LlamaConfig ofLlama(ConfigReader reader) {
        int heads = reader.integer("num_attention_heads", 32);
        return read(
                reader,
                heads,
                new Own(
                        11008,
                        heads,
                        2048,
                        0,
                        reader.flag("attention_bias", false),
                        reader.flag("mlp_bias", false)));
    }

    /**
     * Reads the configuration of a Mistral checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static LlamaConfig ofMistral(ConfigReader reader) {
        int heads = reader.integer("num_attention_heads", 32);
        return read(
                reader,
                heads,
                new Own(
                        14336,
                        reader.json().has("num_key_value_heads") ? heads : 8,
                        4096 * 32,
                        window(reader),
                        false,
                        false));
    }

    /** Without the setting there is a window; with null there is none. */
    private static int window(ConfigReader reader) {
        if (!reader.json().has("sliding_window")) {
            return 4096;
        }
        Integer window = reader.integerOrNull("sliding_window");
        if (window != null && window < 1) {
            throw reader.bad("sliding_window", "at least 1, or null");
        }
        return window == null ? 0 : window;
    }

    /** What the two families differ in: defaults, the window and biases. */
    private record Own(
            int innerSize,
            int keyValueHeads,
            int maxPositions,
            int window,
            boolean attentionBias,
            boolean innerBias) {}

    private static LlamaConfig read(ConfigReader reader, int heads, Own own) {
        // How the matrices were split in training; the products are the same.
        reader.noEffect("pretraining_tp");
        int hiddenSize = reader.integer("hidden_size", 4096);
        int maxPositions = reader.integer("max_position_embeddings", own.maxPositions);
        Integer groups = reader.integerOrNull("num_key_value_heads");
        Integer headSize = reader.integerOrNull("head_dim");
        if (heads < 1 || headSize == null && hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size must be divisible by num_attention_heads, got hidden_size="
                            + hiddenSize
                            + ", num_attention_heads="
                            + heads);
        }
        return new LlamaConfig(
                reader.integer("vocab_size", 32000),
                hiddenSize,
                reader.integer("intermediate_size", own.innerSize),
                reader.integer("num_hidden_layers", 32),
                heads,
                groups == null ? own.keyValueHeads : groups,
                headSize == null ? hiddenSize / heads : headSize,
                reader.choice("hidden_act", "silu", Activation::of),
                maxPositions,
                reader.number("rms_norm_eps", 1e-6),
                reader.number("initializer_range", 0.02),
                RotaryConfig.of(reader, maxPositions),
                own.window,
                own.attentionBias,
                own.innerBias,
                reader.rate("attention_dropout", 0),
                reader.rate("classifier_dropout", reader.rate("hidden_dropout", 0.1)),
                reader.flag("tie_word_embeddings", false));
    }
}
