package org.attn4j.cli.tools;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.option.UnknownSettingsOption;
import org.attn4j.common.Require;
import org.attn4j.parity.Difference;
import org.attn4j.parity.Fixture;
import org.attn4j.parity.Parity;
import org.attn4j.parity.ParityReport;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parity}: holds mechanisms and models against dumps of another implementation. */
@Command(
        name = "parity",
        description = {
            "Computes what dumps of another implementation hold, and shows the largest differences.",
            "They are those of each value and gradient of a mechanism, or of each layer of a model,"
                    + " with the first place that differs. The exit code is 0 if all are within the"
                    + " tolerance."
        })
public final class ParityCommand implements Callable<Integer> {

    /** A dump and what came of it: a report, or why there is none. */
    private record Compared(Path folder, ParityReport report, String error) {

        boolean within() {
            return report != null && report.within();
        }
    }

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;
    @Mixin private UnknownSettingsOption unknownSettings;

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    /** Mechanisms or a model. */
    private static final class Subject {

        @Option(
                names = "--fixture",
                required = true,
                arity = "1..*",
                paramLabel = "DIR",
                description =
                        "Mechanisms: folders with golden.json and golden.safetensors, or folders of"
                                + " such folders.")
        private List<Path> fixtures = List.of();

        @Option(
                names = "--model",
                required = true,
                arity = "1..*",
                paramLabel = "MODEL",
                description =
                        "Models: folders with config.json and weights, folders of such folders, or"
                                + " org/name[@revision] of the Hub.")
        private List<String> models = List.of();
    }

    @Option(
            names = "--reference",
            paramLabel = "DIR",
            description =
                    "With one --model: the folder with golden.json and golden.safetensors (default:"
                            + " the model's own).")
    private Path reference;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (Path fixture : subject.fixtures) {
            folders.addAll(folders(fixture));
        }
        for (String model : subject.models) {
            folders.addAll(folders(MavenModels.locate(model, null)));
        }
        Require.that(
                reference == null || !subject.models.isEmpty() && folders.size() == 1,
                "--reference goes with one --model");
        EngineOptions.Chosen chosen = engine.open();
        try (NDManager manager = chosen.newManager()) {
            return subject.models.isEmpty()
                    ? compare(folders, manager)
                    : new ModelComparison(
                                    spec.commandLine(),
                                    json,
                                    common.isVerbose(),
                                    unknownSettings::loader)
                            .compare(folders, reference, manager);
        }
    }

    private int compare(List<Path> folders, NDManager manager) {
        PrintWriter out = spec.commandLine().getOut();
        String used = Kernels.of(manager).choice().toString();
        List<Compared> all = new ArrayList<>();
        for (Path folder : folders) {
            Compared compared = compare(folder, manager);
            all.add(compared);
            if (compared.error() != null) {
                spec.commandLine().getErr().println("attn4j: " + compared.error());
            } else if (!json) {
                print(compared, out);
            }
        }
        boolean within = all.stream().allMatch(Compared::within);
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("engine", manager.getEngine().getEngineName());
            document.put("kernels", used);
            document.put("within", within);
            document.put("fixtures", all.stream().map(ParityCommand::document).toList());
            out.println(Json.pretty(document));
        } else if (folders.size() > 1) {
            long good = all.stream().filter(Compared::within).count();
            out.printf("%s of %s within the tolerance%n", good, folders.size());
        }
        return within ? ExitCode.DONE : ExitCode.FAILED;
    }

    private Compared compare(Path folder, NDManager manager) {
        try {
            return new Compared(folder, Parity.check(folder, manager, null), null);
        } catch (IOException | IllegalArgumentException e) {
            if (common.isVerbose()) {
                e.printStackTrace(spec.commandLine().getErr());
            }
            return new Compared(folder, null, Failures.sentence(e));
        }
    }

    /** The folder itself, or those in it if they are the dumps. */
    private static List<Path> folders(Path given) throws IOException {
        if (Files.isDirectory(given) && !Files.exists(given.resolve(Fixture.DESCRIPTION))) {
            try (Stream<Path> entries = Files.list(given)) {
                List<Path> inside =
                        entries.filter(e -> Files.exists(e.resolve(Fixture.DESCRIPTION)))
                                .sorted()
                                .toList();
                if (!inside.isEmpty()) {
                    return inside;
                }
            }
        }
        return List.of(given);
    }

    private static void print(Compared compared, PrintWriter out) {
        ParityReport report = compared.report();
        out.println(report.fixture() + (report.within() ? "" : ": beyond the tolerance"));
        report.all()
                .forEach(
                        difference ->
                                out.println(
                                        String.format(
                                                        Locale.ROOT,
                                                        "  %-36s %-9s %s",
                                                        difference.name(),
                                                        largest(difference),
                                                        difference.within()
                                                                ? ""
                                                                : difference.problem())
                                                .stripTrailing()));
    }

    private static String largest(Difference difference) {
        return Double.isNaN(difference.largest())
                ? "-"
                : String.format(Locale.ROOT, "%.1e", difference.largest());
    }

    private static Map<String, Object> document(Compared compared) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("folder", compared.folder().toString());
        if (compared.error() != null) {
            document.put("error", compared.error());
            return document;
        }
        ParityReport report = compared.report();
        document.put("fixture", report.fixture());
        document.put("within", report.within());
        document.put("values", report.values().stream().map(ParityCommand::document).toList());
        document.put(
                "gradients", report.gradients().stream().map(ParityCommand::document).toList());
        return document;
    }

    private static Map<String, Object> document(Difference difference) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("tensor", difference.name());
        document.put(
                "largest", Double.isFinite(difference.largest()) ? difference.largest() : null);
        document.put("compared", difference.compared());
        document.put("within", difference.within());
        if (!difference.within()) {
            document.put("problem", difference.problem());
        }
        return document;
    }
}
