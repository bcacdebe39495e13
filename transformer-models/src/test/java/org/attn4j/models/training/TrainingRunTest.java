package org.attn4j.models.training;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.dataset.Batch;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.attention.ops.KernelChoice;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Precision;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SaveException;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("engine")
class TrainingRunTest {

    /** Three epochs of five batches, two batches a step: steps of 2, 2 and 1 batches. */
    private static final TrainingConfig CONFIG =
            TrainingConfig.ofEpochs(3)
                    .withLearningRate(0.02)
                    .withWarmupSteps(3)
                    .withWeightDecay(0.01)
                    .withAccumulation(2)
                    .withCheckpointInterval(1)
                    .withKeepBest(2);

    @TempDir Path temp;

    /** A stand-in for the death of the process: nothing after it is saved. */
    private static final class Killed extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    private static RunListener dieAt(long step) {
        return new RunListener() {
            @Override
            public void onStep(StepProgress progress) {
                if (progress.step() == step) {
                    throw new Killed();
                }
            }
        };
    }

    /** A run of the tiny task with dropout, and what it leaves. */
    private static final class Fixture implements AutoCloseable {

        private final Model model = TinyTask.model(0.3f);
        private final SequenceTrainer trainer;
        private final Path directory;
        private final TrainingConfig config;

        Fixture(Path directory, TrainingConfig config) {
            this.directory = directory;
            this.config = config;
            trainer = TinyTask.trainer(model, config);
        }

        TrainingRun run() {
            return run(TinyTask::batches, TinyTask.store(model));
        }

        TrainingRun run(BatchSource batches, ModelStore store) {
            return new TrainingRun(directory, trainer, config, batches, store)
                    .validateBy(new LossValidator(TinyTask::batches, TinyTask.PAD));
        }

        @Override
        public void close() {
            trainer.close();
            model.close();
        }
    }

    private static RunResult run(Path directory, TrainingConfig config) throws IOException {
        try (Fixture fixture = new Fixture(directory, config)) {
            return fixture.run().resume(true).run();
        }
    }

    /** The metrics without the times. */
    static List<String> metrics(Path directory) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(new RunDirectory(directory).metrics())) {
            JsonObject object = JsonParser.parseString(line).getAsJsonObject();
            List.of("seconds", "cpu_seconds", "tokens_per_second").forEach(object::remove);
            lines.add(object.toString());
        }
        return lines;
    }

    private static Map<String, float[]> weights(Path directory) throws IOException {
        Map<String, float[]> weights = new TreeMap<>();
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName());
                SafetensorsFile file =
                        SafetensorsFile.open(directory.resolve("model.safetensors"))) {
            for (String name : file.names()) {
                weights.put(name, file.read(name, manager).toFloatArray());
            }
        }
        return weights;
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }

    private static List<String> children(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aRunKilledAtAnyStepGoesOnBitForBit() throws IOException {
        Path whole = temp.resolve("whole");
        RunResult expected = run(whole, CONFIG);
        assertEquals(9, expected.step());
        assertEquals(StopReason.EPOCHS, expected.reason());

        for (long step = 1; step <= 9; step++) {
            Path directory = temp.resolve("killed-" + step);
            try (Fixture fixture = new Fixture(directory, CONFIG)) {
                TrainingRun dies = fixture.run().tell(dieAt(step));
                assertThrows(Killed.class, dies::run);
            }
            RunResult result = run(directory, CONFIG);

            assertEquals(metrics(whole), metrics(directory), "killed at step " + step);
            assertSame(weights(whole), weights(directory));
            assertEquals(expected.averaged(), result.averaged());
            assertEquals(expected.scores(), result.scores());
            assertEquals(expected.tokens(), result.tokens());
        }
    }

    /** Every optimiser, with a part frozen, and the mean of the best weights as the result. */
    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void everyOptimizerGoesOnBitForBitAndWhatIsFrozenStays(OptimizerKind kind) throws IOException {
        TrainingConfig config =
                (kind.hasMomentum() ? CONFIG.withMomentum(0.9) : CONFIG)
                        .withOptimizer(kind)
                        .withFreeze("table")
                        .withFinalWeights(FinalWeights.AVERAGE_BEST);
        Path whole = temp.resolve("whole");
        RunResult expected = run(whole, config);
        assertEquals(2, expected.averaged().size());

        Path directory = temp.resolve("killed");
        for (long step : List.of(2L, 7L)) {
            try (Fixture fixture = new Fixture(directory, config)) {
                TrainingRun dies = fixture.run().resume(true).tell(dieAt(step));
                assertThrows(Killed.class, dies::run);
            }
        }
        run(directory, config);
        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));

        try (Model fresh = TinyTask.model(0.3f)) {
            TinyTask.weights(fresh)
                    .forEach(
                            (name, values) ->
                                    assertEquals(
                                            name.endsWith("table"),
                                            Arrays.equals(values, read(whole, name)),
                                            name));
        }
    }

    private static float[] read(Path directory, String name) {
        try {
            return weights(directory).get(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRunTellsHowMuchIsTrained() throws IOException {
        List<Long> counts = new ArrayList<>();
        TrainingConfig config = CONFIG.withSteps(1).withFreeze("table", "hidden.*");
        try (Fixture fixture = new Fixture(temp.resolve("run"), config)) {
            RunListener listener =
                    new RunListener() {
                        @Override
                        public void onModel(long trained, long all) {
                            counts.addAll(List.of(trained, all));
                        }
                    };
            fixture.run().tell(listener).run();
        }
        // a table 11 by 8, a map 8 to 8 and one 8 to 11, each with a bias
        assertEquals(List.of(99L, 88L + 72 + 99), counts);
    }

    @Test
    void whatIsFrozenIsNotChangedOnResume() throws IOException {
        Path directory = temp.resolve("run");
        run(directory, CONFIG.withFreeze("table").withSteps(2));
        Exception e =
                assertThrows(
                        IllegalArgumentException.class, () -> run(directory, CONFIG.withSteps(4)));
        assertTrue(
                e.getMessage().startsWith("freeze must be what it was when the run began: [table]"),
                e.getMessage());
    }

    @Test
    void checkpointsBetweenStepsAreEnough() throws IOException {
        TrainingConfig seldom = CONFIG.withCheckpointInterval(4);
        Path whole = temp.resolve("whole");
        run(whole, seldom);

        Path directory = temp.resolve("killed");
        for (long step : List.of(2L, 5L, 8L)) { // from the beginning, an epoch's end, a middle
            try (Fixture fixture = new Fixture(directory, seldom)) {
                TrainingRun dies = fixture.run().resume(true).tell(dieAt(step));
                assertThrows(Killed.class, dies::run);
            }
        }
        run(directory, seldom);

        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));
    }

    @Test
    void aSignalSavesAndTheRestFollows() throws IOException {
        Path whole = temp.resolve("whole");
        run(whole, CONFIG);
        Path directory = temp.resolve("stopped");
        StopSignal stop = new StopSignal();
        RunListener stopper =
                new RunListener() {
                    @Override
                    public void onStep(StepProgress progress) {
                        if (progress.step() == 3) { // the last of an epoch: validation is due
                            stop.request();
                        }
                    }
                };
        try (Fixture fixture = new Fixture(directory, CONFIG)) {
            RunResult result = fixture.run().stopBy(stop).tell(stopper).run();
            assertEquals(StopReason.SIGNAL, result.reason());
            assertEquals(3, result.step());
        }
        assertTrue(Files.exists(directory.resolve("model.safetensors")));

        run(directory, CONFIG);

        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));
    }

    @Test
    void anExistingRunIsNotOverwritten() throws IOException {
        run(temp, CONFIG);
        try (Fixture fixture = new Fixture(temp, CONFIG)) {
            Exception e = assertThrows(IllegalArgumentException.class, fixture.run()::run);
            assertEquals(
                    temp
                            + " already holds a training run, at step 9: resume it, or choose"
                            + " another directory",
                    e.getMessage());
        }
        TrainingConfig otherSeed = CONFIG.withSeed(2);
        Exception e = assertThrows(IllegalArgumentException.class, () -> run(temp, otherSeed));
        assertTrue(e.getMessage().startsWith("seed must be what it was"), e.getMessage());
    }

    @Test
    void aFinishedRunCanBeGivenMoreEpochs() throws IOException {
        Path whole = temp.resolve("whole");
        run(whole, CONFIG.withFinalWeights(FinalWeights.LAST));
        Path directory = temp.resolve("longer");
        TrainingConfig shorter = CONFIG.withEpochs(1).withFinalWeights(FinalWeights.LAST);
        run(directory, shorter);

        run(directory, shorter.withEpochs(3));

        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));
    }

    /** Scores that are given beforehand. */
    private static Validator scripted(double... scores) {
        Iterator<Double> next = Arrays.stream(scores).iterator();
        return (trainer, stop) -> Map.of("bleu", next.next());
    }

    @Test
    void theBestAreKeptAndPatienceEnds() throws IOException {
        TrainingConfig config =
                TrainingConfig.ofSteps(100)
                        .withValidationInterval(2)
                        .withMetric("bleu")
                        .withPatience(3)
                        .withKeepBest(2)
                        .withKeepLast(1);
        assertTrue(config.higherIsBetter());
        try (Fixture fixture = new Fixture(temp, config)) {
            RunResult result =
                    fixture.run().validateBy(scripted(10, 30, 20, 30, 25, Double.NaN)).run();

            assertEquals(StopReason.PATIENCE, result.reason());
            assertEquals(10, result.step()); // 30 was reached at step 4, and not passed at 6, 8, 10
            assertEquals(List.of(4L), result.averaged());
            assertEquals(Map.of("bleu", 30.0), result.scores());
        }
        RunDirectory directory = new RunDirectory(temp);
        assertEquals(
                List.of("step-00000004", "step-00000008", "step-00000010"),
                children(directory.training().resolve("weights")));
        assertEquals(
                List.of("step-00000008", "step-00000010"),
                children(directory.training().resolve("checkpoints")));
        assertSame(weights(directory.weights(4)), weights(temp));
    }

    @Test
    void timeRunsOut() throws IOException {
        TrainingConfig config =
                TrainingConfig.ofSteps(1)
                        .withMaxSeconds(1)
                        .withSteps(0)
                        .withFinalWeights(FinalWeights.LAST);

        RunResult result = run(temp, config);

        assertEquals(StopReason.TIME, result.reason());
        assertTrue(result.seconds() >= 1);
        assertTrue(result.cpuSeconds() > 0);
        assertEquals(StopReason.TIME, run(temp, config).reason(), "time counts over all parts");
    }

    @Test
    void theResultCanBeAnAverage() throws IOException {
        TrainingConfig config =
                TrainingConfig.ofSteps(6)
                        .withValidationInterval(2)
                        .withKeepLast(2)
                        .withFinalWeights(FinalWeights.AVERAGE_LAST);
        try (Fixture fixture = new Fixture(temp, config)) {
            RunResult result = fixture.run().run();
            assertEquals(List.of(6L, 4L), result.averaged());
            assertTrue(result.scores().containsKey("perplexity"));

            Map<String, float[]> at4 = weights(new RunDirectory(temp).weights(4));
            Map<String, float[]> at6 = weights(new RunDirectory(temp).weights(6));
            Map<String, float[]> mean = weights(temp);
            for (String name : mean.keySet()) {
                for (int i = 0; i < mean.get(name).length; i++) {
                    double expected = (at4.get(name)[i] + (double) at6.get(name)[i]) / 2;
                    assertEquals((float) expected, mean.get(name)[i], name);
                }
            }
            assertSame(mean, new TreeMap<>(TinyTask.weights(fixture.model)));
        }
    }

    @Test
    void aLossThatIsNotANumberStopsTheRunAndNamesTheBatch() throws IOException {
        try (Fixture fixture = new Fixture(temp, CONFIG)) {
            int poisonous = TinyTask.BATCHES + 3; // batch 3 of epoch 1
            BatchSource poisoned =
                    new BatchSource() {
                        private int taken;

                        @Override
                        public Iterator<Batch> batches(NDManager manager, long epoch, long from) {
                            return TinyTask.batches(manager, epoch, from);
                        }

                        @Override
                        public void onTaken(Batch batch) {
                            if (taken++ == poisonous) {
                                poison(fixture.model);
                            }
                        }
                    };
            NonFiniteException e =
                    assertThrows(
                            NonFiniteException.class,
                            fixture.run(poisoned, TinyTask.store(fixture.model))::run);
            assertTrue(
                    e.getMessage()
                            .startsWith(
                                    "the loss is NaN at step 5, in batch 3 of epoch 1; the run stops"
                                            + " and its checkpoint of step 4 is kept"),
                    e.getMessage());
        }
        weights(new RunDirectory(temp).checkpoint(4))
                .values()
                .forEach(
                        values -> {
                            for (float value : values) {
                                assertTrue(Float.isFinite(value));
                            }
                        });
    }

    private static String refusalOfBfloat16(NDManager manager, KernelChoice before) {
        try {
            Kernels.useBfloat16(manager);
            Kernels.restore(manager, before);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private static void poison(Model model) {
        model.getBlock().getParameters().valueAt(0).getArray().set(new NDIndex("..."), Float.NaN);
    }

    @Test
    void aRunInBfloat16ComputesInItAndNothingAfterDoes() throws IOException {
        TrainingConfig lower = CONFIG.withPrecision(Precision.BF16);
        KernelChoice before;
        try (Fixture fixture = new Fixture(temp, lower)) {
            NDManager manager = fixture.model.getNDManager();
            before = Kernels.of(manager).choice();
            List<KernelChoice> during = new ArrayList<>();
            RunListener recorder =
                    new RunListener() {
                        @Override
                        public void onStep(StepProgress progress) {
                            during.add(Kernels.of(manager).choice());
                        }
                    };
            TrainingRun run = fixture.run().tell(recorder);
            String refusal = refusalOfBfloat16(manager, before);
            if (refusal != null) { // another engine, other kernels, or another processor
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class, run::run);
                assertEquals(refusal, e.getMessage());
                return;
            }
            run.run();
            assertEquals(KernelChoice.Linear.BF16, during.get(0).linear());
            assertEquals(before, Kernels.of(manager).choice());
        }
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> run(temp, CONFIG.withSteps(CONFIG.steps() + 1)));
        assertTrue(
                e.getMessage().startsWith("precision must be what it was when the run began: bf16"),
                e.getMessage());
        try (NDManager manager = TestEngine.manager()) { // nor after one that was refused
            assertEquals(before, Kernels.of(manager).choice());
        }
    }

    @Test
    void aFullDiskKeepsThePreviousCheckpoint() throws IOException {
        Path whole = temp.resolve("whole");
        run(whole, CONFIG);
        Path directory = temp.resolve("full");
        try (Fixture fixture = new Fixture(directory, CONFIG)) {
            ModelStore store = TinyTask.store(fixture.model);
            ModelStore fills =
                    new ModelStore() {
                        private int saves;

                        @Override
                        public void save(Path target) throws IOException {
                            store.save(target);
                            if (++saves == 4) {
                                throw new IOException("No space left on device");
                            }
                        }

                        @Override
                        public void load(Path source) throws IOException {
                            store.load(source);
                        }
                    };
            SaveException e =
                    assertThrows(SaveException.class, fixture.run(TinyTask::batches, fills)::run);
            assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
        }
        Path kept = new RunDirectory(directory).latestCheckpoint().orElseThrow();
        assertEquals("step-00000002", kept.getFileName().toString());
        assertEquals(List.of("step-00000001", "step-00000002"), children(kept.getParent()));

        run(directory, CONFIG);
        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));
    }

    @Test
    void unusableInputIsNamed() throws IOException {
        try (Fixture fixture = new Fixture(temp, CONFIG)) {
            BatchSource none = (manager, epoch, from) -> List.<Batch>of().iterator();
            TrainingRun run = fixture.run(none, TinyTask.store(fixture.model));
            Exception e = assertThrows(IOException.class, run::run);
            assertTrue(e.getMessage().startsWith("the training data hold no batch"));
        }
        Path other = temp.resolve("other");
        TrainingConfig bleu = CONFIG.withMetric("bleu");
        Exception e = assertThrows(IllegalArgumentException.class, () -> run(other, bleu));
        assertEquals(
                "metric must be one of the scores of validation, got metric=bleu, scores=[loss,"
                        + " perplexity]",
                e.getMessage());
    }

    /** A run of six steps and the files of its last checkpoint and of its kept weights. */
    private Path sixSteps() throws IOException {
        Path directory = temp.resolve("run");
        run(directory, CONFIG.withEpochs(2));
        return directory;
    }

    private static void flipABit(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length * 2 / 3] ^= 4;
        Files.write(file, bytes);
    }

    private static String refusal(Path directory) {
        return assertThrows(IOException.class, () -> run(directory, CONFIG)).getMessage();
    }

    /** Each file of a checkpoint, with the way to go on; and going on that way is exact. */
    @Test
    void aDamagedCheckpointIsRefusedAndTheOneBeforeIsOffered() throws IOException {
        Path whole = temp.resolve("whole");
        run(whole, CONFIG);
        Path directory = sixSteps();
        Path last = new RunDirectory(directory).checkpoint(6);
        String offer =
                "; the checkpoint of step 5 is whole: go on from it with --resume --from-step 5";
        for (String name :
                List.of(
                        "training_state/SHA256SUMS",
                        "training_state/state.json",
                        "training_state/optimizer.safetensors",
                        "model.safetensors")) {
            Path file = last.resolve(name);
            byte[] sound = Files.readAllBytes(file);
            Files.delete(file);
            assertTrue(refusal(directory).endsWith(offer), name);
            Files.write(file, sound);
            flipABit(file);
            String message = refusal(directory);
            assertTrue(message.startsWith(last.toString()) && message.endsWith(offer), message);
            if (!name.equals("model.safetensors")) {
                Files.write(file, sound);
            }
        }

        new RunDirectory(directory).returnTo(5);
        assertEquals(List.of("damaged-step-00000006", "step-00000005"), children(last.getParent()));
        run(directory, CONFIG);
        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));
    }

    @Test
    void whereNothingIsWholeThatIsSaid() throws IOException {
        Path directory = sixSteps();
        RunDirectory files = new RunDirectory(directory);
        flipABit(files.checkpoint(5).resolve("model.safetensors"));
        flipABit(files.checkpoint(6).resolve("model.safetensors"));

        assertTrue(
                refusal(directory)
                        .endsWith("there is no older one that is whole: start another run"));
        assertThrows(IOException.class, () -> files.returnTo(5));
        assertEquals(
                List.of("step-00000005", "step-00000006"),
                children(files.checkpoint(5).getParent()));
    }

    @Test
    void nobodyGoesBackBehindAWholeCheckpoint() throws IOException {
        RunDirectory files = new RunDirectory(sixSteps());
        String whole =
                assertThrows(IllegalArgumentException.class, () -> files.returnTo(5)).getMessage();
        assertEquals(
                "the checkpoint of step 6 is whole: resume from it, without --from-step", whole);
        String none =
                assertThrows(IllegalArgumentException.class, () -> files.returnTo(3)).getMessage();
        assertTrue(none.endsWith("has no checkpoint of step 3: it has [5, 6]"), none);
    }

    /** Older versions wrote no digests; what can be seen without them is refused all the same. */
    @Test
    void aCheckpointWithoutDigestsIsResumedIfItsOptimiserIsWhole() throws IOException {
        Path whole = temp.resolve("whole");
        run(whole, CONFIG);
        Path directory = sixSteps();
        Path last = new RunDirectory(directory).checkpoint(6);
        Path state = RunDirectory.stateFile(last);
        Files.delete(last.resolve("training_state/SHA256SUMS"));
        Files.writeString(
                state, Files.readString(state).replace("\"version\": 2", "\"version\": 1"));
        Path optimizer = RunDirectory.optimizerFile(last);
        byte[] moments = Files.readAllBytes(optimizer);

        Files.copy(last.resolve("model.safetensors"), optimizer, REPLACE_EXISTING);
        String message = refusal(directory);
        assertTrue(message.startsWith(optimizer + ": the state of the optimiser must"), message);

        Files.write(optimizer, moments);
        run(directory, CONFIG);
        assertEquals(metrics(whole), metrics(directory));
        assertSame(weights(whole), weights(directory));
    }

    @Test
    void keptWeightsThatAreDamagedAreRefusedAndThoseThatAreGoneAreLeftOut() throws IOException {
        Path directory = sixSteps();
        Path kept = new RunDirectory(directory).weights(6);
        flipABit(kept.resolve("model.safetensors"));

        String message = refusal(directory);
        assertTrue(message.startsWith(kept.resolve("model.safetensors") + " is damaged"), message);
        assertTrue(message.endsWith("remove " + kept + " to go on without these weights"), message);

        AtomicDirectory.delete(kept);
        RunResult result = run(directory, CONFIG);
        assertEquals(List.of(9L), result.averaged());
    }

    @Test
    void damagedWeightsAreNotAveraged() throws IOException {
        Path directory = sixSteps();
        List<Path> kept = List.of(new RunDirectory(directory).weights(6));
        flipABit(kept.get(0).resolve("model.safetensors"));
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            String message =
                    assertThrows(
                                    IOException.class,
                                    () ->
                                            CheckpointAverage.write(
                                                    kept, temp.resolve("mean"), manager))
                            .getMessage();
            assertTrue(message.contains("model.safetensors is damaged"), message);
            assertFalse(Files.exists(temp.resolve("mean")));
        }
    }

    @Test
    void twoRunsInOneDirectoryAreNotLetIn() throws IOException {
        try (Fixture second = new Fixture(temp, CONFIG)) {
            RunListener tries =
                    new RunListener() {
                        @Override
                        public void onStep(StepProgress progress) {
                            for (boolean resume : new boolean[] {true, false}) {
                                String message =
                                        assertThrows(
                                                        IOException.class,
                                                        second.run().resume(resume)::run)
                                                .getMessage();
                                assertTrue(
                                        message.startsWith(temp + " is being trained in already"),
                                        message);
                            }
                        }
                    };
            try (Fixture first = new Fixture(temp, CONFIG)) {
                first.run().tell(tries).run();
            }
        }
        run(temp, CONFIG.withEpochs(4)); // it is free again
    }

    @Test
    void dataThatEndBeforeTheCheckpointAreNamed() throws IOException {
        run(temp, CONFIG.withSteps(2).withEpochs(0));
        try (Fixture fixture = new Fixture(temp, CONFIG)) {
            BatchSource shorter =
                    (manager, epoch, from) -> {
                        throw new IllegalArgumentException("fromBatch must be between 0 and 3");
                    };
            TrainingRun run = fixture.run(shorter, TinyTask.store(fixture.model)).resume(true);
            String message = assertThrows(IOException.class, run::run).getMessage();
            assertTrue(message.contains("no batch 4 in epoch 0"), message);
        }
    }
}
