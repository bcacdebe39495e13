package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.training.RunDirectory;

/**
 * The page of several runs: what is told of them side by side, and their curves over each other.
 */
final class RunsReport {

    private static final String NONE = "–";

    private final Map<String, RecordedRun> runs;

    private RunsReport(Map<String, RecordedRun> runs) {
        this.runs = runs;
    }

    /** Writes the page. */
    static void write(List<Path> folders, Path file) throws IOException {
        Map<String, RecordedRun> runs = new LinkedHashMap<>();
        for (Path folder : folders) {
            RecordedRun run = RecordedRun.read(new RunDirectory(folder));
            RecordedRun other = runs.put(label(folder, folders), run);
            Require.that(other == null, "%s is given twice: name different runs", folder);
        }
        AtomicFile.writeString(file.toAbsolutePath(), new RunsReport(runs).report().toHtml());
    }

    /** The name of its folder, unless another's is the same. */
    private static String label(Path folder, List<Path> all) {
        Path name = name(folder);
        return all.stream().filter(other -> name(other).equals(name)).count() == 1
                ? name.toString()
                : folder.toAbsolutePath().normalize().toString();
    }

    private static Path name(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toAbsolutePath() : name;
    }

    private Report report() {
        RunCharts charts = new RunCharts(runs);
        return new Report(
                "Training runs: " + String.join(", ", runs.keySet()),
                List.of(
                        Section.Table.of("", head(""), sideBySide(RunsReport::facts)),
                        charts.training(),
                        samples(),
                        charts.sharpness(),
                        differences()));
    }

    private static Map<String, String> facts(RecordedRun run) {
        Map<String, String> facts = RunFacts.of(run);
        facts.put("task", run.run().task().name());
        if (!run.metrics().notes().isEmpty()) {
            facts.put("note", String.join(" ", run.metrics().notes()));
        }
        return facts;
    }

    /** A row for each fact, a column for each run. */
    private List<List<String>> sideBySide(Function<RecordedRun, Map<String, String>> of) {
        List<Map<String, String>> columns = runs.values().stream().map(of).toList();
        Set<String> names = new LinkedHashSet<>();
        columns.forEach(column -> names.addAll(column.keySet()));
        List<List<String>> rows = new ArrayList<>();
        for (String name : names) {
            List<String> row = new ArrayList<>(List.of(name));
            columns.forEach(column -> row.add(column.getOrDefault(name, NONE)));
            rows.add(row);
        }
        return rows;
    }

    private List<String> head(String... first) {
        List<String> head = new ArrayList<>(List.of(first));
        head.addAll(runs.keySet());
        return head;
    }

    /** What each run's model gave at its last validation, for examples that all of them have. */
    private Section samples() {
        Map<Sample, List<String>> rows = new LinkedHashMap<>();
        for (RecordedRun run : runs.values()) {
            List<SampleLog.Line> lines = run.samples();
            List<Sample> last = lines.isEmpty() ? List.of() : lines.get(lines.size() - 1).samples();
            for (Sample sample : last) {
                Sample example = new Sample(sample.input(), sample.expected(), "");
                rows.computeIfAbsent(example, unused -> new ArrayList<>()).add(sample.output());
            }
        }
        List<List<String>> cells = new ArrayList<>();
        rows.forEach(
                (example, outputs) -> {
                    if (outputs.size() == runs.size()) {
                        List<String> row = new ArrayList<>();
                        row.add(example.input());
                        row.add(example.expected());
                        row.addAll(outputs);
                        cells.add(row);
                    }
                });
        return new Section.Table(
                "Samples of the last validation",
                "Examples of the validation data, and what each run's model gave for them: nothing"
                        + " where a cell is empty.",
                head("example", "wanted"),
                cells,
                Set.of());
    }

    private Section differences() {
        return new Section.Table(
                "Where the configurations differ",
                "Keys that are not listed have the same value in all runs.",
                head("key"),
                sideBySide(RunsReport::keys).stream()
                        .filter(row -> row.stream().skip(1).distinct().count() > 1)
                        .toList(),
                Set.of());
    }

    /** The keys of a configuration, those of sections with their section's name in front. */
    private static Map<String, String> keys(RecordedRun run) {
        Map<String, String> keys = new TreeMap<>();
        flatten("", run.run().config().tree(), keys);
        return keys;
    }

    private static void flatten(String prefix, Map<?, ?> section, Map<String, String> keys) {
        section.forEach(
                (name, value) -> {
                    if (value instanceof Map<?, ?> inner) {
                        flatten(prefix + name + ".", inner, keys);
                    } else {
                        keys.put(prefix + name, String.valueOf(value));
                    }
                });
    }
}
