package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.common.Require;
import org.attn4j.models.training.RunDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: a training run as one page, or several over each other. */
@Command(
        name = "report",
        description = {
            "Shows a training run as one HTML page, or several runs over each other.",
            "Of a run that is going on, or was interrupted, it shows how far that has come."
        })
public final class ReportCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Parameters(
            arity = "1..*",
            paramLabel = "RUN_DIR",
            description = "The folder of a run, as 'attn4j train' leaves it.")
    private List<Path> folders;

    @Option(
            names = "--out",
            paramLabel = "F.html",
            description =
                    "Where the page goes (default: training/report.html in the folder of one run).")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file = OutputFile.of("--out", out, ".html");
        if (folders.size() == 1) {
            RunDirectory directory = new RunDirectory(folders.get(0));
            file = out != null ? out : RunReport.file(directory);
            RunReport.write(directory, engine.open(), file);
        } else {
            Require.that(out != null, "the page of several runs needs a file: name it by --out");
            RunsReport.write(folders, file);
        }
        spec.commandLine().getOut().println("report  " + file);
        return ExitCode.DONE;
    }
}
