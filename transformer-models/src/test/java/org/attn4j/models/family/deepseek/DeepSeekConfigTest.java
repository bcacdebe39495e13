package org.attn4j.models.family.deepseek;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.function.Function;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.ExpertRouter;
import org.junit.jupiter.api.Test;

class DeepSeekConfigTest {

    private static final String V3 =
            """
            {"architectures": ["DeepseekV3ForCausalLM"], "attention_bias": false,
             "attention_dropout": 0.0, "aux_loss_alpha": 0.001, "bos_token_id": 0,
             "eos_token_id": 1, "ep_size": 1, "first_k_dense_replace": 3, "hidden_act": "silu",
             "hidden_size": 7168, "initializer_range": 0.02, "intermediate_size": 18432,
             "kv_lora_rank": 512, "max_position_embeddings": 163840, "model_type": "deepseek_v3",
             "moe_intermediate_size": 2048, "moe_layer_freq": 1, "n_group": 8,
             "n_routed_experts": 256, "n_shared_experts": 1, "norm_topk_prob": true,
             "num_attention_heads": 128, "num_experts_per_tok": 8, "num_hidden_layers": 61,
             "num_key_value_heads": 128, "num_nextn_predict_layers": 1, "pretraining_tp": 1,
             "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
             "rms_norm_eps": 1e-06,
             "rope_scaling": {"beta_fast": 32, "beta_slow": 1, "factor": 40, "mscale": 1.0,
              "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096, "type": "yarn"},
             "rope_theta": 10000, "routed_scaling_factor": 2.5, "scoring_func": "sigmoid",
             "seq_aux": true, "tie_word_embeddings": false, "topk_group": 4,
             "topk_method": "noaux_tc", "torch_dtype": "bfloat16", "use_cache": true,
             "v_head_dim": 128, "vocab_size": 129280}
            """;

    private static ConfigReader reader(String json) {
        return new ConfigReader(JsonParser.parseString(json).getAsJsonObject(), "config.json");
    }

    @Test
    void publishedFilesAreUnderstood() {
        ConfigReader reader = reader(V3);
        DeepSeekConfig config = DeepSeekConfig.ofV3(reader);
        reader.finish();
        assertEquals(
                new ExpertRouter.Settings(
                        256,
                        8,
                        ExpertRouter.Scoring.SIGMOID,
                        8,
                        4,
                        ExpertRouter.GroupScore.SUM_OF_TWO_BEST,
                        true,
                        true,
                        2.5),
                config.experts().routing());
        assertFalse(config.experts().in(2));
        assertTrue(config.experts().in(3));
        double factor = 0.1 * Math.log(40) + 1;
        assertEquals(factor * factor / Math.sqrt(192), config.attention().scale(), 1e-12);
        assertEquals(RotaryEmbedding.Layout.INTERLEAVED, config.attention().layout());
    }

    @Test
    void theSecondVersionChoosesBySoftmax() {
        DeepSeekConfig config =
                DeepSeekConfig.ofV2(
                        reader(
                                "{'num_experts_per_tok': 6, 'topk_method': 'group_limited_greedy',"
                                        + " 'n_group': 8, 'topk_group': 3, 'q_lora_rank': null,"
                                        + " 'moe_layer_freq': 2, 'first_k_dense_replace': 1}"));
        assertEquals(
                new ExpertRouter.Settings(
                        64,
                        6,
                        ExpertRouter.Scoring.SOFTMAX,
                        8,
                        3,
                        ExpertRouter.GroupScore.BEST,
                        false,
                        false,
                        1),
                config.experts().routing());
        assertEquals(0, config.attention().queryRank());
        assertFalse(config.experts().in(0));
        assertFalse(config.experts().in(1));
        assertTrue(config.experts().in(2));
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        assertRefused(DeepSeekConfig::ofV2, "{}", "num_experts_per_tok is missing");
        assertRefused(
                DeepSeekConfig::ofV2,
                "{'num_experts_per_tok': 2, 'norm_topk_prob': true}",
                "norm_topk_prob=true is not supported");
        assertRefused(
                DeepSeekConfig::ofV2,
                "{'num_experts_per_tok': 2, 'topk_method': 'noaux_tc'}",
                "topk_method must be greedy or group_limited_greedy");
        assertRefused(
                DeepSeekConfig::ofV3, "{'scoring_func': 'softmax'}", "scoring_func=\"softmax\"");
        assertRefused(
                DeepSeekConfig::ofV3, "{'num_key_value_heads': 8}", "num_key_value_heads must be");
        assertRefused(DeepSeekConfig::ofV3, "{'n_group': 7}", "must be divisible by groups");
        assertRefused(DeepSeekConfig::ofV3, "{'moe_layer_freq': 0}", "moe_layer_freq");
        String more = "{'quantization_config': {}," + V3.strip().substring(1);
        ConfigReader quantised = reader(more);
        DeepSeekConfig.ofV3(quantised);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, quantised::finish);
        assertTrue(
                e.getMessage().contains("quantization_config={} is not supported"), e.getMessage());
    }

    private static void assertRefused(
            Function<ConfigReader, DeepSeekConfig> family, String json, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> family.apply(reader(json)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
