package org.attn4j.cli.compare;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.io.Commands;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Logging;
import org.attn4j.cli.model.AttentionEntropy;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.training.ProgressPrinter;
import org.attn4j.cli.training.TrainingSession;
import org.attn4j.cli.training.TrainingTasks;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.TeacherForcing;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Trains and measures one mechanism of a comparison in a JVM of its own, so that the peak of its
 * memory is its own, and writes the row. Ends when the comparison that started it does.
 */
@Command(name = "compare-worker")
public final class CompareWorker implements Callable<Integer> {

    /** The test sentences whose weights are looked at. */
    private static final int OBSERVED = 50;

    private static final int CURVE_POINTS = 60;

    @Mixin private EngineOptions engine;

    @Option(names = "--label", required = true)
    private String label;

    @Option(names = "--places", required = true, split = ",")
    private List<AttentionSlot> slots;

    @Option(names = "--job", required = true)
    private String job;

    @Option(names = "--verbose")
    private boolean verbose;

    @Parameters(index = "0")
    private Path config;

    @Parameters(index = "1")
    private Path run;

    @Parameters(index = "2")
    private Path row;

    private CompareWorker() {}

    /**
     * The entry point of the JVM.
     *
     * @param args what {@link CompareCommand} gives it
     */
    public static void main(String[] args) {
        Logging.configure(Logging.isVerbose(args));
        endWithParent();
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = Commands.parser(new CompareWorker()).setErr(err).execute(args);
        err.flush();
        // Engines leave threads behind that would hold the JVM.
        Runtime.getRuntime().halt(code);
    }

    /** Standard input ends when the process that started this one does. */
    private static void endWithParent() {
        Thread watch =
                new Thread(
                        () -> {
                            try {
                                while (System.in.read() >= 0) {
                                    continue;
                                }
                            } catch (IOException e) {
                                // A broken pipe says the same as its end.
                            }
                            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
                        },
                        "attn4j-parent");
        watch.setDaemon(true);
        watch.start();
    }

    @Override
    public Integer call() throws IOException {
        ConfiguredRun<TranslationConfig> configured =
                TrainingTasks.readTranslation(config.toString(), List.of());
        TranslationConfig asked = configured.config();
        EngineOptions.Chosen chosen = engine.open();
        SpeedMeter speed = new SpeedMeter();
        LossCurve curve = new LossCurve();
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        ProgressPrinter progress = new ProgressPrinter(err, asked.training());
        RunResult result =
                new TrainingSession(configured, new RunDirectory(run), chosen, false)
                        .run(new StopSignal(), progress, speed, curve);
        Long peakNative =
                ProcessMemory.peakNative(); // of training, before translating the test set
        Long peakResident = ProcessMemory.peakResident();
        List<SentencePair> pairs = Corpora.of(asked.data()).test().readAll();
        try (NDManager manager = chosen.newManager();
                TextGenerator model =
                        TextGenerator.load(run, Pretrained.loader().optManager(manager))) {
            Evaluation evaluation =
                    Evaluation.of(model, null, pairs, List.of("bleu", "chrf", "loss"), null);
            AttentionEntropy entropy = entropy(model, pairs);
            AttentionSpec spec = asked.transformer().attention().at(slots.get(0));
            ComparedRow found =
                    new ComparedRow(
                            job,
                            label,
                            spec.toObject(),
                            slots.stream().map(AttentionSlot::label).toList(),
                            evaluation.score("bleu"),
                            evaluation.score("chrf"),
                            evaluation.score("loss"),
                            parameters(model.model().model()),
                            speed.tokensPerSecond(),
                            peakNative,
                            peakResident,
                            entropy.mean(slots),
                            entropies(entropy),
                            result.step(),
                            result.seconds(),
                            curve.points(CURVE_POINTS),
                            Kernels.of(manager).choice().toString());
            AtomicFile.writeString(row, Json.pretty(found) + "\n");
        }
        return ExitCode.DONE;
    }

    private Map<String, Double> entropies(AttentionEntropy entropy) {
        Map<String, Double> means = new LinkedHashMap<>();
        slots.forEach(slot -> means.put(slot.label(), entropy.mean(List.of(slot))));
        return means;
    }

    private static long parameters(Block model) {
        Set<Parameter> once = Collections.newSetFromMap(new IdentityHashMap<>());
        once.addAll(model.getParameters().values());
        return once.stream().mapToLong(each -> each.getArray().size()).sum();
    }

    /** Looks at the weights with which the model reads the references of some test sentences. */
    private static AttentionEntropy entropy(TextGenerator model, List<SentencePair> pairs) {
        AttentionEntropy entropy = new AttentionEntropy();
        for (SentencePair pair : pairs.subList(0, Math.min(OBSERVED, pairs.size()))) {
            TeacherForcing.observe(model, pair.source(), pair.target(), entropy);
        }
        return entropy;
    }
}
