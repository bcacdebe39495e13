package org.attn4j.cli.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.training.TrainingTasks;
import org.attn4j.models.training.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: the same model on the same data, once with each of several mechanisms. */
@Command(
        name = "compare",
        description = {
            "Trains one model with several attention mechanisms and compares them in a table.",
            "Data, seed and everything else are the same."
        },
        footer = {
            "",
            "Each mechanism is trained in a process of its own. Its row and its model are kept when it is",
            "done; a comparison that was interrupted goes on with --resume, without those again."
        })
public final class CompareCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Parameters(
            paramLabel = "CONFIG",
            description = "A YAML file or the name of a built-in configuration.")
    private String config;

    @Option(
            names = "--mechanisms",
            paramLabel = "A,B,…",
            required = true,
            description = {
                "What to compare: names ('attn4j mechanisms' lists them), maps with options such as",
                "'{mechanism: sparse, window: 16}', or 'all' for every mechanism that fits."
            })
    private String mechanisms;

    @Option(
            names = "--places",
            paramLabel = "P,Q,…",
            split = ",",
            description = {
                "Where they may stand: self, encoder-self, decoder-self, cross (default: wherever each fits).",
                "What stands elsewhere is the configuration's."
            })
    private List<String> places = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a key of the configuration; may be repeated.")
    private List<String> assignments = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "The seed of everything random.")
    private Long seed;

    @Option(
            names = "--max-steps",
            paramLabel = "N",
            description = "Stops each after N steps; the schedule stays that of the configuration.")
    private Long maxSteps;

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description =
                    "Where rows and trained models go (default: runs/compare-NAME of the configuration).")
    private Path runs;

    @Option(names = "--resume", description = "Goes on with the comparison that DIR holds.")
    private boolean resume;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Where the HTML report goes (default: report.html in the folder of --runs).")
    private Path out;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        OutputFile.of("--out", out, ".html");
        PrintWriter err = spec.commandLine().getErr();
        TranslationConfig asked = configuration();
        List<AttentionSlot> allowed = Contender.slots(places);
        List<Contender> contenders = buildable(Contender.parse(mechanisms, allowed), asked, err);
        try (var pairs = Corpora.of(asked.data()).train().open()) {
            pairs.findFirst(); // refuses what cannot be read, before anything is trained
        }
        Path folder = runs != null ? runs : Path.of("runs", "compare-" + asked.name());
        Comparison comparison = new Comparison(asked, engine, folder, resume, err);
        Path report = out != null ? out : folder.resolve("report.html");
        StopSignal stop = StopSignal.onShutdown(Duration.ofMinutes(1));
        boolean interrupted = false;
        try {
            ComparisonResult result = comparison.run(contenders, stop, report);
            interrupted = stop.isRequested();
            print(result, report);
            if (interrupted) {
                err.println("interrupted: what is done is kept; --resume goes on");
                return ExitCode.INTERRUPTED;
            }
            return result.failures().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        } finally {
            // After a signal the JVM waits for this process to say how it ended: Main does.
            if (!interrupted) {
                stop.close();
            }
        }
    }

    private TranslationConfig configuration() throws IOException {
        List<String> all = new ArrayList<>(assignments);
        if (seed != null) {
            all.add("seed=" + seed);
        }
        return TrainingTasks.readTranslation(config, all).limited(maxSteps, null).config();
    }

    /** Refuses what cannot be built, before anything is trained; 'all' leaves it out. */
    private List<Contender> buildable(
            List<Contender> contenders, TranslationConfig asked, PrintWriter err) {
        List<Contender> buildable = new ArrayList<>();
        for (Contender contender : contenders) {
            try {
                contender.in(asked);
                buildable.add(contender);
            } catch (IllegalArgumentException e) {
                if (!mechanisms.strip().equals(Contender.ALL)) {
                    throw new IllegalArgumentException(
                            contender.label() + ": " + e.getMessage(), e);
                }
                err.println("left out: " + contender.label() + ": " + e.getMessage());
            }
        }
        return buildable;
    }

    private void print(ComparisonResult result, Path report) {
        PrintWriter to = spec.commandLine().getOut();
        if (json) {
            to.println(Json.pretty(result.document()));
            return;
        }
        result.table().forEach(to::println);
        to.println("report  " + report);
    }
}
