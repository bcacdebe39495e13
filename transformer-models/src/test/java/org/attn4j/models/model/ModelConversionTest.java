package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.TensorType;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConversionTest {

    private static final Path BERT = GoldenFolders.named("bert_mlm_a");

    @TempDir private Path folder;

    private ModelConversion.Result convert(Path source, TensorType type) throws IOException {
        return ModelConversion.builder()
                .optType(type)
                .build()
                .convert(source, folder.resolve("out"));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> entries = Files.list(folder.resolve("out"))) {
            return entries.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void valuesAreRoundedOnceAndTheModelStillLoads() throws IOException {
        for (TensorType type : List.of(TensorType.F16, TensorType.BF16, TensorType.F64)) {
            Path out = folder.resolve(type.name());
            ModelConversion.builder().optType(type).build().convert(BERT, out);
            try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                    TensorSource before = TensorSource.open(BERT);
                    TensorSource after = TensorSource.open(out)) {
                assertEquals(before.names(), after.names());
                for (String name : before.names()) {
                    assertEquals(type, after.info(name).type());
                    float[] values = before.read(name, manager).toFloatArray();
                    float[] rounded = after.read(name, manager, DataType.FLOAT32).toFloatArray();
                    float step =
                            type == TensorType.F64
                                    ? 0
                                    : type == TensorType.F16 ? 0x1p-11f : 0x1p-8f;
                    for (int i = 0; i < values.length; i++) {
                        assertEquals(values[i], rounded[i], Math.abs(values[i]) * step + 0x1p-25f);
                    }
                }
            }
            try (LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(out)) {
                assertTrue(model.report().isExact());
            }
        }
    }

    @Test
    void theConfigurationSaysTheTypeAndKeepsTheRest() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.copy(BERT.resolve("model.safetensors"), source.resolve("model.safetensors"));
        JsonObject config = JsonFiles.read(BERT.resolve("config.json"));
        config.remove("torch_dtype");
        config.addProperty("dtype", "float32");
        JsonFiles.write(source.resolve("config.json"), config);
        convert(source, TensorType.BF16);
        config.addProperty("dtype", "bfloat16");
        assertEquals(config, JsonFiles.read(folder.resolve("out/config.json")));
    }

    @Test
    void whatBelongsToTheModelComesAlongAndNothingElse() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.copy(BERT.resolve("config.json"), source.resolve("config.json"));
        Files.copy(BERT.resolve("model.safetensors"), source.resolve("model.safetensors"));
        for (String name :
                List.of(
                        "tokenizer.json",
                        "vocab.txt",
                        "merges.txt",
                        "spiece.model",
                        "README.md",
                        "LICENSE",
                        "pytorch_model.bin",
                        "optimizer.pt",
                        "code.py",
                        ".hidden.json",
                        "other.safetensors",
                        "model.safetensors.index.json.bak")) {
            Files.writeString(source.resolve(name), name);
        }
        Files.createDirectories(source.resolve("1_Pooling"));
        Files.writeString(source.resolve("1_Pooling/config.json"), "{}");
        Files.createDirectories(source.resolve("onnx"));
        Files.writeString(source.resolve("onnx/config.json"), "{}");
        convert(source, null);
        assertEquals(
                List.of(
                        "1_Pooling",
                        "LICENSE",
                        "README.md",
                        "config.json",
                        "merges.txt",
                        "model.safetensors",
                        "spiece.model",
                        "tokenizer.json",
                        "vocab.txt"),
                files());
        assertEquals(-1, mismatch(source, "config.json"));
        assertEquals(-1, mismatch(source, "model.safetensors"));
    }

    private long mismatch(Path source, String name) throws IOException {
        return Files.mismatch(source.resolve(name), folder.resolve("out").resolve(name));
    }

    @Test
    void shardsHoldWhatTheyMayAndComeTogetherAgain() throws IOException {
        ModelConversion.Result result =
                ModelConversion.builder()
                        .optShardBytes(30_000)
                        .build()
                        .convert(BERT, folder.resolve("out"));
        assertEquals(4, result.files().size());
        assertEquals("model-00001-of-00004.safetensors", result.files().get(0));
        for (String file : result.files()) {
            try (TensorSource shard = TensorSource.open(folder.resolve("out").resolve(file))) {
                long bytes = shard.names().stream().mapToLong(n -> shard.info(n).bytes()).sum();
                assertTrue(bytes <= 30_000, file);
            }
        }
        JsonObject index = JsonFiles.read(folder.resolve("out/model.safetensors.index.json"));
        JsonObject totals = index.getAsJsonObject("metadata");
        assertEquals(result.bytesAfter(), totals.get("total_size").getAsLong());
        ModelConversion.builder().build().convert(folder.resolve("out"), folder.resolve("again"));
        assertEquals(
                -1,
                Files.mismatch(
                        BERT.resolve("model.safetensors"),
                        folder.resolve("again/model.safetensors")));
    }

    @Test
    void whatTransformersKeepsInFloat32IsKept() throws IOException {
        convert(GoldenFolders.named("t5_v1_1_a"), TensorType.F16);
        try (TensorSource after = TensorSource.open(folder.resolve("out"))) {
            for (String name : after.names()) {
                assertEquals(
                        name.endsWith(".wo.weight") ? TensorType.F32 : TensorType.F16,
                        after.info(name).type(),
                        name);
            }
        }
    }

    @Test
    void integersStayAndNumbersThatOverflowAreTold() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.writeString(source.resolve("config.json"), "{\"model_type\": \"unheard_of\"}");
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            NDArray large = manager.create(new float[] {1, 65519, 65520, Float.POSITIVE_INFINITY});
            SafetensorsWriter.write(
                    source.resolve("model.safetensors"),
                    Map.of(
                            "large", large,
                            "small", manager.create(new float[] {3}),
                            "ids", manager.create(new long[] {1L << 40})),
                    Map.of());
            ModelConversion.Result result = convert(source, TensorType.F16);
            assertEquals(List.of("large"), result.overflowed());
            try (TensorSource after = TensorSource.open(folder.resolve("out"))) {
                assertEquals(Map.of("format", "pt"), after.metadata());
                assertEquals(TensorType.I64, after.info("ids").type());
                assertArrayEquals(
                        new float[] {1, 65504, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY},
                        after.read("large", manager, DataType.FLOAT32).toFloatArray());
            }
        }
        assertEquals(
                "float16",
                JsonFiles.read(folder.resolve("out/config.json")).get("torch_dtype").getAsString());
    }

    @Test
    void nothingIsWrittenOverAndNothingHalfIsLeft() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        Files.writeString(out.resolve("mine"), "x");
        assertThrows(FileAlreadyExistsException.class, () -> convert(BERT, null));
        assertEquals(List.of("mine"), files());
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.copy(BERT.resolve("config.json"), source.resolve("config.json"));
        byte[] weights = Files.readAllBytes(BERT.resolve("model.safetensors"));
        Files.write(source.resolve("model.safetensors"), Arrays.copyOf(weights, 9000));
        Files.delete(out.resolve("mine"));
        assertThrows(CheckpointFormatException.class, () -> convert(source, null));
        assertEquals(List.of(), files());
        try (Stream<Path> entries = Files.list(folder)) {
            assertEquals(2, entries.count());
        }
        assertFalse(Files.exists(out.resolve("config.json")));
    }
}
