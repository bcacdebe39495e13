package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.common.Require;
import org.attn4j.models.training.RunDirectory;

/**
 * A run by what it has left in its directory, whether it has ended or not.
 *
 * @param directory the directory
 * @param run the task and its configuration
 * @param metrics the metrics so far
 * @param samples what the model made of some examples at its validations
 * @param recorded how it ended when it last did
 * @param hasModel whether its directory holds a model that can be loaded
 */
record RecordedRun(
        RunDirectory directory,
        ConfiguredRun<?> run,
        RunMetrics metrics,
        List<SampleLog.Line> samples,
        Optional<RunEnding> recorded,
        boolean hasModel) {

    static RecordedRun read(RunDirectory directory) throws IOException {
        Require.that(
                Files.isDirectory(directory.root()),
                "%s is no folder of a training run",
                directory.root());
        RunMetrics metrics = RunMetrics.read(directory);
        return new RecordedRun(
                directory,
                TrainingTasks.read(RunConfig.file(directory).toString(), List.of()),
                metrics,
                SampleLog.read(directory),
                RunEnding.read(directory),
                hasModel(directory));
    }

    /** How it ended, if that was recorded and it has not gone on since. */
    Optional<RunEnding> ending() {
        return recorded.filter(it -> it.step() == metrics.step());
    }

    /**
     * Whether it left a result, as every run does when it ends, but no record of an ending: older
     * versions wrote none. Whether it has gone on since cannot be told.
     */
    boolean isEndingUnknown() {
        return recorded.isEmpty() && hasModel;
    }

    private static boolean hasModel(RunDirectory directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.root())) {
            return files.anyMatch(file -> file.toString().endsWith(".safetensors"));
        }
    }
}
