package org.attn4j.cli.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.common.Require;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopReason;
import org.attn4j.models.training.StopSignal;
import org.attn4j.models.training.TrainingState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code train}: trains a model as a configuration says. */
@Command(
        name = "train",
        description = "Trains a model for the task that a configuration names.",
        footer = {
            "",
            "CONFIG is a YAML file or the name of a built-in configuration ('attn4j configs' lists"
                    + " them; 'attn4j configs NAME' prints one, to start from). Its key task says"
                    + " what is learned: translation, summarization, a language model, ...",
            "Ctrl-C saves and stops; --resume goes on from there, or from the last checkpoint",
            "of a run that was killed, bit for bit as if it had never stopped."
        })
public final class TrainCommand implements Callable<Integer> {

    /** How long a signal waits for the run to reach the end of a step or validation and save. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Parameters(
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "What to train; with --resume, the run's own unless given.")
    private String config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a key of the configuration; may be repeated.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the run goes (default: runs/NAME).")
    private Path out;

    @Option(names = "--resume", description = "Goes on with the run that DIR holds.")
    private boolean resume;

    @Option(
            names = "--from-step",
            paramLabel = "N",
            description =
                    "Goes on from the checkpoint of step N, where those after it are damaged.")
    private Long fromStep;

    @Option(names = "--seed", paramLabel = "N", description = "The seed of everything random.")
    private Long seed;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description =
                    "fp32, or bf16: large linear maps in bfloat16, on PyTorch (default: the configuration's).")
    private String precision;

    @Option(
            names = "--max-steps",
            paramLabel = "N",
            description = "Stops after N steps; the schedule stays that of the configuration.")
    private Long maxSteps;

    @Option(
            names = "--max-seconds",
            paramLabel = "N",
            description = "Stops after N seconds of training.")
    private Long maxSeconds;

    @Option(
            names = "--dry-run",
            description =
                    "Checks configuration and data, prints the former in full, trains nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Prints the result as one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ConfiguredRun<?> run = configuration();
        if (dryRun) {
            return dryRun(run);
        }
        RunDirectory directory = new RunDirectory(directoryOf(run));
        if (fromStep != null) {
            Require.that(resume, "--from-step says from where to go on: give --resume as well");
            directory.returnTo(fromStep);
        }
        refuseToOverwrite(directory);
        StopSignal stop = StopSignal.onShutdown(PATIENCE);
        boolean interrupted = false;
        try (ProgressPrinter progress =
                new ProgressPrinter(spec.commandLine().getErr(), run.config().training())) {
            EngineOptions.Chosen chosen = engine.open(threads(directory));
            RunResult result =
                    new TrainingSession(run, directory, chosen, resume).run(stop, progress);
            interrupted = result.reason() == StopReason.SIGNAL;
            if (!interrupted) {
                report(directory, chosen);
            }
            TrainingSummary.print(result, run, json, spec.commandLine().getOut());
            return interrupted ? ExitCode.INTERRUPTED : ExitCode.DONE;
        } finally {
            // After a signal the JVM waits for this process to say how it ended: Main does.
            if (!interrupted) {
                stop.close();
            }
        }
    }

    /** A model is trained and saved, whether its page can be made or not. */
    private void report(RunDirectory directory, EngineOptions.Chosen chosen) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            RunReport.write(directory, chosen, RunReport.file(directory));
            err.println("report: " + RunReport.file(directory));
        } catch (IOException | RuntimeException e) {
            err.println("attn4j: the report was not written: " + Failures.sentence(e));
        }
    }

    private ConfiguredRun<?> configuration() throws IOException {
        String source = config;
        if (source == null) {
            Require.that(
                    resume && out != null,
                    "name a configuration (for example: attn4j train multi30k-de-en),"
                            + " or give --resume and --out DIR");
            source = RunConfig.file(new RunDirectory(out)).toString();
            Require.that(
                    Files.exists(Path.of(source)),
                    "%s holds no training run to resume: name a configuration",
                    out);
            if (Files.size(Path.of(source)) == 0) {
                throw new IOException(
                        source
                                + " is empty: name the configuration that the run began with, beside --resume");
            }
        }
        List<String> all = new ArrayList<>(assignments);
        if (seed != null) {
            all.add("seed=" + seed);
        }
        if (precision != null) {
            all.add("training.precision=" + precision);
        }
        return TrainingTasks.read(source, all).limited(maxSteps, maxSeconds);
    }

    private Path directoryOf(ConfiguredRun<?> run) {
        return out != null ? out : Path.of("runs", run.config().name());
    }

    private void refuseToOverwrite(RunDirectory directory) throws IOException {
        Require.that(
                resume || !directory.latestCheckpoint().isPresent(),
                "%s holds a training run already: go on with --resume, or choose another --out",
                directory.root());
    }

    /** A resumed run uses as many threads as it began with, unless told otherwise. */
    private int threads(RunDirectory directory) throws IOException {
        boolean given = spec.commandLine().getParseResult().hasMatchedOption("--threads");
        TrainingState state = resume && !given ? directory.latestState().orElse(null) : null;
        String recorded = state == null ? null : state.environment().get(TrainingSession.THREADS);
        return recorded == null ? engine.threads() : Integer.parseInt(recorded);
    }

    private int dryRun(ConfiguredRun<?> run) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        run.checkData();
        out.print(run.toYaml());
        return ExitCode.DONE;
    }
}
