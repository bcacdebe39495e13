package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.translate.StackBatchifier;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.adapter.AdapterConfig;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that train an adapter, with a new head, and what they leave. */
@Tag("engine")
class AdapterRunTest {

    private static final Path BASE = GoldenFolders.named("bert_mlm_a");
    private static final long[][] IDS = {
        {2, 11, 30, 51}, {2, 40, 12, 52}, {2, 17, 18, 53}, {2, 33, 21, 51}
    };
    private static final long[] LABELS = {0, 1, 2, 0};
    private static final TrainingConfig CONFIG =
            TrainingConfig.ofEpochs(4)
                    .withSchedule(Schedule.CONSTANT)
                    .withWarmupSteps(0)
                    .withLearningRate(0.02)
                    .withWeightDecay(0.01)
                    .withLayerDecay(0.9)
                    .withCheckpointInterval(1)
                    .withKeepBest(2)
                    .withFinalWeights(FinalWeights.AVERAGE_BEST);

    @TempDir Path temp;

    /** A classifier of three classes on a model without a head. */
    private static Pretrained.Loader loader(NDManager manager) {
        return Pretrained.loader()
                .optManager(manager)
                .optArchitecture("BertForSequenceClassification")
                .optConfig(AdapterRunTest::threeClasses);
    }

    private static JsonObject threeClasses(JsonObject config) {
        config.addProperty("num_labels", 3);
        return config;
    }

    private static Iterator<Batch> batches(NDManager manager, long epoch, long from) {
        return IntStream.range((int) from, 2)
                .mapToObj(
                        index -> {
                            NDManager own = manager.newSubManager();
                            int row = 2 * index;
                            NDArray ids = own.create(new long[][] {IDS[row], IDS[row + 1]});
                            NDArray labels = own.create(new long[] {LABELS[row], LABELS[row + 1]});
                            StackBatchifier stack = new StackBatchifier();
                            return new Batch(
                                    own,
                                    new NDList(ids),
                                    new NDList(labels),
                                    2,
                                    stack,
                                    stack,
                                    0,
                                    0);
                        })
                .iterator();
    }

    private static Map<String, Double> score(SequenceTrainer trainer) {
        try (NDManager manager = trainer.getManager().newSubManager()) {
            NDArray logits = trainer.evaluate(new NDList(manager.create(IDS))).head();
            float loss =
                    Loss.softmaxCrossEntropyLoss()
                            .evaluate(new NDList(manager.create(LABELS)), new NDList(logits))
                            .getFloat();
            return Map.of("loss", (double) loss);
        }
    }

    private RunResult run(Path directory, AdapterConfig config, long dieAt) throws IOException {
        try (Model model = Model.newInstance("adapted", Device.cpu(), TinyTask.engineName())) {
            RunDirectory run = new RunDirectory(directory);
            model.getNDManager().getEngine().setRandomSeed(5);
            LoadedModel loaded;
            if (run.latestCheckpoint().isPresent()) {
                loaded =
                        Pretrained.loader()
                                .optManager(model.getNDManager())
                                .optTrainable(true)
                                .load(run.latestCheckpoint().get());
            } else {
                loaded =
                        loader(model.getNDManager()).optTrainable(true).optNewHead(true).load(BASE);
                loaded.adapt(config);
            }
            model.setBlock(new NamedBlock(loaded.model(), List.of("input_ids"), List.of("logits")));
            try (SequenceTrainer trainer =
                    SequenceTrainer.of(
                            model, Loss.softmaxCrossEntropyLoss(), CONFIG.optimizer(8), 1, 1)) {
                RunListener killer =
                        new RunListener() {
                            @Override
                            public void onStep(StepProgress progress) {
                                if (progress.step() == dieAt) {
                                    throw new IllegalStateException("killed");
                                }
                            }
                        };
                return new TrainingRun(
                                directory, trainer, CONFIG, AdapterRunTest::batches, loaded.exact())
                        .validateBy((it, stop) -> score(it))
                        .resume(true)
                        .tell(killer)
                        .run();
            }
        }
    }

    private static float[] logits(LoadedModel model) {
        try (NDManager call = model.manager().newSubManager()) {
            return model.run(ModelInputs.of(call.create(IDS))).require("logits").toFloatArray();
        }
    }

    private static AdapterConfig config(boolean dora) {
        return AdapterConfig.of(2, 8).with("dropout", 0.2, "dora", dora);
    }

    @Test
    void aRunThatWasKilledGoesOnBitForBitAndLeavesAnAdapterAlone() throws IOException {
        Path whole = temp.resolve("whole");
        RunResult expected = run(whole, config(true), -1);
        assertEquals(8, expected.step());
        assertEquals(2, expected.averaged().size());
        List<String> losses = new ArrayList<>(TrainingRunTest.metrics(whole));

        Path killed = temp.resolve("killed");
        for (long step : List.of(3L, 6L)) {
            assertThrows(IllegalStateException.class, () -> run(killed, config(true), step));
        }
        run(killed, config(true), -1);
        assertEquals(losses, TrainingRunTest.metrics(killed));

        assertFalse(Files.exists(whole.resolve("model.safetensors")));
        try (TensorSource tensors = TensorSource.open(whole.resolve(Adapter.WEIGHTS))) {
            assertTrue(
                    tensors.names().stream()
                            .allMatch(
                                    name ->
                                            name.contains(".lora_")
                                                    || name.contains(".classifier.")
                                                    || name.contains(".pooler.")),
                    tensors.names().toString());
        }
        JsonObject config = JsonFiles.read(whole.resolve(Adapter.CONFIG));
        assertEquals("SEQ_CLS", config.get("task_type").getAsString());
        assertEquals(
                BASE.toAbsolutePath().toString(),
                config.get("base_model_name_or_path").getAsString());
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName());
                LoadedModel one = Pretrained.loader().optManager(manager).load(whole);
                LoadedModel other = Pretrained.loader().optManager(manager).load(killed)) {
            assertEquals("BertForSequenceClassification", one.model().architecture());
            assertArrayEquals(logits(one), logits(other));
        }
    }

    @Test
    void trainingHelpsAndMergingChangesNothing() throws IOException {
        Path directory = temp.resolve("run");
        RunResult result = run(directory, config(false), -1);
        List<String> lines =
                TrainingRunTest.metrics(directory).stream()
                        .filter(line -> line.contains("validation"))
                        .toList();
        double first = loss(lines.get(0));
        assertTrue(result.scores().get("loss") < first, result.scores() + " after " + first);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName());
                LoadedModel adapted = Pretrained.loader().optManager(manager).load(directory)) {
            float[] before = logits(adapted);
            adapted.merge();
            assertArrayEquals(before, logits(adapted), 1e-5f);
            adapted.save(temp.resolve("merged"));
            assertFalse(Adapter.isIn(temp.resolve("merged")));
            try (LoadedModel plain =
                    Pretrained.loader().optManager(manager).load(temp.resolve("merged"))) {
                assertArrayEquals(before, logits(plain), 1e-5f);
            }
        }
    }

    private static double loss(String line) {
        return JsonParser.parseString(line).getAsJsonObject().get("loss").getAsDouble();
    }

    /** As PEFT leaves it: no config.json; the head tells how many classes there are. */
    @Test
    void anAdapterOfPeftIsPutOntoTheModelThatIsNamed() throws IOException {
        Path directory = temp.resolve("run");
        run(directory, config(false), -1);
        Path peft = Files.createDirectory(temp.resolve("peft"));
        for (String name : List.of(Adapter.CONFIG, Adapter.WEIGHTS)) {
            Files.copy(directory.resolve(name), peft.resolve(name));
        }
        JsonObject config = JsonFiles.read(peft.resolve(Adapter.CONFIG));
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName());
                LoadedModel expected = Pretrained.loader().optManager(manager).load(directory)) {
            try (LoadedModel named =
                    Pretrained.loader()
                            .optManager(manager)
                            .optArchitecture("BertForSequenceClassification")
                            .load(peft)) {
                assertArrayEquals(logits(expected), logits(named));
            }
            config.addProperty("base_model_name_or_path", temp.resolve("gone").toString());
            JsonFiles.write(peft.resolve(Adapter.CONFIG), config);
            IOException gone =
                    assertThrows(
                            IOException.class,
                            () -> Pretrained.loader().optManager(manager).load(peft));
            assertTrue(
                    gone.getMessage().contains(temp.resolve("gone") + ", which is not there"),
                    gone.getMessage());
            try (LoadedModel given =
                    Pretrained.loader()
                            .optManager(manager)
                            .optArchitecture("BertForSequenceClassification")
                            .optAdapter(peft)
                            .load(BASE)) {
                assertArrayEquals(logits(expected), logits(given));
            }
        }
    }

    /** A head that neither the model nor the adapter holds would be a random one. */
    @Test
    void anAdapterWithoutTheHeadIsRefused() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("headless"));
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            LoadedModel base =
                    Pretrained.loader()
                            .optManager(manager)
                            .optTrainable(true)
                            .load(GoldenFolders.named("bert_mlm_a"));
            base.adapt(AdapterConfig.of(1, 1));
            base.save(folder);
            Files.delete(folder.resolve("config.json"));
            assertThrows(
                    WeightMismatchException.class,
                    () ->
                            Pretrained.loader()
                                    .optManager(manager)
                                    .optArchitecture("BertForSequenceClassification")
                                    .load(folder));
            assertThrows(IllegalStateException.class, () -> base.adapt(AdapterConfig.of(1, 1)));
        }
    }
}
