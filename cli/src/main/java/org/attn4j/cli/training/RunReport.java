package org.attn4j.cli.training;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.report.Curve;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopReason;

/** The page of a finished run: its result, its curves, what its task shows, its configuration. */
final class RunReport {

    /** A curve has no more points; each stands for the steps between. */
    private static final int MOST_POINTS = 600;

    private static final List<String> OF_A_STEP = List.of("loss", "learning_rate", "gradient_norm");

    /** What a line of metrics tells beside scores. */
    private static final Set<String> NO_SCORES =
            Set.of("event", "step", "epoch", "best", "seconds", "cpu_seconds");

    private static final Map<String, String> NAMES =
            Map.of("bleu", "BLEU", "chrf", "chrF", "ter", "TER", "exact", "exact match");

    private static final Map<StopReason, String> REASONS =
            Map.of(
                    StopReason.STEPS, "its last step",
                    StopReason.EPOCHS, "its last time through the data",
                    StopReason.PATIENCE, "no better validation for too long",
                    StopReason.TIME, "the time it was given",
                    StopReason.SIGNAL, "an interruption");

    private RunReport() {}

    /** The file that the page is written to. */
    static Path file(RunDirectory directory) {
        return directory.training().resolve("report.html");
    }

    /**
     * Writes the page.
     *
     * @param measured what is known of the model beside the run's own scores
     */
    static void write(
            ConfiguredRun<?> run,
            RunDirectory directory,
            EngineOptions.Chosen engine,
            RunResult result,
            Map<String, String> measured)
            throws IOException {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section.Facts("", facts(run, result, measured)));
        sections.add(new Section.Curves("Training", curves(directory.metrics()), false));
        try (NDManager manager = engine.newManager()) {
            Pretrained.Loader loader = Pretrained.loader().optManager(manager);
            EvaluationRequest request =
                    new EvaluationRequest(directory.root(), loader, List.of(), null, null, null);
            sections.addAll(run.sections(request));
        }
        sections.add(new Section.Text("Configuration", run.toYaml()));
        String title = "%s: %s".formatted(run.config().name(), run.task().name());
        AtomicFile.writeString(file(directory), new Report(title, sections).toHtml());
    }

    private static Map<String, String> facts(
            ConfiguredRun<?> run, RunResult result, Map<String, String> measured) {
        Map<String, String> facts = new LinkedHashMap<>(measured);
        result.scores()
                .forEach((name, score) -> facts.put("validation " + named(name), figure(score)));
        facts.put("steps", String.format(Locale.ROOT, "%,d", result.step()));
        facts.put("times through the data", String.valueOf(result.epoch()));
        facts.put("tokens trained on", String.format(Locale.ROOT, "%,d", result.tokens()));
        facts.put("time", time(result.seconds()));
        facts.put("CPU time", time(result.cpuSeconds()));
        facts.put("ended by", REASONS.get(result.reason()));
        String steps =
                result.averaged().stream().map(String::valueOf).collect(Collectors.joining(", "));
        boolean mean = result.averaged().size() > 1;
        facts.put("weights", (mean ? "the mean of steps " : "of step ") + steps);
        facts.put("seed", String.valueOf(run.config().seed()));
        return facts;
    }

    private static String named(String score) {
        return NAMES.getOrDefault(score, score.replace('_', ' '));
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    private static String time(double seconds) {
        Duration time = Duration.ofMillis(Math.round(seconds * 1000));
        return time.toHours() > 0
                ? "%s h %s min".formatted(time.toHours(), time.toMinutesPart())
                : time.toMinutes() > 0
                        ? "%s min %s s".formatted(time.toMinutes(), time.toSecondsPart())
                        : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    private static List<Curve> curves(Path metrics) throws IOException {
        Map<String, List<Curve.Point>> points = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(metrics)) {
            lines.forEach(line -> collect(JsonParser.parseString(line).getAsJsonObject(), points));
        }
        List<Curve> curves = new ArrayList<>();
        points.forEach((name, values) -> curves.add(new Curve(name, thinned(values))));
        return curves;
    }

    private static void collect(JsonObject line, Map<String, List<Curve.Point>> points) {
        long step = line.get("step").getAsLong();
        boolean validation = line.get("event").getAsString().equals("validation");
        for (Map.Entry<String, JsonElement> entry : line.entrySet()) {
            String name = entry.getKey();
            boolean drawn = validation ? !NO_SCORES.contains(name) : OF_A_STEP.contains(name);
            if (drawn
                    && entry.getValue() instanceof JsonPrimitive value
                    && value.isNumber()
                    && Double.isFinite(value.getAsDouble())) {
                String curve = (validation ? "validation " : "training ") + named(name);
                points.computeIfAbsent(curve, unused -> new ArrayList<>())
                        .add(new Curve.Point(step, value.getAsDouble()));
            }
        }
    }

    /** Takes the mean of as many points that follow one another as leave few enough. */
    static List<Curve.Point> thinned(List<Curve.Point> points) {
        int together = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
        if (together <= 1) {
            return points;
        }
        List<Curve.Point> thinned = new ArrayList<>();
        for (int from = 0; from < points.size(); from += together) {
            List<Curve.Point> some = points.subList(from, Math.min(points.size(), from + together));
            double mean = some.stream().mapToDouble(Curve.Point::value).average().orElseThrow();
            thinned.add(new Curve.Point(some.get(some.size() - 1).step(), mean));
        }
        return thinned;
    }
}
