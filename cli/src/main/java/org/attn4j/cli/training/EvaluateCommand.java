package org.attn4j.cli.training;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.model.TranslateCommand;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;
import org.attn4j.datasets.AlignmentFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evaluate}: measures a model at its task. */
@Command(
        name = "evaluate",
        description = {
            "Measures a model at its task.",
            "On the test data of the run that trained it, on that of another configuration, or, of"
                    + " a model that translates, on files."
        })
public final class EvaluateCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Mixin private EvaluationData data;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description = "Beams of the search (default: the model's own).")
    private Integer beams;

    @Option(
            names = "--metrics",
            paramLabel = "METRIC",
            split = ",",
            description =
                    "What is measured (default: what the task is known by). Of translation: bleu,"
                            + " chrf, chrf++, ter, rouge1, rouge2, rougeL, rougeLsum, exact, loss,"
                            + " perplexity, aer.")
    private List<String> asked = List.of();

    @Option(
            names = "--alignments",
            paramLabel = "FILE",
            description =
                    "For aer: which words of each pair belong together, a line each: 1-3 surely,"
                            + " 1p3 possibly, counted from 0 (default: what the embedded corpus"
                            + " knows).")
    private Path alignments;

    @Option(
            names = {"--outputs", "--translations"},
            paramLabel = "FILE",
            description = "Writes what the model gives there, a line each.")
    private Path outputs;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Require.that(
                alignments == null || asked.stream().anyMatch(Evaluation.AER::equalsIgnoreCase),
                "--alignments goes together with --metrics %s",
                Evaluation.AER);
        List<WordAlignment> truth = alignments == null ? null : AlignmentFile.read(alignments);
        Path folder = model.folder(spec.commandLine().getErr());
        EvaluationData.Evaluator evaluator = data.evaluator(folder);
        PrintWriter out = spec.commandLine().getOut();
        try (Progress progress = new Progress(spec.commandLine().getErr(), "examples");
                NDManager manager = model.newManager()) {
            EvaluationRequest request =
                    new EvaluationRequest(
                            folder, model.loader(manager), asked, beams, progress, truth);
            long start = System.nanoTime();
            TaskEvaluation evaluation = evaluator.evaluate(request);
            progress.end();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (outputs != null) {
                Files.write(
                        outputs,
                        evaluation.outputs().stream().map(TranslateCommand::oneLine).toList());
            }
            if (json) {
                out.println(Json.pretty(document(folder, evaluation, seconds)));
            } else {
                evaluation.lines().forEach(out::println);
                out.println(
                        String.format(
                                Locale.ROOT,
                                "%s examples of %s in %.1f s",
                                evaluation.examples(),
                                evaluation.data(),
                                seconds));
            }
        }
        return ExitCode.DONE;
    }

    private Map<String, Object> document(Path folder, TaskEvaluation evaluation, double seconds) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", folder.toString());
        document.put("data", evaluation.data());
        document.put("examples", evaluation.examples());
        if (beams != null) {
            document.put("beams", beams);
        }
        document.put("seconds", seconds);
        document.put("metrics", evaluation.metrics());
        return document;
    }
}
