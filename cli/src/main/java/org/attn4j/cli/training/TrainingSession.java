package org.attn4j.cli.training;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopSignal;
import org.attn4j.models.training.TensorBoardEvents;
import org.attn4j.models.training.TrainingRun;

/** A training run of any task, from its configuration to its result. */
public final class TrainingSession {

    /** The name of the thread count in the run's recorded environment. */
    static final String THREADS = "threads";

    private final ConfiguredRun<?> run;
    private final RunContext context;

    public TrainingSession(
            ConfiguredRun<?> run,
            RunDirectory directory,
            EngineOptions.Chosen engine,
            boolean resume) {
        this.run = run;
        this.context = new RunContext(directory, engine, resume);
    }

    /** Trains to the end, or until the signal. */
    public RunResult run(StopSignal stop, RunListener... listeners) throws IOException {
        RunDirectory directory = context.directory();
        Path scalars = directory.training().resolve("tensorboard");
        try (Closeable lock = directory.lock();
                TensorBoardEvents events = new TensorBoardEvents(scalars);
                PreparedRun prepared = run.prepare(context)) {
            Objects.requireNonNull(lock);
            TrainingRun training =
                    new TrainingRun(
                                    directory.root(),
                                    prepared.trainer(),
                                    run.config().seededTraining(),
                                    prepared.batches(),
                                    prepared.store())
                            .stopBy(stop)
                            .resume(context.resume())
                            .locked()
                            .tell(configurationWriter(), endingWriter(), events)
                            .record(THREADS, String.valueOf(context.engine().threads()));
            if (prepared.validator() != null) {
                training.validateBy(prepared.validator());
            }
            if (prepared.samples() != null) {
                training.tell(new SampleLog(directory, prepared.samples()));
            }
            if (prepared.batches() instanceof RunListener listening) {
                training.tell(listening);
            }
            prepared.environment().forEach(training::record);
            return training.tell(listeners).run();
        }
    }

    /** Keeps how the run ended, for its page. */
    private RunListener endingWriter() {
        return new RunListener() {
            @Override
            public void onEnd(RunResult result) {
                try {
                    RunEnding.of(result, Map.of()).write(context.directory());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    /** Writes the configuration once the run has begun with it: a refused one changes nothing. */
    private RunListener configurationWriter() {
        return new RunListener() {
            @Override
            public void onStart(long step) {
                try {
                    AtomicFile.writeString(RunConfig.file(context.directory()), run.toYaml());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}
