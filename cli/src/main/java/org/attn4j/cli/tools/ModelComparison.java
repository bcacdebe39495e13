package org.attn4j.cli.tools;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.io.Json;
import org.attn4j.models.model.Pretrained;
import org.attn4j.parity.Difference;
import org.attn4j.parity.model.ModelParity;
import org.attn4j.parity.model.ModelParityReport;
import org.attn4j.parity.model.ModelParityReport.CaseReport;
import picocli.CommandLine;

/**
 * The part of {@code parity} that holds models against their references.
 *
 * @param command whose output is written to
 * @param json whether one document is printed
 * @param verbose whether failures show where they arose
 * @param loaders how a model is loaded
 */
record ModelComparison(
        CommandLine command, boolean json, boolean verbose, Supplier<Pretrained.Loader> loaders) {

    /**
     * Compares models, prints what differs, and returns the exit code.
     *
     * @param folders the models
     * @param reference the folder of the only model's reference; null for the models' own folders
     * @param manager on which engine and device
     */
    int compare(List<Path> folders, Path reference, NDManager manager) {
        PrintWriter out = command.getOut();
        List<Map<String, Object>> documents = new ArrayList<>();
        int same = 0;
        for (Path folder : folders) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("folder", folder.toString());
            try (NDManager own = manager.newSubManager()) {
                Path golden = reference == null ? folder : reference;
                ModelParityReport report =
                        ModelParity.check(folder, golden, loaders.get().optManager(own));
                same += report.within() ? 1 : 0;
                document.putAll(document(report));
                if (!json) {
                    print(folder, report, out);
                }
            } catch (IOException | IllegalArgumentException e) {
                document.put("error", Failures.sentence(e));
                command.getErr().println("attn4j: " + Failures.sentence(e));
                if (verbose) {
                    e.printStackTrace(command.getErr());
                }
            }
            documents.add(document);
        }
        if (json) {
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("engine", manager.getEngine().getEngineName());
            whole.put("same", same == folders.size());
            whole.put("models", documents);
            out.println(Json.pretty(whole));
        } else if (folders.size() > 1) {
            out.printf("%s of %s within the tolerance%n", same, folders.size());
        }
        return same == folders.size() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static void print(Path folder, ModelParityReport report, PrintWriter out) {
        out.println(
                folder.getFileName()
                        + (report.within() ? ": within " : ": beyond ")
                        + number(report.tolerance()));
        for (CaseReport it : report.cases()) {
            out.println("  " + it.name());
            for (Difference output : it.outputs()) {
                out.println(
                        String.format(
                                        Locale.ROOT,
                                        "    %-28s %-8s %s",
                                        output.name(),
                                        number(output.largest()),
                                        output.within() ? "" : output.problem())
                                .stripTrailing());
            }
            it.firstDifference()
                    .ifPresent(first -> out.println("    differs first at " + first.name()));
        }
    }

    private static Map<String, Object> document(ModelParityReport report) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("same", report.within());
        document.put("tolerance", report.tolerance());
        document.put("cases", report.cases().stream().map(ModelComparison::document).toList());
        return document;
    }

    private static Map<String, Object> document(CaseReport it) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", it.name());
        document.put("kind", it.kind().name().toLowerCase(Locale.ROOT));
        document.put("first_difference", it.firstDifference().map(Difference::name).orElse(null));
        document.put("outputs", it.outputs().stream().map(ModelComparison::document).toList());
        return document;
    }

    private static Map<String, Object> document(Difference output) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("output", output.name());
        document.put("largest", Double.isFinite(output.largest()) ? output.largest() : null);
        document.put("same", output.within());
        if (!output.within()) {
            document.put("problem", output.problem());
        }
        return document;
    }

    private static String number(double difference) {
        if (!Double.isFinite(difference)) {
            return "-";
        }
        return difference == 0 ? "0" : String.format(Locale.ROOT, "%.1e", difference);
    }
}
