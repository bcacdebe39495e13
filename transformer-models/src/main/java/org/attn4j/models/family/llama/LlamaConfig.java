package org.attn4j.models.family.llama;

import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.model.causal.LayerTypes;
import org.attn4j.models.model.causal.RotaryConfig;

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
 * @param epsilon {@code rms_norm_eps}
 * @param initializerRange {@code initializer_range}
 * @param types {@code layer_types} and {@code sliding_window}, which all of Mistral's layers have
 *     and Llama's only where {@code layer_types} or {@code use_sliding_window} says so
 * @param rotaries {@code rope_theta} with {@code rope_scaling}, or {@code rope_parameters}, for
 *     each type of layers
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
        double epsilon,
        double initializerRange,
        LayerTypes types,
        Map<String, RotaryConfig> rotaries,
        boolean attentionBias,
        boolean innerBias,
        float attentionDropout,
        float classifierDropout,
        boolean tieEmbeddings) {

    public LlamaConfig {
        Require.that(
                vocabularySize >= 1 && hiddenSize >= 1 && innerSize >= 1 && layers >= 0,
                "vocab_size, hidden_size and intermediate_size must be at least 1 and"
                        + " num_hidden_layers at least 0, got vocab_size=%s, hidden_size=%s,"
                        + " intermediate_size=%s, num_hidden_layers=%s",
                vocabularySize,
                hiddenSize,
                innerSize,
                layers);
        Require.that(
                keyValueHeads >= 1 && heads % keyValueHeads == 0,
                "num_attention_heads must be divisible by num_key_value_heads, got"
                        + " num_attention_heads=%s, num_key_value_heads=%s",
                heads,
                keyValueHeads);
        Require.that(
                headSize >= 2 && headSize % 2 == 0,
                "head_dim must be even and at least 2, got %s",
                headSize);
        rotaries = Map.copyOf(rotaries);
    }

    /** How a layer rotates queries and keys. */
    RotaryConfig rotary(int layer) {
        return rotaries.get(types.names().get(layer));
    }

    /** Whether the longest sequence of a batch changes the angles of the others. */
    boolean rotariesDependOnLength() {
        return rotaries.values().stream().anyMatch(it -> it.scaling().dependsOnLength());
    }

    /**
     * Reads the configuration of a Llama checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static LlamaConfig ofLlama(ConfigReader reader) {
        // Of programs that trained models and converted them.
        reader.noEffect("is_llama_config", "max_sequence_length");
        reader.supportsOnly("rope_interleaved", false); // pairs of neighbours
        int heads = reader.integer("num_attention_heads", 32);
        return read(
                reader,
                heads,
                new Defaults(
                        11008,
                        heads,
                        2048,
                        false,
                        reader.bool("attention_bias", false),
                        reader.bool("mlp_bias", false)));
    }

    /**
     * Reads the configuration of a Mistral checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static LlamaConfig ofMistral(ConfigReader reader) {
        reader.supportsOnly("attention_bias", false);
        reader.supportsOnly("mlp_bias", false);
        int heads = reader.integer("num_attention_heads", 32);
        return read(
                reader,
                heads,
                new Defaults(
                        14336,
                        reader.contains("num_key_value_heads") ? heads : 8,
                        4096 * 32,
                        true,
                        false,
                        false));
    }

    /** Without the setting Mistral has a window; with null there is none. */
    private static int window(ConfigReader reader, boolean windowed) {
        if (!reader.contains("sliding_window")) {
            return windowed ? 4096 : 0;
        }
        if (!windowed && !reader.has("layer_types") && !reader.has("use_sliding_window")) {
            reader.supportsOnly("sliding_window");
        }
        Integer window = reader.integerOrNull("sliding_window");
        if (window != null && window < 1) {
            throw reader.invalid("sliding_window", "at least 1, or null");
        }
        return window == null ? 0 : window;
    }

    /** What the two families differ in: defaults, whether layers have a window, and biases. */
    private record Defaults(
            int innerSize,
            int keyValueHeads,
            int maxPositions,
            boolean windowed,
            boolean attentionBias,
            boolean innerBias) {}

    private static LlamaConfig read(ConfigReader reader, int heads, Defaults defaults) {
        // How the matrices were split in training; the products are the same.
        reader.noEffect("pretraining_tp", "is_decoder");
        int hiddenSize = reader.integer("hidden_size", 4096);
        int maxPositions = reader.integer("max_position_embeddings", defaults.maxPositions);
        Integer groups = reader.integerOrNull("num_key_value_heads");
        Integer headSize = reader.integerOrNull("head_dim");
        Require.that(
                heads >= 1 && (headSize != null || hiddenSize % heads == 0),
                "hidden_size must be divisible by num_attention_heads, got hidden_size=%s,"
                        + " num_attention_heads=%s",
                hiddenSize,
                heads);
        int layers = reader.integer("num_hidden_layers", 32);
        LayerTypes types =
                LayerTypes.of(reader, layers, window(reader, defaults.windowed), defaults.windowed);
        return new LlamaConfig(
                reader.integer("vocab_size", 32000),
                hiddenSize,
                reader.integer("intermediate_size", defaults.innerSize),
                layers,
                heads,
                groups == null ? defaults.keyValueHeads : groups,
                headSize == null ? hiddenSize / heads : headSize,
                reader.choice("hidden_act", "silu", Activation::of),
                reader.number("rms_norm_eps", 1e-6),
                reader.number("initializer_range", 0.02),
                types,
                RotaryConfig.ofTypes(reader, maxPositions, Set.copyOf(types.names())),
                defaults.attentionBias,
                defaults.innerBias,
                reader.rate("attention_dropout", 0),
                reader.rate("classifier_dropout", reader.rate("hidden_dropout", 0.1)),
                reader.bool("tie_word_embeddings", false));
    }
}
