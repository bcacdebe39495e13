package org.attn4j.models.family.deepseek;

import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.ExpertRouter;
import org.attn4j.models.model.causal.LayerTypes;
import org.attn4j.models.model.causal.RotaryConfig;

/**
 * The hyperparameters of DeepSeek-V2 and DeepSeek-V3.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param innerSize {@code intermediate_size}, of the layers without experts
 * @param layers {@code num_hidden_layers}
 * @param attention the settings of the attention
 * @param activation {@code hidden_act}
 * @param epsilon {@code rms_norm_eps}
 * @param initializerRange {@code initializer_range}
 * @param innerBias {@code mlp_bias}, of the layers without experts and the shared ones
 * @param experts the settings of the experts
 * @param classifierDropout {@code classifier_dropout}, or else {@code hidden_dropout}, or else 0.1
 * @param tieEmbeddings {@code tie_word_embeddings}
 * @param laterLayers {@code num_nextn_predict_layers}: layers after the last whose tensors files
 *     hold for speculative decoding
 */
public record DeepSeekConfig(
        int vocabularySize,
        int hiddenSize,
        int innerSize,
        int layers,
        Attention attention,
        Activation activation,
        double epsilon,
        double initializerRange,
        boolean innerBias,
        Experts experts,
        float classifierDropout,
        boolean tieEmbeddings,
        int laterLayers) {

    /**
     * The settings of multi-head latent attention.
     *
     * @param heads N, {@code num_attention_heads}
     * @param queryRank {@code q_lora_rank}; 0 for queries that are not compressed
     * @param keyValueRank R, {@code kv_lora_rank}
     * @param headSize Hn, {@code qk_nope_head_dim}
     * @param sharedKeySize Hr, {@code qk_rope_head_dim}
     * @param valueHeadSize Hv, {@code v_head_dim}
     * @param bias {@code attention_bias}
     * @param dropout {@code attention_dropout}
     * @param layout {@code rope_interleave}
     * @param rotary {@code rope_theta} with {@code rope_scaling}, or {@code rope_parameters}
     */
    public record Attention(
            int heads,
            int queryRank,
            int keyValueRank,
            int headSize,
            int sharedKeySize,
            int valueHeadSize,
            boolean bias,
            float dropout,
            RotaryEmbedding.Layout layout,
            RotaryConfig rotary) {

        /** What the scores are multiplied by. */
        double scale() {
            return rotary.scoreFactor() / Math.sqrt((double) headSize + sharedKeySize);
        }
    }

    /**
     * The settings of the mixture of experts.
     *
     * @param firstLayer {@code first_k_dense_replace}: the layers before it have none
     * @param layerStep {@code moe_layer_freq}: of the others, those that it divides have them
     * @param innerSize {@code moe_intermediate_size}
     * @param shared {@code n_shared_experts}; 0 for none
     * @param routing how experts are chosen; null only if no layer has any
     */
    public record Experts(
            int firstLayer,
            int layerStep,
            int innerSize,
            int shared,
            ExpertRouter.Settings routing) {

        /** Whether a layer has experts. */
        boolean in(int layer) {
            return layer >= firstLayer && layer % layerStep == 0;
        }
    }

    public DeepSeekConfig {
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
                experts.layerStep >= 1 && experts.innerSize >= 1 && experts.shared >= 0,
                "moe_layer_freq and moe_intermediate_size must be at least 1 and"
                        + " n_shared_experts at least 0, got moe_layer_freq=%s,"
                        + " moe_intermediate_size=%s, n_shared_experts=%s",
                experts.layerStep,
                experts.innerSize,
                experts.shared);
        boolean mixed = IntStream.range(0, layers).anyMatch(experts::in);
        Require.that(!mixed || experts.routing != null, "num_experts_per_tok is missing");
    }

    /**
     * Reads the configuration of a DeepSeek-V2 checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static DeepSeekConfig ofV2(ConfigReader reader) {
        // transformers never divides the weights by their sum, the program of the authors would.
        reader.supportsOnly("norm_topk_prob", false);
        reader.supportsOnly("scoring_func", "softmax");
        reader.aliases(Map.of("num_experts", "n_routed_experts"));
        return read(
                reader,
                new Defaults(102400, 4096, 11008, 32, 32, 2048, 0, 2, 1407),
                RotaryEmbedding.Layout.INTERLEAVED,
                reader.bool("mlp_bias", false),
                routingOfV2(reader, reader.integer("n_routed_experts", 64)));
    }

    private static ExpertRouter.Settings routingOfV2(ConfigReader reader, int experts) {
        String method = reader.string("topk_method", "greedy");
        Integer groups = reader.integerOrNull("n_group");
        Integer chosenGroups = reader.integerOrNull("topk_group");
        Integer chosen = reader.integerOrNull("num_experts_per_tok");
        double factor = reader.number("routed_scaling_factor", 1);
        boolean grouped =
                switch (method) {
                    case "greedy" -> false;
                    case "group_limited_greedy" -> true;
                    default ->
                            throw reader.invalid("topk_method", "greedy or group_limited_greedy");
                };
        if (chosen == null) {
            return null;
        }
        Require.that(
                !grouped || groups != null && chosenGroups != null,
                "topk_method=group_limited_greedy needs n_group and topk_group, got"
                        + " n_group=%s, topk_group=%s",
                groups,
                chosenGroups);
        return new ExpertRouter.Settings(
                experts,
                chosen,
                ExpertRouter.Scoring.SOFTMAX,
                grouped ? groups : 1,
                grouped ? chosenGroups : 1,
                ExpertRouter.GroupScore.BEST,
                false,
                false,
                factor);
    }

    /**
     * Reads the configuration of a DeepSeek-V3 checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static DeepSeekConfig ofV3(ConfigReader reader) {
        reader.supportsOnly("scoring_func", "sigmoid");
        reader.supportsOnly("topk_method", "noaux_tc");
        reader.aliases(
                Map.of(
                        "num_local_experts", "n_routed_experts",
                        "num_mtp_layers", "num_nextn_predict_layers"));
        ExpertRouter.Settings routing =
                new ExpertRouter.Settings(
                        reader.integer("n_routed_experts", 256),
                        reader.integer("num_experts_per_tok", 8),
                        ExpertRouter.Scoring.SIGMOID,
                        reader.integer("n_group", 8),
                        reader.integer("topk_group", 4),
                        ExpertRouter.GroupScore.SUM_OF_TWO_BEST,
                        true,
                        reader.bool("norm_topk_prob", true),
                        reader.number("routed_scaling_factor", 2.5));
        return read(
                reader,
                new Defaults(129280, 7168, 18432, 61, 128, 4096, 3, 1, 2048),
                reader.bool("rope_interleave", true)
                        ? RotaryEmbedding.Layout.INTERLEAVED
                        : RotaryEmbedding.Layout.HALVES,
                false,
                routing);
    }

    /** The defaults of transformers' configuration classes. */
    private record Defaults(
            int vocabularySize,
            int hiddenSize,
            int innerSize,
            int layers,
            int heads,
            int maxPositions,
            int firstLayer,
            int shared,
            int expertSize) {}

    /** A number that may be null, which means none. */
    private static int orNone(ConfigReader reader, String key, int otherwise) {
        Integer given = reader.integerOrNull(key);
        int absent = reader.contains(key) ? 0 : otherwise;
        return given == null ? absent : given;
    }

    private static DeepSeekConfig read(
            ConfigReader reader,
            Defaults own,
            RotaryEmbedding.Layout layout,
            boolean innerBias,
            ExpertRouter.Settings routing) {
        // Sizes that follow from others, and settings of the programs that trained the models.
        reader.noEffect(
                "is_decoder",
                "head_dim",
                "qk_head_dim",
                "pretraining_tp",
                "ep_size",
                "aux_loss_alpha",
                "seq_aux");
        int heads = reader.integer("num_attention_heads", own.heads);
        Integer keyValueHeads = reader.integerOrNull("num_key_value_heads");
        Require.that(
                keyValueHeads == null || keyValueHeads == heads,
                "num_key_value_heads must be num_attention_heads where keys are made"
                        + " from a latent, got num_key_value_heads=%s, num_attention_heads=%s",
                keyValueHeads,
                heads);
        int maxPositions = reader.integer("max_position_embeddings", own.maxPositions);
        int layers = reader.integer("num_hidden_layers", own.layers);
        LayerTypes.refuseWindows(reader, layers);
        return new DeepSeekConfig(
                reader.integer("vocab_size", own.vocabularySize),
                reader.integer("hidden_size", own.hiddenSize),
                reader.integer("intermediate_size", own.innerSize),
                layers,
                new Attention(
                        heads,
                        orNone(reader, "q_lora_rank", 1536),
                        reader.integer("kv_lora_rank", 512),
                        reader.integer("qk_nope_head_dim", 128),
                        reader.integer("qk_rope_head_dim", 64),
                        reader.integer("v_head_dim", 128),
                        reader.bool("attention_bias", false),
                        reader.rate("attention_dropout", 0),
                        layout,
                        RotaryConfig.of(reader, maxPositions)),
                reader.choice("hidden_act", "silu", Activation::of),
                reader.number("rms_norm_eps", 1e-6),
                reader.number("initializer_range", 0.02),
                innerBias,
                new Experts(
                        reader.integer("first_k_dense_replace", own.firstLayer),
                        reader.integer("moe_layer_freq", 1),
                        reader.integer("moe_intermediate_size", own.expertSize),
                        orNone(reader, "n_shared_experts", own.shared),
                        routing),
                reader.rate("classifier_dropout", reader.rate("hidden_dropout", 0.1)),
                reader.bool("tie_word_embeddings", false),
                reader.integer("num_nextn_predict_layers", 0));
    }
}
