package org.attn4j.models.adapter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.Precision;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("engine")
class AdapterTest {

    private static final Path CLASSIFIER = GoldenFolders.named("bert_sequence_classification_a");
    private static final long[][] IDS = {{2, 11, 30, 51}, {2, 40, 12, 52}};

    @TempDir Path folder;

    private static LoadedModel load(Path path, boolean trainable) throws IOException {
        return Pretrained.loader().optEngine(TestEngine.name()).optTrainable(trainable).load(path);
    }

    private static Adapter create(AdapterConfig config, LoadedModel model) {
        model.manager().getEngine().setRandomSeed(11);
        return Adapter.create(config, model.model(), model.model().weights());
    }

    private static AdapterConfig random(int r, double alpha) {
        return AdapterConfig.of(r, alpha)
                .with("initialization", AdapterConfig.Initialization.FALSE);
    }

    private static float[] run(LoadedModel model) {
        try (NDManager call = model.manager().newSubManager()) {
            NDArray ids = call.create(IDS);
            ModelInputs in = ModelInputs.of(ids);
            boolean decoder =
                    model.config().get("is_encoder_decoder") != null
                            && model.config().get("is_encoder_decoder").getAsBoolean();
            if (decoder) {
                in = in.with("decoder_input_ids", call.create(IDS));
            }
            return model.run(in).require("logits").toFloatArray();
        }
    }

    private Map<String, double[][]> tensors(Path file) throws IOException {
        Map<String, double[][]> tensors = new LinkedHashMap<>();
        try (TensorSource source = TensorSource.open(file);
                NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            for (String name : source.names()) {
                NDArray array = source.read(name, manager);
                Shape shape = array.getShape();
                int rows = (int) shape.get(0);
                int columns = shape.dimension() == 1 ? 1 : (int) shape.get(1);
                if (shape.dimension() > 2) {
                    continue;
                }
                float[] values = array.toFloatArray();
                double[][] matrix = new double[rows][columns];
                for (int i = 0; i < values.length; i++) {
                    matrix[i / columns][i % columns] = values[i];
                }
                tensors.put(name, matrix);
            }
        }
        return tensors;
    }

    private static double[][] transposed(double[][] matrix) {
        double[][] result = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[0].length; j++) {
                result[j][i] = matrix[i][j];
            }
        }
        return result;
    }

    /** W + s · B A and its rows' magnitudes, as the papers have it, of stored tensors. */
    private static double[][] merged(
            double[][] w, double[][] a, double[][] b, double[][] m, double scale) {
        double[][] result = new double[w.length][w[0].length];
        for (int i = 0; i < w.length; i++) {
            double norm = 0;
            for (int j = 0; j < w[0].length; j++) {
                double sum = 0;
                for (int k = 0; k < a.length; k++) {
                    sum += b[i][k] * a[k][j];
                }
                result[i][j] = w[i][j] + scale * sum;
                norm += result[i][j] * result[i][j];
            }
            for (int j = 0; j < w[0].length && m != null; j++) {
                result[i][j] *= m[i][0] / Math.sqrt(norm);
            }
        }
        return result;
    }

    /** What merging does to the stored tensors, fused and transposed ones too. */
    @ParameterizedTest
    @CsvSource({
        "bert_sequence_classification_a, false, false",
        "bert_sequence_classification_a, true, true",
        "gpt2_lm_a, false, true",
        "gpt2_lm_a, true, false",
        "gpt_neox_lm_a, false, true",
        "gpt_neox_lm_a, true, false",
        "bloom_lm_a, true, false",
        "t5_v1_1_a, false, false",
        "llama_lm_a, true, true",
        "deepseek_v3_moe_lm_a, false, false",
        "roberta_sequence_classification_a, true, false",
    })
    void mergingIsTheArithmeticOfTheStoredTensors(String name, boolean dora, boolean rslora)
            throws IOException {
        Path base = GoldenFolders.named(name);
        AdapterConfig config = random(3, 6).with("dora", dora, "rslora", rslora);
        float[] adapted;
        List<String> modules;
        boolean transposed = name.startsWith("gpt2");
        try (LoadedModel model = load(base, true)) {
            float[] before = run(model);
            Adapter adapter = create(config, model);
            modules = adapter.modules();
            if (dora) {
                vary(model);
            }
            adapter.save(folder);
            adapted = run(model);
            assertFalse(Arrays.equals(before, adapted));
            Packable.packAll(model.model(), model.manager(), Precision.FP32);
            assertClose(adapted, run(model));
            adapter.merge();
            // float32, a few layers deep: sums of another order differ by about 1e-6 of the values
            assertClose(adapted, run(model));
            model.save(folder.resolve("merged"));
        }
        Map<String, double[][]> adapter = tensors(folder.resolve(Adapter.WEIGHTS));
        Map<String, double[][]> old = tensors(base);
        Map<String, double[][]> merged = tensors(folder.resolve("merged"));
        double scale = rslora ? 6 / Math.sqrt(3) : 2;
        assertFalse(modules.isEmpty());
        for (String module : modules) {
            String prefix = "base_model.model." + module;
            double[][] w = old.get(module + ".weight");
            double[][] expected =
                    merged(
                            transposed ? transposed(w) : w,
                            adapter.get(prefix + ".lora_A.weight"),
                            adapter.get(prefix + ".lora_B.weight"),
                            adapter.get(prefix + ".lora_magnitude_vector"),
                            scale);
            double[][] found = merged.get(module + ".weight");
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(
                        expected[i],
                        (transposed ? transposed(found) : found)[i],
                        1e-5,
                        module + " row " + i);
            }
        }
        try (LoadedModel model = load(base, false)) {
            Adapter.load(folder, model.model(), model.model().weights());
            assertArrayEquals(adapted, run(model), "the same after a round trip");
        }
    }

    private static void assertClose(float[] expected, float[] actual) {
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertArrayEquals(expected, actual, 1e-5f * Math.max(1, largest));
    }

    /** Magnitudes as training would change them. */
    private static void vary(LoadedModel model) {
        for (Map.Entry<String, Parameter> entry :
                BlockParameters.of(model.model()).byPath().entrySet()) {
            if (entry.getKey().endsWith("lora_magnitude_vector")) {
                NDArray array = entry.getValue().getArray();
                float[] values = array.toFloatArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] *= 1 + 0.1f * (i % 5);
                }
                array.setRequiresGradient(false);
                HostArrays.set(array, values);
                array.setRequiresGradient(true);
            }
        }
    }

    @Test
    void aNewAdapterChangesNothingAndTrainsLittle() throws IOException {
        try (LoadedModel model = load(CLASSIFIER, true)) {
            float[] before = run(model);
            create(AdapterConfig.of(4, 8).with("taskType", "SEQ_CLS", "dora", true), model);
            assertClose(before, run(model));
            Set<String> trained = new TreeSet<>();
            BlockParameters.of(model.model())
                    .byPath()
                    .forEach(
                            (path, parameter) -> {
                                if (parameter.requiresGradient()) {
                                    trained.add(path.substring(path.lastIndexOf('.') + 1));
                                }
                            });
            // the head's weight and bias
            assertEquals(
                    Set.of("bias", "lora_A", "lora_B", "lora_magnitude_vector", "weight"), trained);
        }
    }

    /** What {@code get_peft_model_state_dict} gives for these targets, by its rules. */
    @Test
    void keysAreThoseOfPeft() throws IOException {
        AdapterConfig config =
                AdapterConfig.of(2, 4)
                        .withTargetModules(ModuleNames.of("query", "word_embeddings"))
                        .with(
                                "taskType",
                                "SEQ_CLS",
                                "dora",
                                true,
                                "bias",
                                AdapterConfig.Bias.LORA_ONLY,
                                "layersToTransform",
                                List.of());
        try (LoadedModel model = load(CLASSIFIER, true)) {
            create(config, model).save(folder);
        }
        Set<String> expected = new TreeSet<>();
        for (int layer = 0; layer < layers(); layer++) {
            String query =
                    "base_model.model.bert.encoder.layer." + layer + ".attention.self.query.";
            expected.add(query + "lora_A.weight");
            expected.add(query + "lora_B.weight");
            expected.add(query + "lora_magnitude_vector");
            expected.add(query + "base_layer.bias");
        }
        String words = "base_model.model.bert.embeddings.word_embeddings.";
        expected.add(words + "lora_embedding_A");
        expected.add(words + "lora_embedding_B");
        expected.add(words + "lora_magnitude_vector");
        expected.add("base_model.model.classifier.weight");
        expected.add("base_model.model.classifier.bias");
        Map<String, double[][]> found = tensors(folder.resolve(Adapter.WEIGHTS));
        assertEquals(expected, new TreeSet<>(found.keySet()));
        assertEquals(2, found.get(words + "lora_embedding_A").length);
        assertEquals(2, found.get(words + "lora_embedding_B")[0].length);

        JsonObject json = JsonFiles.read(folder.resolve(Adapter.CONFIG));
        assertEquals("LORA", json.get("peft_type").getAsString());
        assertEquals("4", json.get("lora_alpha").getAsString());
        assertEquals("[\"query\",\"word_embeddings\"]", json.get("target_modules").toString());
        assertEquals("[\"classifier\",\"score\"]", json.get("modules_to_save").toString());
        assertEquals("lora_only", json.get("bias").getAsString());
        assertTrue(json.get("use_dora").getAsBoolean());
        assertFalse(json.get("fan_in_fan_out").getAsBoolean());
        assertTrue(json.get("init_lora_weights").getAsBoolean());
    }

    private static int layers() throws IOException {
        return JsonFiles.read(CLASSIFIER.resolve("config.json"))
                .get("num_hidden_layers")
                .getAsInt();
    }

    @Test
    void anAdaptersNameInTheKeysIsReadPast() throws IOException {
        float[] adapted;
        try (LoadedModel model = load(CLASSIFIER, true)) {
            Adapter adapter = create(random(2, 4).with("dora", true, "taskType", "SEQ_CLS"), model);
            adapter.save(folder);
            adapted = run(model);
        }
        Path file = folder.resolve(Adapter.WEIGHTS);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            Map<String, NDArray> renamed = new LinkedHashMap<>();
            try (SafetensorsFile source = SafetensorsFile.open(file)) {
                for (String name : source.names()) {
                    renamed.put(
                            name.replaceFirst("(lora_[AB])\\.weight", "$1.mine.weight")
                                    .replaceFirst("vector$", "vector.mine.weight")
                                    .replaceFirst(
                                            "classifier\\.(\\w+)$",
                                            "classifier.modules_to_save.default.$1"),
                            source.read(name, manager));
                }
            }
            SafetensorsWriter.write(file, renamed, Map.of());
        }
        try (LoadedModel model = load(CLASSIFIER, false)) {
            Adapter.load(folder, model.model(), model.model().weights());
            assertArrayEquals(adapted, run(model));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type | \"IA3\" | peft_type must be LORA",
                "lora_bias | true | lora_bias is not supported, got lora_bias=true",
                "megatron_config | {\"a\":1} | megatron_config is not supported",
                "trainable_token_indices | [1] | trainable_token_indices is not supported",
                "target_parameters | [\"a\"] | target_parameters is not supported",
                "use_something | true | use_something is not known here, and might change",
                "init_lora_weights | \"pissa\" | init_lora_weights must be true, false or gaussian",
                "init_lora_weights | \"loftq\" | init_lora_weights must be true, false or gaussian",
                "r | 0 | r must be at least 1, got r=0",
                "target_modules | null | target_modules must name the modules",
                "target_modules | [\"LayerNorm\"] | target_modules must name linear maps",
                "target_modules | [\"nothing\"] | target_modules must name modules of the model, got [nothing]; it has bert.embeddings.word_embeddings, ",
                "target_modules | \"(\" | target_modules must be a list of module names, or a regular expression",
            })
    void whatIsNotKnownIsRefusedByName(String key, String value, String problem)
            throws IOException {
        try (LoadedModel model = load(CLASSIFIER, true)) {
            create(AdapterConfig.of(2, 4), model).save(folder);
        }
        JsonObject json = JsonFiles.read(folder.resolve(Adapter.CONFIG));
        json.add(key, JsonParser.parseString(value));
        JsonFiles.write(folder.resolve(Adapter.CONFIG), json);
        try (LoadedModel model = load(CLASSIFIER, false)) {
            Exception e =
                    assertThrows(
                            IOException.class,
                            () -> Adapter.load(folder, model.model(), model.model().weights()));
            assertTrue(
                    e.getMessage().startsWith(folder.resolve(Adapter.CONFIG).toString())
                            && e.getMessage().contains(problem),
                    e.getMessage());
        }
    }

    @Test
    void harmlessFieldsOfPeftAreAccepted() throws IOException {
        try (LoadedModel model = load(CLASSIFIER, true)) {
            create(AdapterConfig.of(2, 4), model).save(folder);
        }
        JsonObject json = JsonFiles.read(folder.resolve(Adapter.CONFIG));
        String peft =
                "{\"alora_invocation_tokens\":null,\"auto_mapping\":null,\"corda_config\":null,"
                        + "\"eva_config\":null,\"exclude_modules\":null,\"layer_replication\":null,"
                        + "\"layers_pattern\":null,\"layers_to_transform\":null,\"loftq_config\":{},"
                        + "\"lora_bias\":false,\"megatron_config\":null,"
                        + "\"megatron_core\":\"megatron.core\",\"peft_version\":\"0.18.0\","
                        + "\"qalora_group_size\":16,\"revision\":null,\"target_parameters\":null,"
                        + "\"trainable_token_indices\":null,\"use_qalora\":false,"
                        + "\"ensure_weight_tying\":false,\"rank_pattern\":{},\"alpha_pattern\":{}}";
        JsonParser.parseString(peft)
                .getAsJsonObject()
                .entrySet()
                .forEach(it -> json.add(it.getKey(), it.getValue()));
        JsonFiles.write(folder.resolve(Adapter.CONFIG), json);
        try (LoadedModel model = load(CLASSIFIER, false)) {
            assertEquals(
                    AdapterConfig.read(folder).r(),
                    Adapter.load(folder, model.model(), model.model().weights()).config().r());
        }
    }

    @Test
    void anAdapterOfAnotherModelIsRefusedAndLeavesThisOneAsItWas() throws IOException {
        try (LoadedModel model = load(CLASSIFIER, true)) {
            create(random(2, 4).withTargetModules(ModuleNames.of("query")), model).save(folder);
        }
        JsonObject json = JsonFiles.read(folder.resolve(Adapter.CONFIG));
        json.addProperty("r", 3);
        JsonFiles.write(folder.resolve(Adapter.CONFIG), json);
        try (LoadedModel model = load(CLASSIFIER, false)) {
            float[] before = run(model);
            WeightMismatchException e =
                    assertThrows(
                            WeightMismatchException.class,
                            () -> Adapter.load(folder, model.model(), model.model().weights()));
            assertTrue(e.getMessage().contains("misshapen"), e.getMessage());
            assertArrayEquals(before, run(model));
            assertTrue(
                    BlockParameters.of(model.model()).byPath().keySet().stream()
                            .noneMatch(path -> path.contains("lora_")));
        }
    }

    @Test
    void ranksAndAlphasFollowTheirPatterns() throws IOException {
        AdapterConfig config =
                AdapterConfig.of(2, 4)
                        .withTargetModules(ModuleNames.matching(".*attention\\.self\\.(query|key)"))
                        .with(
                                "rankPattern",
                                Map.of("layer.0.attention.self.query", 5),
                                "alphaPattern",
                                Map.of("^bert\\.encoder.*key", 1.0));
        String query = "bert.encoder.layer.0.attention.self.query";
        assertEquals(5, config.rank(query));
        assertEquals(0.8f, config.scale(query));
        assertEquals(0.5f, config.scale("bert.encoder.layer.1.attention.self.key"));
        assertEquals(2, config.rank("bert.encoder.layer.1.attention.self.query"));
        try (LoadedModel model = load(CLASSIFIER, true)) {
            Adapter adapter = create(config, model);
            assertEquals(2 * layers(), adapter.modules().size());
            adapter.save(folder);
        }
        assertEquals(
                5,
                tensors(folder.resolve(Adapter.WEIGHTS))
                        .get("base_model.model." + query + ".lora_A.weight")
                        .length);
    }

    /** The cases of PEFT's {@code check_target_module_exists}. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "['dense']           | null              | []  | []          | a.layer.0.dense     | true",
                "['dense']           | null              | []  | []          | a.layer.0.mydense   | false",
                "['layer.0.dense']   | null              | []  | []          | a.layer.0.dense     | true",
                "'.*dense'           | null              | []  | []          | a.layer.0.mydense   | true",
                "'dense'             | null              | []  | []          | a.layer.0.dense     | false",
                "['dense']           | null              | [1] | []          | a.layer.0.dense     | false",
                "['dense']           | null              | [1] | []          | a.layer.1.dense     | true",
                "['dense']           | null              | [1] | []          | layer.1.dense       | false",
                "['layer.1.dense']   | null              | [0] | []          | layer.1.dense       | true",
                "['w1']              | null              | [1] | []          | a.layers.1.experts.0.w1 | true",
                "['w1']              | null              | [0] | []          | a.layers.1.experts.0.w1 | false",
                "['w1']              | null              | [0] | ['experts'] | a.layers.1.experts.0.w1 | true",
                "['dense']           | ['layer.0.dense'] | []  | []          | a.layer.0.dense     | false",
                "['dense']           | '.*0.*'           | []  | []          | a.layer.1.dense     | true",
                "['dense']           | '.*0.*'           | []  | []          | a.layer.0.dense     | false",
            })
    void modulesAreNamedAsInPeft(
            String targets,
            String excluded,
            String layers,
            String pattern,
            String module,
            boolean matches) {
        AdapterConfig config =
                AdapterConfig.of(1, 1)
                        .with(
                                "targetModules",
                                names(targets),
                                "excludeModules",
                                excluded.equals("null") ? null : names(excluded),
                                "layersToTransform",
                                layers.equals("[]")
                                        ? List.of()
                                        : List.of(Integer.parseInt(layers.substring(1, 2))),
                                "layersPattern",
                                names(pattern).names());
        assertEquals(matches, config.targets(module) && !config.excludes(module));
    }

    private static ModuleNames names(String json) {
        return ModuleNames.read(JsonParser.parseString(json));
    }

    @Test
    void allLinearLeavesOutHeadsAndWhatIsTrainedWhole() throws IOException {
        try (LoadedModel model = load(CLASSIFIER, true)) {
            List<String> modules =
                    create(AdapterConfig.of(1, 1).with("taskType", "SEQ_CLS"), model).modules();
            assertEquals(6 * layers() + 1, modules.size()); // the pooler's
            assertFalse(modules.contains("classifier"));
        }
        try (LoadedModel model = load(GoldenFolders.named("gpt_neox_lm_a"), true)) {
            List<String> modules = create(AdapterConfig.of(1, 1), model).modules();
            assertTrue(
                    modules.contains("gpt_neox.layers.0.attention.query_key_value"),
                    modules.toString());
            assertFalse(modules.contains("embed_out"));
        }
    }

    @Test
    void aPatternThatTakesForeverIsRefused() {
        ModuleNames forever = ModuleNames.matching("(([a-z.]*)*)*!");
        assertThrows(
                IllegalArgumentException.class,
                () -> forever.matches("bert.encoder.layer.attention.self.query.more"));
    }

    /** The parts of a fused module share one A. */
    @Test
    void aFusedModuleHasOneA() throws IOException {
        try (LoadedModel model = load(GoldenFolders.named("gpt2_lm_a"), true)) {
            create(random(2, 2).withTargetModules(ModuleNames.of("c_attn")), model).save(folder);
            long downs =
                    BlockParameters.of(model.model()).byPath().keySet().stream()
                            .filter(path -> path.endsWith("lora_A"))
                            .count();
            assertEquals(model.config().get("n_layer").getAsInt(), downs);
        }
        double[][] up =
                tensors(folder.resolve(Adapter.WEIGHTS))
                        .get("base_model.model.transformer.h.0.attn.c_attn.lora_B.weight");
        assertEquals(96, up.length);
        assertTrue(
                JsonFiles.read(folder.resolve(Adapter.CONFIG))
                        .get("fan_in_fan_out")
                        .getAsBoolean());
        assertTrue(Files.exists(folder.resolve(Adapter.WEIGHTS)));
    }
}
