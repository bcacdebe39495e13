package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What versions of transformers write for a model of given sizes, all defaults spelled out, is read
 * and gives the numbers of the sizes alone, for every family. {@code saved-settings.json} holds for
 * each family the sizes, and for each version what {@code save_pretrained} writes and, under {@code
 * every}, what {@code to_json_string(use_diff=False)} adds to it in all families.
 */
class SavedSettingsTest {

    private static final List<String> VERSIONS = List.of("4.40", "4.57", "5.18");

    /** Settings that published files have beside, and that change nothing. */
    private static final Map<String, List<String>> LEFTOVERS =
            Map.of(
                    "llama",
                    List.of(
                            "{'is_llama_config': true, 'rope_interleaved': false,"
                                    + " 'transformers.js_config': {'kv_cache_dtype': {'q4f16':"
                                    + " 'float16'}}}",
                            "{'unsloth_fixed': true, 'unsloth_version': '2024.9'}",
                            "{'max_sequence_length': 2048}",
                            "{'_flash_attn_2_enabled': true}",
                            "{'layer_types': ['full_attention', 'full_attention']}",
                            "{'use_sliding_window': false, 'sliding_window': 2,"
                                    + " 'max_window_layers': 28}",
                            "{'quantization_config': null, 'own_idea': null, 'is_decoder': true}",
                            "{'rope_scaling': {'rope_type': 'default', 'finetuned': true}}",
                            "{'rope_theta': 10000.0, 'rope_scaling': {'type': 'default'},"
                                    + " 'rope_parameters': {'rope_type': 'default', 'rope_theta':"
                                    + " 10000}}",
                            "{'layer_types': ['full_attention', 'full_attention'],"
                                    + " 'rope_parameters': {'full_attention': {'rope_type':"
                                    + " 'default', 'rope_theta': 10000.0}, 'sliding_attention':"
                                    + " null}}",
                            "{'rope_scaling': {'type': 'dynamic', 'factor': 2.0,"
                                    + " 'original_max_position_embeddings': 32}}"),
                    "mistral",
                    List.of("{'unsloth_fixed': true, 'attention_bias': false}"),
                    "gpt_neox",
                    List.of(
                            "{'attention_probs_dropout_prob': 0, 'hidden_dropout_prob': 0}",
                            "{'custom_pipelines': {'text-generation': {'impl': 'x.y'}}}",
                            "{'partial_rotary_factor': 0.25, 'rotary_pct': 0.25, 'rope_theta':"
                                    + " null}"),
                    "opt",
                    List.of(
                            "{'learned_embeddings': true, 'scale_embeddings': false}",
                            "{'layerdrop': 0.1}"),
                    "bert",
                    List.of("{'use_return_dict': true, 'gradient_checkpointing': false}"),
                    "gpt2",
                    List.of(
                            "{'hidden_size': 8, 'num_hidden_layers': 2, 'num_attention_heads': 2,"
                                    + " 'n_ctx': 1024}"),
                    "distilbert",
                    List.of("{'hidden_size': 8, 'num_hidden_layers': 2}"),
                    "bart",
                    List.of("{'hidden_size': 8, 'decoder_layerdrop': 0.05}"),
                    "deepseek_v3",
                    List.of("{'num_local_experts': 8, 'num_mtp_layers': 0}"));

    private static JsonObject all() throws IOException {
        return JsonFiles.read(Path.of("src/test/resources/goldens/saved-settings.json"));
    }

    @Test
    void everyFamilyIsThere() throws IOException {
        TreeSet<String> known = new TreeSet<>();
        ModelFamilies.all().forEach(family -> known.addAll(family.modelTypes()));
        known.removeIf(type -> type.startsWith("attn4j-")); // transformers does not save ours
        assertEquals(known, new TreeSet<>(all().getAsJsonObject("sizes").keySet()));
        assertEquals(known, new TreeSet<>(saved("4.57").keySet()));
        assertEquals(known, new TreeSet<>(saved("5.18").keySet()));
    }

    private static JsonObject saved(String version) throws IOException {
        return all().getAsJsonObject(version).getAsJsonObject("families");
    }

    @TestFactory
    Stream<DynamicTest> whatIsSpelledOutChangesNothing(@TempDir Path folder) throws IOException {
        return all().getAsJsonObject("sizes").keySet().stream()
                .map(family -> dynamicTest(family, () -> assertNothingChanges(family, folder)));
    }

    private static void assertNothingChanges(String family, Path parent) throws IOException {
        Path folder = Files.createDirectory(parent.resolve(family));
        JsonObject sizes = all().getAsJsonObject("sizes").getAsJsonObject(family);
        try (NDManager manager = TestEngine.manager()) {
            manager.getEngine().setRandomSeed(5);
            PretrainedModel model = ModelFamilies.create(sizes, null);
            model.initialize(manager, DataType.FLOAT32, model.smallestInput());
            WeightLoader.save(model, model.weights(), folder);
            Map<String, float[]> expected = outputs(manager, folder, sizes);
            for (String version : VERSIONS) {
                JsonObject config = saved(version).getAsJsonObject(family);
                if (config == null) {
                    continue; // the family is newer
                }
                assertSame(expected, outputs(manager, folder, config), version);
                JsonObject every = all().getAsJsonObject(version).getAsJsonObject("every");
                config.entrySet().forEach(it -> every.add(it.getKey(), it.getValue()));
                assertSame(expected, outputs(manager, folder, every), version + ", all of it");
            }
            for (String more : LEFTOVERS.getOrDefault(family, List.of())) {
                JsonObject config = sizes.deepCopy();
                JsonParser.parseString(more)
                        .getAsJsonObject()
                        .entrySet()
                        .forEach(it -> config.add(it.getKey(), it.getValue()));
                assertSame(expected, outputs(manager, folder, config), more);
            }
        }
    }

    private static Map<String, float[]> outputs(NDManager manager, Path folder, JsonObject config)
            throws IOException {
        JsonFiles.write(folder.resolve("config.json"), config);
        try (NDManager own = manager.newSubManager();
                LoadedModel model = Pretrained.loader().optManager(own).load(folder)) {
            NDArray ids = own.create(new long[][] {{3, 2, 2, 6, 7, 2}});
            Map<String, NDArray> inputs = new LinkedHashMap<>(Map.of("input_ids", ids));
            if (model.model() instanceof SequenceToSequenceModel) {
                inputs.put("decoder_input_ids", own.create(new long[][] {{1, 8, 9}}));
            }
            Map<String, float[]> outputs = new LinkedHashMap<>();
            model.run(new ModelInputs(inputs, null))
                    .arrays()
                    .forEach((name, array) -> outputs.put(name, array.toFloatArray()));
            return outputs;
        }
    }

    private static void assertSame(
            Map<String, float[]> expected, Map<String, float[]> actual, String what) {
        assertFalse(expected.isEmpty(), what);
        assertEquals(expected.keySet(), actual.keySet(), what);
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), what));
    }
}
