package org.attn4j.models.family.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import org.attn4j.attention.position.RotaryScaling;
import org.attn4j.models.config.ConfigReader;
import org.junit.jupiter.api.Test;

class LlamaConfigTest {

    private static ConfigReader reader(String json) {
        return new ConfigReader(JsonParser.parseString(json).getAsJsonObject(), "config.json");
    }

    /** The settings of Llama 3.1 8B as they are published. */
    @Test
    void publishedLlamaFilesAreUnderstood() {
        ConfigReader reader =
                reader(
                        """
                        {"architectures": ["LlamaForCausalLM"], "attention_bias": false,
                         "attention_dropout": 0.0, "bos_token_id": 128000,
                         "eos_token_id": [128001, 128008, 128009], "hidden_act": "silu",
                         "hidden_size": 4096, "initializer_range": 0.02,
                         "intermediate_size": 14336, "max_position_embeddings": 131072,
                         "mlp_bias": false, "model_type": "llama", "num_attention_heads": 32,
                         "num_hidden_layers": 32, "num_key_value_heads": 8, "pretraining_tp": 1,
                         "rms_norm_eps": 1e-05,
                         "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0,
                          "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
                          "rope_type": "llama3"},
                         "rope_theta": 500000.0, "tie_word_embeddings": false,
                         "torch_dtype": "bfloat16", "transformers_version": "4.42.3",
                         "use_cache": true, "vocab_size": 128256}
                        """);
        LlamaConfig config = LlamaConfig.ofLlama(reader);
        reader.finish();
        assertEquals(128, config.headSize());
        assertEquals(8, config.keyValueHeads());
        assertEquals(0, config.types().window());
        assertEquals(new RotaryScaling.Llama3(8, 1, 4, 8192), config.rotary(0).scaling());
        assertEquals(500000, config.rotary(0).base());
    }

    @Test
    void mistralHasAWindowUnlessItIsNull() {
        assertEquals(4096, LlamaConfig.ofMistral(reader("{}")).types().window());
        assertEquals(8, LlamaConfig.ofMistral(reader("{}")).keyValueHeads());
        assertEquals(0, LlamaConfig.ofMistral(reader("{'sliding_window': null}")).types().window());
        assertEquals(
                32, LlamaConfig.ofMistral(reader("{'num_key_value_heads': null}")).keyValueHeads());
        assertEquals(
                128,
                LlamaConfig.ofMistral(reader("{'hidden_size': 5120, 'head_dim': 128}")).headSize());
    }

    @Test
    void layersHaveTheWindowThatTheirTypeSays() {
        String two = "{'num_hidden_layers': 2, 'sliding_window': 3, ";
        LlamaConfig mixed =
                LlamaConfig.ofMistral(
                        reader(two + "'layer_types': ['sliding_attention', 'full_attention']}"));
        assertEquals(3, mixed.types().window(0));
        assertEquals(0, mixed.types().window(1));
        LlamaConfig qwen =
                LlamaConfig.ofMistral(
                        reader(two + "'use_sliding_window': true, 'max_window_layers': 1}"));
        assertEquals(0, qwen.types().window(0));
        assertEquals(3, qwen.types().window(1));
        LlamaConfig off = LlamaConfig.ofMistral(reader(two + "'use_sliding_window': false}"));
        assertEquals(0, off.types().window());
        LlamaConfig llama =
                LlamaConfig.ofLlama(
                        reader(two + "'layer_types': ['full_attention', 'sliding_attention']}"));
        assertEquals(0, llama.types().window(0));
        assertEquals(3, llama.types().window(1));
    }

    @Test
    void windowsThatNoLayerCanHaveAreRefused() {
        assertRefused(
                "{'num_hidden_layers': 1, 'layer_types': ['chunked_attention']}",
                "layer_types must be full_attention or sliding_attention, got [chunked_attention]");
        assertRefused(
                "{'num_hidden_layers': 3, 'layer_types': ['full_attention']}",
                "layer_types must be a type for each of the 3 layers");
        assertRefused(
                "{'num_hidden_layers': 1, 'sliding_window': null, 'layer_types':"
                        + " ['sliding_attention']}",
                "need a sliding_window");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> LlamaConfig.ofLlama(reader("{'sliding_window': 5}")));
        assertEquals(
                "config.json: sliding_window=5 is not supported, only null is", e.getMessage());
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        assertRefused("{'sliding_window': 0}", "sliding_window must be at least 1, or null");
        assertRefused(
                "{'num_attention_heads': 6, 'num_key_value_heads': 4, 'head_dim': 8}",
                "num_attention_heads must be divisible by num_key_value_heads");
        assertRefused("{'hidden_size': 100}", "hidden_size must be divisible");
        assertRefused("{'head_dim': 5}", "head_dim must be even");
        assertRefused("{'hidden_act': 'swirl'}", "hidden_act: activation must be one of");
    }

    private static void assertRefused(String json, String message) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> LlamaConfig.ofMistral(reader(json)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }
}
