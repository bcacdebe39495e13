package org.attn4j.cli.training;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.common.Require;
import org.attn4j.models.training.CheckpointAverage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code average}: the mean of several models' weights, as a model. */
@Command(
        name = "average",
        description = "Writes the mean of several checkpoints of one model as a model directory.",
        footer = {
            "",
            "A run keeps its checkpoints in DIR/training/weights and DIR/training/checkpoints."
        })
public final class AverageCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The model directory to write; it must not exist.")
    private Path out;

    @Parameters(
            arity = "1..*",
            paramLabel = "CHECKPOINT",
            description = "Model directories with the same tensors.")
    private List<Path> checkpoints = List.of();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Require.that(!Files.exists(out), "%s exists already: choose another --out", out);
        EngineOptions.Chosen chosen = engine.open();
        try (NDManager manager = chosen.newManager()) {
            CheckpointAverage.write(checkpoints, out, manager);
        }
        spec.commandLine()
                .getOut()
                .printf("%s: the mean of %s checkpoints%n", out, checkpoints.size());
        return ExitCode.DONE;
    }
}
