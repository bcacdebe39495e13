package org.attn4j.cli.attention;

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
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.training.EvaluationData;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.model.AttentionHead;
import org.attn4j.models.model.AttentionHeads;
import org.attn4j.models.model.LoadedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ablate}: what each attention head of a model is worth. */
@Command(
        name = "ablate",
        description = {
            "Takes each attention head of a model away in turn, and measures what that does.",
            "On the validation or test data of the run that trained it, on that of another"
                    + " configuration, or, of a model that translates, on files."
        })
public final class AblateCommand implements Callable<Integer> {

    private static final String PAGE = ".html";

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;
    @Mixin private EvaluationData evaluation;

    /** The parts of a configuration's data. */
    enum Part {
        VALID,
        TEST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--data",
            paramLabel = "PART",
            description =
                    "Which data of the configuration the heads are measured on, valid or test"
                            + " (default: valid).")
    private Part part;

    @Option(
            names = "--metric",
            paramLabel = "METRIC",
            description =
                    "What is measured, one of those of 'evaluate', such as bleu, loss or accuracy"
                            + " (default: what the task is known by).")
    private String metric;

    @Option(
            names = "--max-sentences",
            paramLabel = "N",
            description = "Measures on the first N examples: each head costs a pass over them.")
    private Integer most;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description = "Beams of the search (default: the model's own).")
    private Integer beams;

    @Option(
            names = "--out",
            paramLabel = "F.html|DIR",
            description =
                    "Where the page goes, a name that ends in .html, or the model of --prune; may be"
                            + " given for each.")
    private List<Path> out = List.of();

    @Option(
            names = "--prune",
            paramLabel = "N",
            description =
                    "Writes the model without the N heads whose removal hurts least to --out DIR,"
                            + " which must not exist, and measures both on the test data.")
    private Integer prune;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path page = only(true);
        Path smaller = only(false);
        check(smaller);
        OutputFile.of("--out", page, PAGE);
        PrintWriter err = spec.commandLine().getErr();
        Path folder = model.folder(err);
        EvaluationData.Evaluator evaluator = evaluation.evaluatorOfOneModel(folder);
        try (NDManager manager = model.newManager();
                Progress progress = new Progress(err, "heads")) {
            List<AttentionHead> heads = heads(folder, manager);
            Run run = new Run(folder, manager, evaluator);
            List<String> asked =
                    metric == null ? List.of() : List.of(metric.toLowerCase(Locale.ROOT));
            TaskEvaluation whole = run.measured(folder, PrunedHeads.NONE, asked, false);
            String name = asked.isEmpty() ? HeadAblation.metricOf(whole) : asked.get(0);
            double score = HeadAblation.score(whole, name);
            progress.reset("ablate", heads.size());
            HeadAblation found =
                    HeadAblation.of(
                            name,
                            score,
                            heads,
                            masked ->
                                    HeadAblation.score(
                                            run.measured(folder, masked, List.of(name), false),
                                            name),
                            () -> progress.increment(1));
            progress.end();
            AblationReport.Pruned pruned =
                    prune == null ? null : run.pruned(found.leastHarmful(prune), smaller);
            AblationReport report =
                    new AblationReport(
                            folder.toString(), whole.data(), whole.examples(), found, pruned);
            if (page != null) {
                AtomicFile.writeString(page.toAbsolutePath(), report.page().toHtml());
            }
            PrintWriter stdout = spec.commandLine().getOut();
            if (json) {
                stdout.println(Json.pretty(report.document()));
            } else {
                report.lines().forEach(stdout::println);
            }
        }
        return ExitCode.DONE;
    }

    /** The page of --out, or the folder. */
    private Path only(boolean page) {
        List<Path> named = out.stream().filter(it -> it.toString().endsWith(PAGE) == page).toList();
        Require.that(
                named.size() < 2, "--out names one page and one folder at most, got %s", named);
        return named.isEmpty() ? null : named.get(0);
    }

    private void check(Path smaller) {
        Require.that(most == null || most >= 1, "--max-sentences must be at least 1, got %s", most);
        Require.that(
                part == null || !evaluation.isFiles(),
                "--data is a part of a configuration's data: leave it out with --source");
        Require.that(
                prune != null || smaller == null,
                "--out %s is no page, whose name ends in .html, and there is no --prune that"
                        + " writes a model",
                smaller);
        Require.that(prune == null || smaller != null, "--prune needs --out DIR for the model");
        Require.that(
                smaller == null || !Files.exists(smaller),
                "%s exists already: choose another --out",
                smaller);
    }

    private List<AttentionHead> heads(Path folder, NDManager manager) throws IOException {
        try (NDManager scope = manager.newSubManager();
                LoadedModel loaded = model.loader(scope).load(folder)) {
            Require.that(
                    loaded.adapter().isEmpty(),
                    "%s has an adapter, which reads the heads too: 'merge' it into the model first",
                    folder);
            List<AttentionHead> heads = AttentionHeads.of(loaded.model());
            if (prune != null) {
                int possible = HeadAblation.mostToPrune(heads);
                Require.that(
                        prune >= 1 && prune <= possible,
                        "--prune must be from 1 to %s, as each attention keeps a head, got %s",
                        possible,
                        prune);
                AttentionHeads.requirePrunable(loaded);
            }
            return heads;
        }
    }

    /** The models that are loaded and measured. */
    private final class Run {

        private final Path folder;
        private final NDManager manager;
        private final EvaluationData.Evaluator evaluator;

        Run(Path folder, NDManager manager, EvaluationData.Evaluator evaluator) {
            this.folder = folder;
            this.manager = manager;
            this.evaluator = evaluator;
        }

        /** Measures a model without some heads, on the data that is asked for or all test data. */
        TaskEvaluation measured(
                Path measured, PrunedHeads masked, List<String> asked, boolean allOfTest)
                throws IOException {
            try (NDManager scope = manager.newSubManager()) {
                EvaluationRequest request =
                        new EvaluationRequest(
                                measured,
                                model.loader(scope).optMaskedHeads(masked),
                                asked,
                                beams,
                                null,
                                null);
                boolean valid = part != Part.TEST && !evaluation.isFiles();
                return evaluator.evaluate(
                        allOfTest ? request : request.on(valid, most == null ? 0 : most));
            }
        }

        AblationReport.Pruned pruned(List<AttentionHead> heads, Path smaller) throws IOException {
            long before;
            long after;
            try (NDManager scope = manager.newSubManager();
                    LoadedModel loaded = model.loader(scope).load(folder)) {
                LoadedModel without = AttentionHeads.prune(loaded, AttentionHead.all(heads));
                before = BlockParameters.of(loaded.model()).count();
                after = BlockParameters.of(without.model()).count();
                AtomicDirectory.write(smaller, without::save);
            }
            TaskEvaluation whole = measured(folder, PrunedHeads.NONE, List.of(), true);
            TaskEvaluation rest = measured(smaller, PrunedHeads.NONE, List.of(), true);
            return new AblationReport.Pruned(
                    smaller.toString(),
                    heads,
                    "%s examples of %s".formatted(whole.examples(), whole.data()),
                    before,
                    after,
                    figures(whole),
                    figures(rest));
        }

        private Map<String, Double> figures(TaskEvaluation evaluation) {
            Map<String, Double> figures = new LinkedHashMap<>();
            evaluation
                    .metrics()
                    .forEach(
                            (name, document) -> {
                                if (document instanceof Map<?, ?> map
                                        && map.get("score") instanceof Number) {
                                    figures.put(name, HeadAblation.score(evaluation, name));
                                }
                            });
            return figures;
        }
    }
}
