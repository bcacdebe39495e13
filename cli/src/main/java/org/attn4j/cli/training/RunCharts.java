package org.attn4j.cli.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.attn4j.cli.report.Curve;
import org.attn4j.cli.report.LineChart;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.report.Terms;

/** The curves of runs: of one alone, or of several over each other. */
final class RunCharts {

    /** A curve has no more points; each stands for the steps between. */
    private static final int MOST_POINTS = 300;

    private static final String LOSS = "loss";
    private static final String STEP = "step";

    private final Map<String, RecordedRun> runs;

    /**
     * Takes runs.
     *
     * @param runs by what they are called
     */
    RunCharts(Map<String, RecordedRun> runs) {
        this.runs = runs;
    }

    /** Losses, scores, and what else was measured at each step. */
    Section training() {
        List<LineChart> charts = new ArrayList<>(losses());
        for (String name : names(run -> run.metrics().validation().keySet())) {
            if (!name.equals(LOSS)) {
                charts.add(
                        chart(
                                name,
                                curves("validation", run -> run.metrics().validation().get(name))));
            }
        }
        for (String name : names(run -> run.metrics().training().keySet())) {
            if (!name.equals(LOSS)) {
                charts.add(
                        chart(name, curves("training", run -> run.metrics().training().get(name))));
            }
        }
        boolean smoothed =
                runs.values().stream()
                        .anyMatch(run -> run.run().config().training().labelSmoothing() > 0);
        return new Section.Curves(
                "In the course of training",
                smoothed
                        ? "The training loss is that of smoothed labels, which is higher than the"
                                + " plain loss of validation."
                        : "",
                charts);
    }

    /** The loss of training and of validation: in one chart of one run, else in one each. */
    private List<LineChart> losses() {
        String unit =
                runs.values().stream()
                        .map(run -> run.run().lossUnit())
                        .distinct()
                        .collect(Collectors.joining(" or "));
        String axis = unit.isEmpty() ? Terms.of(LOSS).axis() : unit;
        List<Curve> training = curves("training", run -> run.metrics().training().get(LOSS));
        List<Curve> validation = curves("validation", run -> run.metrics().validation().get(LOSS));
        if (runs.size() > 1) {
            return List.of(
                    new LineChart("Training loss", STEP, axis, training),
                    new LineChart("Validation loss", STEP, axis, validation));
        }
        List<Curve> both = new ArrayList<>(training);
        both.addAll(validation);
        return List.of(new LineChart("Loss", STEP, axis, both));
    }

    private Set<String> names(Function<RecordedRun, Set<String>> of) {
        Set<String> names = new LinkedHashSet<>();
        runs.values().forEach(run -> names.addAll(of.apply(run)));
        return names;
    }

    /**
     * A curve of each run that has such points.
     *
     * @param alone what it is called of a run alone
     */
    private List<Curve> curves(String alone, Function<RecordedRun, List<Curve.Point>> of) {
        List<Curve> curves = new ArrayList<>();
        runs.forEach(
                (label, run) -> {
                    List<Curve.Point> points = of.apply(run);
                    if (points != null) {
                        String name = runs.size() > 1 ? label : alone;
                        curves.add(new Curve(name, points).thinned(MOST_POINTS));
                    }
                });
        return curves;
    }

    private static LineChart chart(String name, List<Curve> curves) {
        Terms.Term term = Terms.of(name);
        return new LineChart(capital(term.words()), STEP, term.axis(), curves);
    }

    /** With a capital in front, unless it is a name that has its own. */
    private static String capital(String words) {
        boolean isName = !words.equals(words.toLowerCase(Locale.ROOT)); // such as chrF
        return isName ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** The entropy of attention: of one run layer by layer, of several the mean of the layers. */
    Section sharpness() {
        Map<String, Map<String, List<Curve.Point>>> kinds = new LinkedHashMap<>();
        runs.forEach((label, run) -> collect(label, run, kinds));
        List<LineChart> charts = new ArrayList<>();
        kinds.forEach(
                (kind, curves) -> {
                    List<Curve> drawn = new ArrayList<>();
                    curves.forEach((name, points) -> drawn.add(new Curve(name, points)));
                    charts.add(new LineChart(capital(kind), STEP, "nats", drawn));
                });
        return new Section.Curves(
                "How sharply the model attends",
                "The entropy of a query's weights, averaged over the queries and heads of a few"
                        + " validation examples"
                        + (runs.size() > 1 ? " and over the layers" : "; layers count from 0")
                        + ". At 0 nats a query looks at one position; the higher, the more"
                        + " positions share its weight (n alike: ln n).",
                charts);
    }

    /** Adds a run's curves by the kind of attention and what they are called. */
    private void collect(
            String label, RecordedRun run, Map<String, Map<String, List<Curve.Point>>> kinds) {
        for (SampleLog.Line line : run.samples()) {
            Map<String, Map<String, List<Double>>> found = new LinkedHashMap<>();
            line.attentionEntropy()
                    .forEach(
                            (place, entropy) ->
                                    found.computeIfAbsent(
                                                    Terms.kindOf(place),
                                                    unused -> new LinkedHashMap<>())
                                            .computeIfAbsent(
                                                    runs.size() > 1 ? label : Terms.layerOf(place),
                                                    unused -> new ArrayList<>())
                                            .add(entropy));
            found.forEach(
                    (kind, curves) ->
                            curves.forEach(
                                    (name, entropies) ->
                                            kinds.computeIfAbsent(
                                                            kind, unused -> new LinkedHashMap<>())
                                                    .computeIfAbsent(
                                                            name, unused -> new ArrayList<>())
                                                    .add(
                                                            new Curve.Point(
                                                                    line.step(),
                                                                    mean(entropies)))));
        }
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
