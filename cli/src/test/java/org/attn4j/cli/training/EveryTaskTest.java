package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.util.Progress;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.StepProgress;
import org.attn4j.models.training.TrainingRun;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What holds for a training run whatever its task. */
class EveryTaskTest {

    @TempDir Path folder;

    /** What is learned by these has no text that a model gives. */
    private static final Set<String> WITHOUT_SAMPLES =
            Set.of("embedding", "an adapter of sentences", "reranking");

    static Set<String> runs() {
        return TinyRuns.all().keySet();
    }

    private List<String> written(String run) throws IOException {
        return TinyRuns.all().get(run).write(Files.createDirectories(folder.resolve("data")));
    }

    private static Outcome train(List<String> written, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("train", written.get(0)));
        written.stream().skip(1).forEach(each -> args.addAll(List.of("--set", each)));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1", "--out", out.toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static double[] losses(Path run) throws IOException {
        return ofSteps(run, "loss");
    }

    private static double[] ofSteps(Path run, String key) throws IOException {
        try (Stream<String> lines = Files.lines(new RunDirectory(run).metrics())) {
            return lines.map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .filter(line -> line.get("event").getAsString().equals("step"))
                    .mapToDouble(line -> line.get(key).getAsDouble())
                    .toArray();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aResumedRunIsAsOneThatNeverStopped(String run) throws Exception {
        List<String> written = new ArrayList<>(written(run));
        // A run that ends at step 5 is validated there, and its best weights may be these.
        written.add("training.finalWeights=last");
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Outcome first = train(written, whole);
        assertEquals(0, first.code(), first.err());
        Outcome begun = train(written, parts, "--max-steps", "5");
        assertEquals(0, begun.code(), begun.err());
        Outcome resumed = train(written, parts, "--resume");
        assertEquals(0, resumed.code(), resumed.err());
        assertEquals(12, losses(whole).length);
        assertArrayEquals(losses(whole), losses(parts));
        for (Path weights : weights(whole)) {
            assertArrayEquals(
                    Files.readAllBytes(weights),
                    Files.readAllBytes(parts.resolve(whole.relativize(weights).toString())),
                    weights.toString());
        }
        assertEquals(samples(whole), samples(parts));
        assertEquals(WITHOUT_SAMPLES.contains(run), samples(whole).isEmpty());
    }

    /** What a resumed run keeps of its samples, but for the validation where it was stopped. */
    private static List<SampleLog.Line> samples(Path run) throws IOException {
        return SampleLog.read(new RunDirectory(run)).stream()
                .filter(line -> line.step() != 5)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void samplesTellOfAttentionAndChangeNothing(String run) throws Exception {
        List<String> written = written(run);
        Path with = folder.resolve("with");
        Path without = folder.resolve("without");
        trainValidated(written, with, true);
        trainValidated(written, without, false);
        assertArrayEquals(losses(without), losses(with));
        for (Path weights : weights(without)) {
            assertArrayEquals(
                    Files.readAllBytes(weights),
                    Files.readAllBytes(with.resolve(without.relativize(weights).toString())),
                    weights.toString());
        }
        List<SampleLog.Line> lines = samples(with);
        assertEquals(WITHOUT_SAMPLES.contains(run) ? 0 : 2, lines.size());
        for (SampleLog.Line line : lines) {
            assertTrue(!line.samples().isEmpty(), "it has samples");
            assertTrue(!line.attentionEntropy().isEmpty(), "it shows its weights");
            // No query sees more than the 40 positions of the longest rows.
            line.attentionEntropy()
                    .forEach(
                            (place, nats) ->
                                    assertTrue(nats >= 0 && nats < Math.log(40), place + nats));
        }
    }

    private static void trainValidated(List<String> written, Path out, boolean samples)
            throws IOException {
        ConfiguredRun<?> configured =
                TrainingTasks.read(written.get(0), written.subList(1, written.size()));
        EngineOptions.Chosen engine =
                CommandLine.populateCommand(
                                new EngineOptions(), "--engine", Cli.ENGINE, "--threads", "1")
                        .open();
        RunDirectory directory = new RunDirectory(out);
        try (PreparedRun prepared = configured.prepare(new RunContext(directory, engine, false))) {
            TrainingRun training =
                    new TrainingRun(
                            out,
                            prepared.trainer(),
                            configured.config().seededTraining(),
                            prepared.batches(),
                            prepared.store());
            training.validateBy(prepared.validator());
            if (prepared.batches() instanceof RunListener listening) {
                training.tell(listening);
            }
            if (samples && prepared.samples() != null) {
                training.tell(new SampleLog(directory, prepared.samples()));
            }
            training.run();
        }
    }

    /** How many steps that are follows from the data, which only the task knows. */
    @ParameterizedTest
    @MethodSource("runs")
    void aFallingRateReachesItsFloorAtTheEndOfTheEpochs(String run) throws Exception {
        List<String> written = new ArrayList<>(written(run));
        written.addAll(
                List.of(
                        "training.steps=0",
                        "training.epochs=2",
                        "training.schedule=linear",
                        "training.warmupSteps=0",
                        "training.finalLearningRate=0"));
        Path out = folder.resolve("run");
        Outcome trained = train(written, out);
        assertEquals(0, trained.code(), trained.err());
        double[] rates = ofSteps(out, "learning_rate");
        assertTrue(rates.length >= 2, "two epochs");
        assertTrue(rates[rates.length - 2] > 0, Arrays.toString(rates));
        assertEquals(0, rates[rates.length - 1], Arrays.toString(rates));
    }

    /** As decaySteps tells, and whatever ends the run before. */
    @ParameterizedTest
    @MethodSource("runs")
    void stepsEndTheDecayWhereEpochsAreGivenToo(String run) throws Exception {
        List<String> written = new ArrayList<>(written(run));
        written.addAll(
                List.of("training.steps=100", "training.epochs=9", "training.schedule=linear"));
        ConfiguredRun<?> read =
                TrainingTasks.read(written.get(0), written.subList(1, written.size()));
        assertEquals(100, read.config().training().decaySteps());
        assertEquals(100, read.limited(5L, null).config().training().decaySteps());
    }

    private static List<Path> weights(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".safetensors")).toList();
            assertTrue(!found.isEmpty(), "a run leaves weights");
            return found;
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aRunEvaluatesOnItsOwnTestDataAndTellsHowFarItIs(String run) throws Exception {
        Path out = folder.resolve("run");
        List<String> written = written(run);
        Outcome trained = train(written, out);
        assertEquals(0, trained.code(), trained.err());
        Outcome evaluated =
                Cli.run("evaluate", "--model", out.toString(), "--engine", Cli.ENGINE, "--json");
        assertEquals(0, evaluated.code(), evaluated.err());
        assertTrue(
                JsonParser.parseString(evaluated.out())
                                .getAsJsonObject()
                                .getAsJsonObject("metrics")
                                .size()
                        > 0,
                evaluated.out());
        Counted counted = new Counted();
        TrainingTasks.read(written.get(0), written.subList(1, written.size()))
                .evaluate(
                        new EvaluationRequest(
                                out,
                                Pretrained.loader().optEngine(Cli.ENGINE),
                                List.of(),
                                null,
                                counted,
                                null));
        assertTrue(counted.total > 0, "it is told how much there is");
        assertEquals(counted.total, counted.done);
    }

    /** What the last part of an evaluation tells. */
    private static final class Counted implements Progress {

        private long total;
        private long done;

        @Override
        public void reset(String message, long max, String trailingMessage) {
            total = max;
            done = 0;
        }

        @Override
        public void start(long initialProgress) {
            done = initialProgress;
        }

        @Override
        public void end() {
            // what was told stays
        }

        @Override
        public void increment(long increment) {
            done += increment;
        }

        @Override
        public void update(long progress, String message) {
            done = progress;
        }
    }

    /**
     * No more arrays stand after the later steps than did after the earlier ones; an array that
     * each step left would be six more. At the most, since the next batch is made meanwhile: it may
     * be half made, and there is none at the end of an epoch.
     */
    @ParameterizedTest
    @MethodSource("runs")
    void noStepLeavesAnArrayBehind(String run) throws Exception {
        List<String> written = written(run);
        ConfiguredRun<?> configured =
                TrainingTasks.read(written.get(0), written.subList(1, written.size()));
        EngineOptions.Chosen engine =
                CommandLine.populateCommand(
                                new EngineOptions(), "--engine", Cli.ENGINE, "--threads", "1")
                        .open();
        RunDirectory directory = new RunDirectory(folder.resolve("run"));
        List<Integer> standing = new ArrayList<>();
        try (PreparedRun prepared = configured.prepare(new RunContext(directory, engine, false))) {
            List<NDManager> managers =
                    List.of(
                            prepared.trainer().getModel().getNDManager(),
                            prepared.trainer().getManager());
            new TrainingRun(
                            directory.root(),
                            prepared.trainer(),
                            configured.config().seededTraining(),
                            prepared.batches(),
                            prepared.store())
                    .tell(
                            new RunListener() {
                                @Override
                                public void onStep(StepProgress progress) {
                                    standing.add(
                                            managers.stream()
                                                    .mapToInt(it -> it.getManagedArrays().size())
                                                    .sum());
                                }
                            })
                    .run();
        }
        assertEquals(12, standing.size());
        assertTrue(standing.get(1) > 10, "the parameters and the optimiser's state are counted");
        int earlier = Collections.max(standing.subList(0, 6));
        int later = Collections.max(standing.subList(6, 12));
        assertTrue(later <= earlier, standing.toString());
    }
}
