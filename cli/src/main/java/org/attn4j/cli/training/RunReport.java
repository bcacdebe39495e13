package org.attn4j.cli.training;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.report.Figures;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.training.RunDirectory;

/**
 * The page of a run, made of what is in its directory: its result, its curves, how its samples got
 * better, what its task shows, its configuration.
 */
final class RunReport {

    private static final int MOST_ROWS = 12;

    private RunReport() {}

    /** The file that the page is written to. */
    static Path file(RunDirectory directory) {
        return directory.training().resolve("report.html");
    }

    /**
     * Writes the page.
     *
     * @param engine what the model is loaded with for what the task shows of it
     */
    static void write(RunDirectory directory, EngineOptions.Chosen engine, Path file)
            throws IOException {
        AtomicFile.writeString(
                file.toAbsolutePath(), of(RecordedRun.read(directory), engine).toHtml());
    }

    private static Report of(RecordedRun run, EngineOptions.Chosen engine) throws IOException {
        RunCharts charts = new RunCharts(Map.of(run.run().config().name(), run));
        List<String> notes = new ArrayList<>(run.metrics().notes());
        List<Section> shown = shown(run, engine, notes);
        Map<String, String> facts = RunFacts.of(run);
        if (!notes.isEmpty()) {
            facts.put("note", String.join(" ", notes));
        }
        List<Section> sections = new ArrayList<>();
        sections.add(new Section.Facts("", facts));
        sections.add(charts.training());
        sections.add(samples(run.samples()));
        sections.add(charts.sharpness());
        sections.addAll(shown);
        sections.add(new Section.Text("Configuration", run.run().toYaml()));
        return new Report(
                "%s: %s".formatted(run.run().config().name(), run.run().task().name()), sections);
    }

    /** What the task shows of the model; what keeps it from that is noted. */
    private static List<Section> shown(
            RecordedRun run, EngineOptions.Chosen engine, List<String> notes) throws IOException {
        if (!run.isEndingUnknown() && (run.ending().isEmpty() || !run.hasModel())) {
            notes.add("The model itself is shown when the run has ended.");
            return List.of();
        }
        try (NDManager manager = engine.newManager()) {
            return run.run()
                    .sections(
                            new EvaluationRequest(
                                    run.directory().root(),
                                    Pretrained.loader().optManager(manager),
                                    List.of(),
                                    null,
                                    null,
                                    null));
        } catch (IOException | RuntimeException e) {
            notes.add("The model itself cannot be shown: " + Failures.sentence(e) + ".");
            return List.of();
        }
    }

    /** A column for each example, a row for each validation. */
    private static Section samples(List<SampleLog.Line> lines) {
        List<String> head = new ArrayList<>(List.of("step"));
        List<List<String>> rows = new ArrayList<>();
        if (!lines.isEmpty() && !lines.get(0).samples().isEmpty()) {
            List<Sample> examples = lines.get(0).samples();
            List<String> wanted = new ArrayList<>(List.of("wanted"));
            examples.forEach(
                    example -> {
                        head.add(example.input());
                        wanted.add(example.expected());
                    });
            rows.add(wanted);
            for (SampleLog.Line line : some(lines)) {
                Map<String, String> outputs = new LinkedHashMap<>();
                line.samples().forEach(it -> outputs.put(it.input(), it.output()));
                List<String> row = new ArrayList<>(List.of(Figures.text(line.step())));
                examples.forEach(it -> row.add(outputs.getOrDefault(it.input(), "–")));
                rows.add(row);
            }
        }
        return new Section.Table(
                "Samples in the course of training",
                "Over each column an example of the validation data, below it what the data want and"
                        + " what the model gave after so many steps: nothing where a cell is empty.",
                head,
                rows,
                Set.of());
    }

    /** The first, the last, and some evenly between. */
    private static List<SampleLog.Line> some(List<SampleLog.Line> lines) {
        int rows = Math.min(MOST_ROWS, lines.size());
        return IntStream.range(0, rows)
                .mapToObj(i -> lines.get(rows == 1 ? 0 : i * (lines.size() - 1) / (rows - 1)))
                .toList();
    }
}
