package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDirectoryTest {

    private static final Path SHARDED =
            Path.of("src/test/resources/goldens/models/bert_sharded_half_a");

    @TempDir private Path folder;

    private static String refusal(Executable action) {
        return assertThrows(IOException.class, action).getMessage();
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void opensADirectoryOfHuggingFace() throws IOException {
        ModelDirectory directory = ModelDirectory.open(SHARDED);
        assertEquals("bert", directory.modelType());
        assertTrue(directory.generationConfig().isEmpty());
        try (TensorSource weights = directory.weights()) {
            assertInstanceOf(ShardedSafetensors.class, weights);
            assertEquals(TensorType.F16, weights.info("pooler.dense.weight").type());
            assertEquals(55, weights.names().size());
            assertEquals("{format=pt}", weights.metadata().toString());
        }
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertSays(
                refusal(() -> ModelDirectory.open(folder.resolve("none"))),
                "none",
                "check the path");
        assertSays(refusal(() -> ModelDirectory.open(SHARDED.resolve("config.json"))), "is a file");
        assertSays(refusal(() -> ModelDirectory.open(folder)), folder.toString(), "no config.json");
        Files.writeString(folder.resolve("config.json"), "{}");
        ModelDirectory directory = ModelDirectory.open(folder);
        assertSays(refusal(directory::modelType), "model_type");
        assertSays(
                refusal(directory::weights),
                "no model.safetensors or model.safetensors.index.json");
    }

    @ParameterizedTest
    @CsvSource({
        "pytorch_model.bin, runs any code",
        "pytorch_model.bin.index.json, runs any code",
        "pytorch_model-00001-of-00002.bin, runs any code",
        "model.ckpt, runs any code",
        "consolidated.00.pth, runs any code",
        "weights.pt, runs any code",
        "weights.pkl, runs any code",
        "tf_model.h5, TensorFlow",
        "bert_model.ckpt.index, TensorFlow",
        "flax_model.msgpack, Flax",
        "llama.Q4_K_M.gguf, llama.cpp"
    })
    void refusesWeightsOfOtherFormatsWithTheReasonAndTheMend(String name, String reason)
            throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("optimizer.pt"), "x");
        Files.writeString(folder.resolve("zzz.txt"), "x");
        Path file = Files.writeString(folder.resolve(name), "x");
        assertSays(refusal(ModelDirectory.open(folder)::weights), name, reason, "convert it");
        assertSays(refusal(() -> TensorSource.open(file)), name, reason, "convert it");
    }

    @Test
    void saysWhatAFileIsThatIsOnlyNamedSafetensors() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(
                file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n");
        assertSays(refusal(() -> TensorSource.open(folder)), "Git LFS", "git lfs pull");
        Files.write(file, new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.'});
        assertSays(refusal(() -> TensorSource.open(folder)), "pickle", "convert it");
        Files.writeString(file, "PK\u0003\u0004archive/data.pkl");
        assertSays(refusal(() -> TensorSource.open(folder)), "pickle", "convert it");
    }

    @Test
    void saysWhereJsonIsBroken() throws IOException {
        for (String text :
                List.of(
                        "",
                        "[]",
                        "{} {}",
                        "{\"a\":1,}",
                        "{'a':1}",
                        "null",
                        "{\"a\":".repeat(5000))) {
            Files.writeString(folder.resolve("config.json"), text);
            assertSays(refusal(() -> ModelDirectory.open(folder)), "config.json", "write it again");
        }
        Files.writeString(folder.resolve("config.json"), "{\n  \"a\": 1\n  \"b\": 2\n}");
        assertSays(refusal(() -> ModelDirectory.open(folder)), "line 3");
        Files.write(
                folder.resolve("config.json"),
                new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        assertSays(refusal(() -> ModelDirectory.open(folder)), "UTF-8");
        Files.write(folder.resolve("config.json"), new byte[17 << 20]);
        assertSays(refusal(() -> ModelDirectory.open(folder)), "bytes", "at most");
    }

    @Test
    void writesJsonThatItReads() throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("a", "<é>");
        JsonFiles.write(folder.resolve("config.json"), json);
        assertEquals("{\n  \"a\": \"<é>\"\n}\n", Files.readString(folder.resolve("config.json")));
        assertEquals(json, ModelDirectory.open(folder).config());
    }

    @Test
    void refusesAnIndexThatLeavesTheFolder() throws IOException {
        for (String shard :
                List.of(
                        "../model.safetensors",
                        "/etc/model.safetensors",
                        "a/b.safetensors",
                        "a\\\\b.safetensors",
                        "C:b.safetensors",
                        "model.bin",
                        ".safetensors",
                        "")) {
            Path index = folder.resolve("model.safetensors.index.json");
            Files.writeString(index, "{\"weight_map\":{\"x\":\"" + shard + "\"}}");
            assertSays(refusal(() -> TensorSource.open(index)), "same folder");
        }
    }

    @Test
    void refusesAnIndexThatDisagreesWithItsShards() throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        SafetensorsWriter writer = SafetensorsWriter.builder().optMaxShardBytes(1).build();
        writer.writeModel(
                folder,
                List.of(new BytesContent("a", new byte[1]), new BytesContent("b", new byte[1])));
        TensorSource.open(index).close();

        String good = Files.readString(index);
        Files.writeString(index, good.replace("\"b\"", "\"c\""));
        assertSays(refusal(() -> TensorSource.open(folder)), "tensor c", "not there");
        Files.writeString(index, "{\"metadata\":{}}");
        assertSays(refusal(() -> TensorSource.open(folder)), "no weight_map");
        Files.writeString(index, "{\"weight_map\":{\"a\":[]}}");
        assertSays(refusal(() -> TensorSource.open(folder)), "tensor a");
        Files.writeString(index, good);
        Path second = folder.resolve("model-00002-of-00002.safetensors");
        Files.copy(folder.resolve("model-00001-of-00002.safetensors"), folder.resolve("keep"));
        Files.delete(second);
        assertSays(refusal(() -> TensorSource.open(folder)), "shard is missing", "index.json");
        Files.move(folder.resolve("keep"), second);
        assertSays(refusal(() -> TensorSource.open(folder)), "tensor b", "not there");
    }

    private static float value(TensorSource source, String name, NDManager manager)
            throws IOException {
        return source.read(name, manager).getFloat();
    }

    private void shard(String name, String tensors, float... values) throws IOException {
        List<TensorContent> contents = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            String[] names = tensors.split(" ");
            for (int i = 0; i < names.length; i++) {
                contents.add(TensorContent.of(names[i], manager.create(values[i])));
            }
            SafetensorsWriter.builder().build().write(folder.resolve(name), contents);
        }
    }

    private void index(String map) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":" + map.replace('\'', '"') + "}");
    }

    @Test
    void theIndexSaysWhichShardHoldsATensor() throws IOException {
        shard("one.safetensors", "a b", 1, 2);
        shard("two.safetensors", "b a c", 20, 10, 30);
        shard("stale.safetensors", "a b c d", 7, 7, 7, 7); // which the index does not name
        index("{'a':'one.safetensors','b':'two.safetensors'}");
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource source = TensorSource.open(folder)) {
            assertEquals(Set.of("a", "b", "c"), source.names());
            assertEquals(1, value(source, "a", manager));
            assertEquals(20, value(source, "b", manager));
            assertEquals(30, value(source, "c", manager)); // not listed, and in one shard alone
        }
        index("{'a':'two.safetensors','b':'one.safetensors'}");
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource source = TensorSource.open(folder)) {
            assertEquals(10, value(source, "a", manager));
            assertEquals(2, value(source, "b", manager));
        }
        index("{'a':'one.safetensors','c':'two.safetensors'}");
        assertSays(refusal(() -> TensorSource.open(folder)), "tensor b is in both");
        index("{'a':'one.safetensors','c':'one.safetensors','b':'two.safetensors'}");
        assertSays(refusal(() -> TensorSource.open(folder)), "tensor c", "one", "not there");
    }

    @Test
    void aWholeModelGoesBeforeAnIndexOfOtherShards() throws IOException {
        shard("one.safetensors", "a", 1);
        shard("model.safetensors", "a b", 3, 4);
        index("{'a':'one.safetensors'}");
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource source = TensorSource.open(folder)) {
            assertEquals(3, value(source, "a", manager));
        }
        index("{'a':'one.safetensors','b':'model.safetensors'}");
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource source = TensorSource.open(folder)) {
            assertEquals(1, value(source, "a", manager));
            assertEquals(4, value(source, "b", manager));
        }
    }

    @Test
    void keepsControlCharactersOutOfMessages() {
        LoadReport report =
                new LoadReport(
                        folder, 0, List.of(), List.of("a\u001b[2J\n" + "b".repeat(500)), List.of());
        assertFalse(report.message().chars().anyMatch(Character::isISOControl), report.message());
        assertTrue(report.message().length() < 400);
    }

    @Test
    void aReportIsASentenceAsTextToo() {
        List<String> many = IntStream.range(0, 500).mapToObj(i -> "layer." + i).toList();
        List<LoadReport.Stored> stored =
                many.stream().map(name -> new LoadReport.Stored(name, TensorType.F32)).toList();
        LoadReport report =
                new LoadReport(
                        folder,
                        500,
                        List.of(),
                        List.of(),
                        List.of(),
                        many,
                        Map.of("layer", stored));
        assertEquals(report.message(), report.toString());
        assertEquals(folder + " fits the model: 500 parameters loaded", report.toString());
    }
}
