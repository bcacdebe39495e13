package org.attn4j.cli.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.report.Curve;
import org.attn4j.cli.report.LineChart;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Section;

/** The rows of a comparison so far, as a table, a JSON document and a report. */
final class ComparisonResult {

    /**
     * The columns of figures: a title, words and a unit, decimals, and the value of a row (null for
     * none).
     */
    enum Column {
        BLEU("BLEU", "BLEU", "points of 100", 2, row -> row.bleu()),
        CHRF("chrF", "chrF", "points of 100", 2, row -> row.chrf()),
        LOSS("loss", "loss", "nats per token", 3, row -> row.loss()),
        PARAMETERS("parameters", "parameters", "", 0, row -> (double) row.parameters()),
        SPEED(
                "tokens/s",
                "training speed",
                "target tokens per second",
                0,
                row -> row.tokensPerSecond()),
        MEMORY(
                "native MB",
                "memory outside the Java heap",
                "megabytes",
                0,
                row -> row.peakNativeBytes() == null ? null : row.peakNativeBytes() / 1e6),
        ENTROPY("entropy", "entropy of attention", "nats", 2, row -> row.entropy());

        private final String title;
        private final String words;
        private final String unit;
        private final int decimals;
        private final Function<ComparedRow, Double> value;

        Column(
                String title,
                String words,
                String unit,
                int decimals,
                Function<ComparedRow, Double> value) {
            this.title = title;
            this.words = words;
            this.unit = unit;
            this.decimals = decimals;
            this.value = value;
        }

        /** What a page calls it. */
        String heading() {
            return unit.isEmpty() ? words : words + " (" + unit + ")";
        }

        String text(ComparedRow row) {
            Double number = value.apply(row);
            return number == null
                    ? "–"
                    : String.format(Locale.ROOT, "%,." + decimals + "f", number);
        }
    }

    private static final List<String> NOTES =
            List.of(
                    "BLEU, chrF and loss (nats per token) are of the test set; tokens/s are target tokens in training.",
                    "native MB is the most that the process held outside the Java heap in training: tensors, the engine and the JVM's own.",
                    "entropy is that of a query's weights in nats, averaged where the mechanism stands; – where it shows no weights.");

    private static final String PAGE_NOTE =
            "Scores and loss are of the test set. The memory is the most that the process held in"
                    + " training: tensors, the engine and the JVM's own. The entropy is that of a"
                    + " query's weights, averaged where the mechanism stands; – where it shows no"
                    + " weights.";

    private final TranslationConfig config;
    private final String engine;
    private final int threads;
    private final List<ComparedRow> rows = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    ComparisonResult(TranslationConfig config, String engine, int threads) {
        this.config = config;
        this.engine = engine;
        this.threads = threads;
    }

    List<ComparedRow> rows() {
        return rows;
    }

    /** The contenders whose training failed, and why. */
    Map<String, String> failures() {
        return failures;
    }

    List<String> table() {
        List<List<String>> cells = new ArrayList<>();
        cells.add(header(column -> column.title));
        rows.forEach(row -> cells.add(cells(row)));
        int[] widths = new int[cells.get(0).size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> line : cells) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                boolean figure = i > 0 && i <= Column.values().length;
                String format = "%" + (figure ? "" : "-") + widths[i] + "s";
                text.append(i == 0 ? "" : "  ").append(String.format(format, line.get(i)));
            }
            lines.add(text.toString().stripTrailing());
        }
        failures.forEach((label, problem) -> lines.add(label + " failed: " + problem));
        lines.add("");
        lines.addAll(NOTES);
        return lines;
    }

    private static List<String> header(Function<Column, String> title) {
        List<String> titles = new ArrayList<>(List.of("mechanism"));
        for (Column column : Column.values()) {
            titles.add(title.apply(column));
        }
        titles.add("stands in");
        return titles;
    }

    private static List<String> cells(ComparedRow row) {
        List<String> cells = new ArrayList<>(List.of(row.label()));
        for (Column column : Column.values()) {
            cells.add(column.text(row));
        }
        cells.add(String.join(", ", row.places()));
        return cells;
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("configuration", config.name());
        document.put("seed", config.seed());
        document.put("steps", config.training().steps());
        document.put("engine", engine);
        document.put("threads", threads);
        document.put("rows", rows);
        document.put("failed", failures);
        return document;
    }

    Report report() {
        List<Section.BarChart> bars = new ArrayList<>();
        for (Column column : Column.values()) {
            List<Section.Bar> each =
                    rows.stream()
                            .map(
                                    row ->
                                            new Section.Bar(
                                                    row.label(),
                                                    column.value.apply(row),
                                                    column.text(row)))
                            .toList();
            bars.add(new Section.BarChart(column.heading(), each));
        }
        List<Curve> losses = rows.stream().map(ComparisonResult::loss).toList();
        return new Report(
                "Attention mechanisms compared: " + config.name(),
                List.of(
                        new Section.Table(
                                "",
                                PAGE_NOTE,
                                header(Column::heading),
                                rows.stream().map(ComparisonResult::cells).toList(),
                                Set.of()),
                        new Section.Bars("Side by side", bars),
                        new Section.Curves(
                                "In training",
                                "",
                                List.of(
                                        new LineChart(
                                                "Training loss",
                                                "step",
                                                "nats per token",
                                                losses)))));
    }

    private static Curve loss(ComparedRow row) {
        return new Curve(
                row.label(),
                row.trainingLoss().stream()
                        .map(point -> new Curve.Point(point.step(), point.loss()))
                        .toList());
    }
}
