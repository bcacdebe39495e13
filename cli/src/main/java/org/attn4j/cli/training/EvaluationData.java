package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.translation.TranslationTask;
import org.attn4j.common.Require;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.models.training.RunDirectory;
import picocli.CommandLine.Option;

/** At which task, and on which data, a model is measured. */
public final class EvaluationData {

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            description =
                    "The task and its test data: a YAML file or a built-in configuration"
                            + " (default: that of the run).")
    private String config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a key of the configuration; may be repeated.")
    private List<String> assignments = List.of();

    @Option(names = "--source", paramLabel = "FILE", description = "Sentences to translate.")
    private Path source;

    @Option(names = "--target", paramLabel = "FILE", description = "Their translations.")
    private Path target;

    /** Measures models, one after another if need be. */
    @FunctionalInterface
    public interface Evaluator {

        TaskEvaluation evaluate(EvaluationRequest request) throws IOException;
    }

    /** Whether files are named, rather than the data of a configuration. */
    public boolean isFiles() {
        return source != null;
    }

    /** What measures the model of a folder. */
    public Evaluator evaluator(Path folder) throws IOException {
        Require.that((source == null) == (target == null), "--source and --target go together");
        if (source != null) {
            return request -> TranslationTask.evaluate(AlignedFiles.of(source, target), request);
        }
        return configured(folder)::evaluate;
    }

    /**
     * What measures the model of a folder, if no other model is loaded for that, which what is
     * asked of the loader would change too.
     */
    public Evaluator evaluatorOfOneModel(Path folder) throws IOException {
        Require.that(
                isFiles() || !configured(folder).task().name().equals("reranking"),
                "a reranker is measured on what another model finds: this verb cannot tell the two"
                        + " apart");
        return evaluator(folder);
    }

    private ConfiguredRun<?> configured(Path folder) throws IOException {
        if (config != null) {
            return TrainingTasks.read(config, assignments);
        }
        Path own = RunConfig.file(new RunDirectory(folder));
        Require.that(
                Files.exists(own),
                "%s was not trained here, so it has no test set of its own: give"
                        + " --source and --target, or --config",
                folder);
        return TrainingTasks.read(own.toString(), assignments);
    }
}
