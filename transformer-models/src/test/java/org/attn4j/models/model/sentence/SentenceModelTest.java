package org.attn4j.models.model.sentence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of sentence-transformers, from version 0 to 6. */
@Tag("engine")
class SentenceModelTest {

    private static final Path ENCODER = GoldenFolders.named("sentence_bert_a");
    private static final String MODELS = "sentence_transformers.models.";
    private static final List<String> TEXTS = List.of("a", "b c a", "c");
    private static final int D = 32;

    @TempDir private Path folder;

    @BeforeEach
    void writeEncoder() throws IOException {
        encoder(folder, 1);
    }

    /** A BERT with a tokenizer, whose token embeddings are some times what they were. */
    private static void encoder(Path place, double times) throws IOException {
        Files.createDirectories(place);
        Files.write(
                place.resolve("config.json"), Files.readAllBytes(ENCODER.resolve("config.json")));
        Files.writeString(
                place.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n");
        Files.writeString(place.resolve("tokenizer_config.json"), "{\"do_lower_case\": true}");
        try (NDManager manager = TestEngine.manager();
                TensorSource source = TensorSource.open(ENCODER)) {
            List<TensorContent> contents = new ArrayList<>();
            for (String name : source.names()) {
                contents.add(
                        name.equals("embeddings.word_embeddings.weight")
                                ? TensorContent.of(name, source.read(name, manager).mul(times))
                                : source.content(name));
            }
            SafetensorsWriter.builder().build().writeModel(place, contents);
        }
    }

    private void json(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.replace('\'', '"'));
    }

    /** Modules, each as "type path". */
    private void modules(String... modules) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String module : modules) {
            String[] parts = module.split(" ", 2);
            entries.add(
                    "{'idx': %d, 'name': '%d', 'path': '%s', 'type': '%s'}"
                            .formatted(
                                    entries.size(),
                                    entries.size(),
                                    parts.length == 2 ? parts[1] : "",
                                    parts[0].contains(".") ? parts[0] : MODELS + parts[0]));
        }
        json("modules.json", "[" + String.join(", ", entries) + "]");
    }

    private static TaskModel load(Path folder, NDManager manager) throws IOException {
        return TaskModel.load(Task.TEXT_EMBEDDING, folder, Pretrained.loader().optManager(manager));
    }

    private static NDArray embed(Path folder, NDManager manager) throws IOException {
        try (TaskModel model = load(folder, manager)) {
            NDList rows = new NDList();
            new TextEmbedder(model)
                    .embed(TEXTS)
                    .forEach(row -> rows.add(manager.create(row).expandDims(0)));
            return NDArrays.concat(rows, 0); // (B, E)
        }
    }

    private static void assertNear(NDArray expected, NDArray actual) {
        assertEquals(expected.getShape(), actual.getShape());
        assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), 2e-5f);
    }

    private String refusal() {
        try (NDManager manager = TestEngine.manager()) {
            return assertThrows(IOException.class, () -> embed(folder, manager)).getMessage();
        }
    }

    /** Version 0 had a class for each family, and its files in a folder of their own. */
    @ParameterizedTest
    @CsvSource({
        "BERT, 0_BERT",
        "Transformer, 0_Transformer",
        "Transformer, 0_Transformer/",
        "sentence_transformers.base.modules.transformer.Transformer, ./0_Transformer"
    })
    void theEncoderIsWhereItsModuleLies(String type, String path) throws IOException {
        Path place = folder.resolve(path);
        encoder(place, 3); // another than the one that lies beside modules.json
        json(path + "/sentence_bert_config.json", "{'max_seq_length': 4, 'do_lower_case': true}");
        Files.delete(folder.resolve("vocab.txt"));
        try (NDManager manager = TestEngine.manager()) {
            modules(type + " " + path, "Pooling 1_Pooling");
            json("1_Pooling/config.json", "{'word_embedding_dimension': 32}");
            NDArray found = embed(folder, manager);
            assertNear(embed(place, manager), found);

            json("config.json", "{'__version__': '0.2.0'}"); // what version 0 wrote there
            Files.delete(folder.resolve("model.safetensors"));
            assertNear(found, embed(folder, manager));
            try (TaskModel model = load(folder, manager)) {
                Path out = folder.resolve("out");
                model.model().save(out);
                assertNear(found, embed(out, manager));
                assertTrue(Files.exists(out.resolve(path).resolve("vocab.txt")));
                assertTrue(Files.readString(out.resolve("config.json")).contains("__version__"));
                assertFalse(Files.exists(out.resolve("model.safetensors")));
            }
        }
    }

    @Test
    void modulesApplyInTheirOrder() throws IOException {
        json("1_Pooling/config.json", "{'embedding_dimension': 32, 'pooling_mode': 'mean'}");
        json(
                "3_Dense/config.json",
                "{'in_features': 32, 'out_features': 5, 'bias': true,"
                        + " 'activation_function': 'torch.nn.modules.linear.Identity'}");
        json("4_LayerNorm/config.json", "{'dimension': 5}");
        json("2_Normalize/config.json", "{'module_input_name': 'sentence_embedding'}");
        try (NDManager manager = TestEngine.manager()) {
            NDArray weight = manager.randomNormal(new Shape(5, D));
            NDArray bias = manager.randomNormal(new Shape(5));
            NDArray scale = manager.randomNormal(new Shape(5));
            SafetensorsWriter.write(
                    folder.resolve("3_Dense/model.safetensors"),
                    Map.of("linear.weight", weight, "linear.bias", bias),
                    Map.of());
            SafetensorsWriter.write(
                    folder.resolve("4_LayerNorm/model.safetensors"),
                    Map.of("norm.weight", scale, "norm.bias", bias),
                    Map.of());
            modules("Transformer", "Pooling 1_Pooling");
            NDArray mean = embed(folder, manager);
            modules(
                    "Transformer",
                    "Pooling 1_Pooling",
                    "Normalize 2_Normalize",
                    "Dense 3_Dense",
                    "LayerNorm 4_LayerNorm");
            NDArray unit = mean.div(mean.norm(new int[] {1}, true));
            NDArray mapped = unit.matMul(weight.transpose()).add(bias);
            NDArray centred = mapped.sub(mapped.mean(new int[] {1}, true));
            NDArray variance = centred.square().mean(new int[] {1}, true);
            NDArray expected = centred.div(variance.add(1e-5f).sqrt()).mul(scale).add(bias);
            assertNear(expected, embed(folder, manager));

            try (TaskModel model = load(folder, manager)) {
                Path out = folder.resolve("out");
                model.model().save(out);
                SentenceModel.of(model.model()).saveModules(out);
                assertNear(expected, embed(out, manager));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {D, 5})
    void aDenseLayerMayAddItsInput(int size) throws IOException {
        json("1_Pooling/config.json", "{}");
        json(
                "2_Dense/config.json",
                "{'in_features': 32, 'out_features': %d, 'bias': false, 'use_residual': true}"
                        .formatted(size));
        try (NDManager manager = TestEngine.manager()) {
            NDArray weight = manager.randomNormal(new Shape(size, D));
            NDArray residual = manager.randomNormal(new Shape(size, D));
            SafetensorsWriter.write(
                    folder.resolve("2_Dense/model.safetensors"),
                    size == D
                            ? Map.of("linear.weight", weight)
                            : Map.of("linear.weight", weight, "residual.weight", residual),
                    Map.of());
            modules("Transformer", "Pooling 1_Pooling");
            NDArray mean = embed(folder, manager);
            modules("Transformer", "Pooling 1_Pooling", "Dense 2_Dense");
            NDArray beside = size == D ? mean : mean.matMul(residual.transpose());
            assertNear(mean.matMul(weight.transpose()).tanh().add(beside), embed(folder, manager));
        }
    }

    @Test
    void poolingIsReadInAllItsForms() throws IOException {
        modules("Transformer", "Pooling 1_Pooling");
        Map<String, String> forms =
                Map.of(
                        "{'pooling_mode': 'cls'}", "{'pooling_mode_cls_token': true}",
                        "{'pooling_mode': ['lasttoken']}", "{'pooling_mode_lasttoken': true}",
                        "{'pooling_mode': 'mean'}", "{'pooling_mode_cls_token': false}",
                        "{'pooling_mode': ['cls', 'max']}",
                                "{'pooling_mode_max_tokens': true, 'pooling_mode_cls_token': true}",
                        "{'pooling_mode': ['weightedmean', 'mean_sqrt_len_tokens']}",
                                "{'pooling_mode': ('weightedmean', 'mean_sqrt_len_tokens')}");
        try (NDManager manager = TestEngine.manager()) {
            for (Map.Entry<String, String> form : forms.entrySet()) {
                json("1_Pooling/config.json", form.getKey());
                NDArray expected = embed(folder, manager);
                json("1_Pooling/config.json", form.getValue().replace('(', '[').replace(')', ']'));
                assertNear(expected, embed(folder, manager));
            }
        }
        json("1_Pooling/config.json", "{'pooling_mode': 'median'}");
        assertTrue(refusal().contains("median"));
        json("1_Pooling/config.json", "{'pooling_mode': []}");
        assertTrue(refusal().contains("at least one"));
    }

    /** The first token that is seen, the last one, and no padding, on whatever side it is. */
    @Test
    void poolingLooksAtTheMask() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray states =
                    manager.create(
                            new float[] {9, 9, 1, 2, 3, 4, 5, 6, 7, 8, -3, -4}, new Shape(2, 3, 2));
            NDArray mask = manager.create(new long[][] {{0, 1, 1}, {1, 1, 0}});
            Map<Pooling.Mode, float[]> expected =
                    Map.of(
                            Pooling.Mode.CLS, new float[] {1, 2, 5, 6},
                            Pooling.Mode.LAST, new float[] {3, 4, 7, 8},
                            Pooling.Mode.MAX, new float[] {3, 4, 7, 8},
                            Pooling.Mode.MEAN, new float[] {2, 3, 6, 7});
            expected.forEach(
                    (mode, values) ->
                            assertArrayEquals(
                                    values,
                                    new Pooling(List.of(mode)).pool(states, mask).toFloatArray(),
                                    1e-6f,
                                    mode.toString()));
            if (TestEngine.name().equals("PyTorch")) { // MXNet has no maximum in half precision
                NDArray half = states.toType(DataType.FLOAT16, false);
                Pooling max = new Pooling(List.of(Pooling.Mode.MAX));
                assertArrayEquals(
                        expected.get(Pooling.Mode.MAX),
                        max.pool(half, mask).toType(DataType.FLOAT32, false).toFloatArray());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "WeightedLayerPooling, WeightedLayerPooling",
        "Router, Router",
        "Asym, Asym",
        "CNN, CNN",
        "custom_st.Pooling, custom_st.Pooling"
    })
    void modulesThatAreNotComputedAreRefusedByName(String type, String named) throws IOException {
        json("1_Pooling/config.json", "{}");
        modules("Transformer", type + " 1_Pooling");
        assertTrue(refusal().contains("type " + named + " are not known"), refusal());
    }

    @Test
    void modulesInAnotherOrderAreRefused() throws IOException {
        json("1_Pooling/config.json", "{}");
        modules("Transformer", "Normalize 2_Normalize", "Pooling 1_Pooling");
        assertTrue(refusal().contains("must follow"), refusal());
        modules("Transformer", "Pooling 1_Pooling", "Pooling 1_Pooling");
        assertTrue(refusal().contains("must follow"), refusal());
        modules("custom_st.Transformer", "Pooling 1_Pooling");
        assertTrue(refusal().contains("custom_st.Transformer"), refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../0_Transformer", "/etc", "a/../../b", "a\\\\b", "a\\u0000"})
    void aPathOutOfTheFolderIsRefused(String path) throws IOException {
        modules("Transformer " + path, "Pooling 1_Pooling");
        assertTrue(refusal().contains("no folder of the model"), refusal());
    }

    @Test
    void settingsThatMakeOtherVectorsAreHeededOrRefused() throws IOException {
        modules("Transformer", "Pooling 1_Pooling");
        json("1_Pooling/config.json", "{}");
        json(
                "sentence_bert_config.json",
                "{'transformer_task': 'feature-extraction', 'modality_config': {'text': {'method':"
                        + " 'forward'}}, 'module_output_name': 'token_embeddings'}");
        try (NDManager manager = TestEngine.manager()) {
            NDArray whole = embed(folder, manager);
            json(
                    "config_sentence_transformers.json",
                    "{'model_type': 'SentenceTransformer', 'truncate_dim': 7}");
            assertNear(whole.get(":, :7"), embed(folder, manager));
        }
        json("config_sentence_transformers.json", "{'model_type': 'SparseEncoder'}");
        assertTrue(refusal().contains("model_type=\"SparseEncoder\""), refusal());
        json("config_sentence_transformers.json", "{'truncate_dim': 0}");
        assertTrue(refusal().contains("truncate_dim"), refusal());
        json("config_sentence_transformers.json", "{}");
        for (String setting :
                List.of(
                        "'transformer_task': 'fill-mask'",
                        "'query_length': 32",
                        "'processing_kwargs': {'text': {'padding_side': 'left'}}")) {
            json("sentence_bert_config.json", "{" + setting + "}");
            assertTrue(refusal().contains("is not supported"), refusal());
        }
    }
}
