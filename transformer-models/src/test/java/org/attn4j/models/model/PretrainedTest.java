package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.TensorType;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.model.sentence.SentenceVectors;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainedTest {

    private static final Path CLASSIFIER = GoldenFolders.named("bert_sequence_classification_a");
    private static final Path MASKED = GoldenFolders.named("bert_mlm_a");

    private static Pretrained.Loader loader() {
        return Pretrained.loader().optEngine(TestEngine.name());
    }

    private static ModelInputs inputs(NDManager manager) {
        return ModelInputs.of(manager.create(new long[][] {{5, 6, 7}, {8, 9, 0}}))
                .with("attention_mask", manager.create(new long[][] {{1, 1, 1}, {1, 1, 0}}));
    }

    @Test
    void withoutAnEngineThatOfDjlIsUsed() throws IOException {
        try (LoadedModel model = Pretrained.load(CLASSIFIER)) {
            assertEquals(
                    Engine.getDefaultEngineName(), model.manager().getEngine().getEngineName());
        }
    }

    @Test
    void aModelWithoutItsHeadIsThatModel() throws IOException {
        try (LoadedModel classifier = loader().load(CLASSIFIER);
                LoadedModel base = loader().optArchitecture("BertModel").load(CLASSIFIER);
                NDManager manager = classifier.manager().newSubManager()) {
            ModelObserver observer = new ModelObserver();
            classifier.run(inputs(manager).withObserver(observer));
            NDArray states = base.run(inputs(manager)).require("last_hidden_state");
            assertArrayEquals(
                    observer.arrays().get("hidden_states.2").toFloatArray(),
                    states.toFloatArray(),
                    1e-5f);
            assertEquals("[\"BertModel\"]", base.config().get("architectures").toString());
        }
    }

    /** Types that no array can have hinder where their tensors are needed. */
    @Test
    void onlyANeededTensorOfAForeignTypeIsRefused(@TempDir Path folder) throws IOException {
        Files.copy(MASKED.resolve("config.json"), folder.resolve("config.json"));
        String needed = "bert.encoder.layer.1.output.dense.weight";
        try (TensorSource source = TensorSource.open(MASKED)) {
            List<TensorContent> contents = new ArrayList<>();
            source.names().forEach(name -> contents.add(source.content(name)));
            contents.add(new Raw("bert.embeddings.position_ids", TensorType.F4, new Shape(2, 3)));
            contents.add(new Raw("bert.pooler.dense.weight", TensorType.C64, new Shape(5)));
            SafetensorsWriter.builder().build().writeModel(folder, contents);
            loader().load(folder).close();
            contents.removeIf(content -> content.name().equals(needed));
            contents.add(new Raw(needed, TensorType.F8_E4M3, source.info(needed).shape()));
            SafetensorsWriter.builder().build().writeModel(folder, contents);
        }
        IOException refusal = assertThrows(IOException.class, () -> loader().load(folder));
        assertTrue(refusal.getMessage().contains(needed), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("F8_E4M3"), refusal.getMessage());
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            ModelInspection inspection = ModelInspection.of(folder, manager, false);
            assertTrue(
                    inspection.named().orElseThrow().problem().contains(needed),
                    inspection.named().toString());
        }
    }

    private record Raw(String name, TensorType type, Shape shape) implements TensorContent {

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            channel.write(ByteBuffer.allocate((int) bytes()));
        }
    }

    @Test
    void theStatesOfAModelNeedNoPooler() throws IOException {
        try (LoadedModel masked = loader().load(MASKED);
                LoadedModel encoder = Pretrained.loadEncoder(MASKED, loader());
                NDManager manager = masked.manager().newSubManager()) {
            ModelObserver observer = new ModelObserver();
            masked.run(inputs(manager).withObserver(observer));
            SentenceVectors vectors =
                    SentenceModel.of(encoder)
                            .embed(new ParameterStore(manager, false), inputs(manager), false);
            assertArrayEquals(
                    observer.arrays().get("hidden_states.2").toFloatArray(),
                    vectors.states().toFloatArray(),
                    1e-5f);
            assertEquals(
                    List.of("pooler.dense.weight", "pooler.dense.bias"),
                    encoder.report().missing());
        }
    }

    @Test
    void aNewHeadIsMadeOnlyIfAsked() throws IOException {
        Pretrained.Loader loader = loader().optArchitecture("BertForSequenceClassification");
        WeightMismatchException e =
                assertThrows(WeightMismatchException.class, () -> loader.load(MASKED));
        assertTrue(e.getMessage().contains("classifier.weight"), e.getMessage());
        try (LoadedModel model = loader.optStrictness(Strictness.LOAD_WHAT_FITS).load(MASKED);
                NDManager manager = model.manager().newSubManager()) {
            assertEquals(
                    List.of(
                            "bert.pooler.dense.weight",
                            "bert.pooler.dense.bias",
                            "classifier.weight",
                            "classifier.bias"),
                    model.report().missing());
            float[] logits = model.run(inputs(manager)).require("logits").toFloatArray();
            assertEquals(4, logits.length);
        }
    }

    @Test
    void parametersAreFrozenUnlessTheyAreToBeTrained() throws IOException {
        try (LoadedModel frozen = loader().load(CLASSIFIER);
                LoadedModel trained = loader().optTrainable(true).load(CLASSIFIER);
                NDManager manager = trained.manager().newSubManager()) {
            BlockParameters.of(frozen.model())
                    .byPath()
                    .values()
                    .forEach(parameter -> assertTrue(!parameter.requiresGradient()));
            ModelInputs in = inputs(manager).with("labels", manager.create(new long[] {0, 2}));
            ParameterStore parameters = new ParameterStore(manager, false);
            TestEngine.backward(() -> trained.model().run(parameters, in, true).require("loss"));
            BlockParameters.of(trained.model())
                    .byPath()
                    .forEach(
                            (path, parameter) -> {
                                NDArray gradient = parameter.getArray().getGradient();
                                float largest = gradient.abs().max().toFloatArray()[0];
                                boolean softmaxCancels = path.endsWith("key_proj.bias");
                                assertTrue(largest > 0 || softmaxCancels, path);
                            });
        }
    }

    @Test
    void aBlockOfDjlTakesTheInputsInTheirOrder() throws IOException {
        try (LoadedModel model = loader().load(CLASSIFIER);
                NDManager manager = model.manager().newSubManager()) {
            ModelInputs in = inputs(manager);
            NDArray logits =
                    model.model()
                            .forward(
                                    new ParameterStore(manager, false),
                                    new NDList(in.get("input_ids"), in.get("attention_mask")),
                                    false)
                            .head();
            assertArrayEquals(
                    model.run(in).require("logits").toFloatArray(), logits.toFloatArray());
        }
    }

    @Test
    void inputsThatDoNotFitAreRefusedByName() throws IOException {
        try (LoadedModel model = loader().load(CLASSIFIER);
                NDManager manager = model.manager().newSubManager()) {
            ModelInputs in = inputs(manager);
            assertRefused(model, in.with("pixel_values", in.get("input_ids")), "pixel_values");
            assertRefused(
                    model,
                    ModelInputs.of(manager.create(new long[][] {{5, 120}})),
                    "input_ids must be at least 0 and below 120, got 120");
            assertRefused(
                    model,
                    ModelInputs.of(manager.create(new long[][] {{5, -1}})),
                    "input_ids must be at least 0 and below 120, got -1");
            assertRefused(
                    model,
                    ModelInputs.of(manager.ones(new Shape(1, 41)).toType(DataType.INT64, false)),
                    "as many positions as are learned, got learned=40");
        }
    }

    private static void assertRefused(LoadedModel model, ModelInputs in, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> model.run(in));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void aSettingThatIsNotKnownIsAnErrorOfTheFile(@TempDir Path folder) throws IOException {
        Files.copy(MASKED.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        String config = Files.readString(MASKED.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replace("{", "{\"twist\": 1,"));
        CheckpointFormatException e =
                assertThrows(CheckpointFormatException.class, () -> loader().load(folder));
        assertTrue(
                e.getMessage().startsWith(folder + ": config.json: this setting"), e.getMessage());
        assertTrue(e.getMessage().contains(": twist; "), e.getMessage());
    }

    @Test
    void aSentenceModelMayLackAPooling() {
        assertEquals(List.of(Pooling.Mode.MEAN), Pooling.MEAN.modes());
        assertThrows(IllegalArgumentException.class, () -> new Pooling(List.of()));
    }

    /** The header of published weights, with zeros for their values. */
    @Test
    void everyTensorOfMiniLmHasItsParameter(@TempDir Path folder) throws IOException {
        Path published =
                Path.of(System.getProperty("attn4j.shared", "../../shared"))
                        .resolve("weights/minilm-tokenizer");
        Assumptions.assumeTrue(
                Files.isDirectory(published), "skipped: MiniLM's header is not on this machine");
        Files.copy(published.resolve("config.json"), folder.resolve("config.json"));
        writeZeros(
                Files.readString(published.resolve("model.safetensors.header.json")),
                folder.resolve("model.safetensors"));
        try (LoadedModel model = loader().load(folder)) {
            assertEquals(List.of(), model.report().missing());
            assertEquals(List.of(), model.report().unused());
            assertEquals(List.of("embeddings.position_ids"), model.report().ignored());
            assertEquals(22713216, BlockParameters.of(model.model()).count());
        }
    }

    private static void writeZeros(String header, Path file) throws IOException {
        JsonObject json = JsonParser.parseString(header).getAsJsonObject();
        long end = 0;
        for (String name : json.keySet()) {
            if (!name.equals("__metadata__")) {
                end =
                        Math.max(
                                end,
                                json.getAsJsonObject(name)
                                        .getAsJsonArray("data_offsets")
                                        .get(1)
                                        .getAsLong());
            }
        }
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(bytes.length)
                            .array());
            out.write(bytes);
            out.setLength(Long.BYTES + bytes.length + end);
        }
    }
}
