package org.attn4j.cli.training;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.report.Terms;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopReason;
import org.attn4j.models.training.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: trains, evaluates and shows a small translation model. */
@Command(
        name = "demo",
        description = {
            "Trains a small English to French Transformer on the embedded corpus, in minutes.",
            "Prints BLEU and sample translations, and writes a model and a report."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int SAMPLES = 8;

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a key of the configuration 'demo'; may be repeated.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the run goes (default: runs/demo, or the next free runs/demo-N).")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ConfiguredRun<TranslationConfig> run = TrainingTasks.readTranslation("demo", assignments);
        TranslationConfig config = run.config();
        RunDirectory directory = new RunDirectory(out != null ? out : free(config.name()));
        EngineOptions.Chosen chosen = engine.open();
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = StopSignal.onShutdown(Duration.ofMinutes(1));
        boolean interrupted = false;
        try (ProgressPrinter progress = new ProgressPrinter(err, config.training())) {
            RunResult result =
                    new TrainingSession(run, directory, chosen, false).run(stop, progress);
            interrupted = result.reason() == StopReason.SIGNAL;
            if (interrupted) {
                err.printf(
                        "interrupted; go on with: attn4j train demo --resume --out %s%n",
                        directory.root());
                return ExitCode.INTERRUPTED;
            }
            show(run, directory, chosen, result);
            return ExitCode.DONE;
        } finally {
            if (!interrupted) {
                stop.close();
            }
        }
    }

    private static Path free(String name) {
        Path first = Path.of("runs", name);
        Path candidate = first;
        for (int n = 2; Files.exists(candidate); n++) {
            candidate = first.resolveSibling(name + "-" + n);
        }
        return candidate;
    }

    private void show(
            ConfiguredRun<TranslationConfig> run,
            RunDirectory directory,
            EngineOptions.Chosen chosen,
            RunResult result)
            throws IOException {
        List<SentencePair> pairs = Corpora.of(run.config().data()).test().readAll();
        PrintWriter out = spec.commandLine().getOut();
        try (NDManager manager = chosen.newManager();
                TextGenerator model =
                        TextGenerator.load(
                                directory.root(), Pretrained.loader().optManager(manager))) {
            Evaluation evaluation =
                    Evaluation.of(model, null, pairs, List.of("bleu", "chrf", "exact"), null);
            for (int i = 0; i < Math.min(SAMPLES, pairs.size()); i++) {
                out.println("en    " + pairs.get(i).source());
                out.println("fr    " + evaluation.hypotheses().get(i));
                if (!evaluation.hypotheses().get(i).equals(pairs.get(i).target())) {
                    out.println("right " + pairs.get(i).target());
                }
            }
            out.println();
            Map<String, String> facts = new LinkedHashMap<>();
            evaluation
                    .figures()
                    .forEach(
                            (metric, figure) -> {
                                out.println(figure.line());
                                facts.put("test " + Terms.of(metric).words(), figure.line());
                            });
            RunEnding.of(result, facts).write(directory);
            RunReport.write(directory, chosen, RunReport.file(directory));
        }
        out.println("model   " + directory.root());
        out.println("report  " + RunReport.file(directory));
        out.printf(
                "try     ./attn4j translate --model %s \"%s\"%n",
                directory.root(), pairs.get(0).source());
    }
}
