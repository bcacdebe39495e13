package org.attn4j.cli.training;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.attn4j.cli.report.Figures;
import org.attn4j.cli.report.Terms;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopReason;

/** What is told of a run in words, on its page and when it is done. */
final class RunFacts {

    private static final Map<StopReason, String> REASONS =
            Map.of(
                    StopReason.STEPS, "its last step",
                    StopReason.EPOCHS, "its last pass through the data",
                    StopReason.PATIENCE, "no better validation for too long",
                    StopReason.TIME, "the time it was given",
                    StopReason.SIGNAL, "an interruption");

    private RunFacts() {}

    /** The facts of a run that has just ended. */
    static Map<String, String> of(RunResult result, String lossUnit) {
        Map<String, String> facts = new LinkedHashMap<>();
        addScores(facts, "validation ", result.scores(), lossUnit);
        facts.put("steps", Figures.text(result.step()));
        facts.put("complete passes through the data", Figures.text(result.epoch()));
        addUsage(facts, result.tokens(), result.seconds(), result.cpuSeconds());
        addEnding(facts, result.reason(), result.averaged());
        return facts;
    }

    /** The facts of a run by what it has left. */
    static Map<String, String> of(RecordedRun run) {
        Map<String, String> facts = new LinkedHashMap<>();
        RunMetrics metrics = run.metrics();
        RunEnding ending = run.ending().orElse(null);
        if (ending == null) {
            facts.put(
                    "state",
                    run.isEndingUnknown()
                            ? "no ending is recorded: it left a model, as a run does when it ends"
                            : "not ended: it is going on, or was killed");
            addScores(facts, "last validation ", metrics.lastScores(), run.run().lossUnit());
            if (metrics.bestStep() > 0) {
                facts.put("best validation", "step " + Figures.text(metrics.bestStep()));
            }
        } else {
            facts.putAll(ending.measured());
            addScores(facts, "validation ", ending.scores(), run.run().lossUnit());
        }
        facts.put("steps", Figures.text(metrics.step()));
        long epochs = ending == null ? metrics.epoch() : ending.epoch();
        facts.put("complete passes through the data", Figures.text(epochs));
        addUsage(facts, metrics.tokens(), metrics.seconds(), metrics.cpuSeconds());
        if (ending != null) {
            addEnding(facts, ending.reason(), ending.averaged());
        }
        facts.put("seed", String.valueOf(run.run().config().seed()));
        return facts;
    }

    private static void addScores(
            Map<String, String> facts, String which, Map<String, Double> scores, String lossUnit) {
        scores.forEach(
                (name, score) -> {
                    Terms.Term term = Terms.of(name);
                    String unit = name.equals("loss") ? lossUnit : term.unit();
                    facts.put(
                            which + term.words() + (unit.isEmpty() ? "" : " (" + unit + ")"),
                            Figures.text(score));
                });
    }

    private static void addUsage(
            Map<String, String> facts, long tokens, double seconds, double cpuSeconds) {
        facts.put("targets trained on (tokens or labels)", Figures.text(tokens));
        facts.put("targets per second", Figures.text(tokens / Math.max(seconds, 1e-9)));
        facts.put("time", time(seconds));
        facts.put("CPU time", time(cpuSeconds));
    }

    private static void addEnding(
            Map<String, String> facts, StopReason reason, List<Long> averaged) {
        String steps = averaged.stream().map(Figures::text).collect(Collectors.joining(", "));
        facts.put("ended by", REASONS.get(reason));
        facts.put("weights", (averaged.size() > 1 ? "the mean of steps " : "of step ") + steps);
    }

    private static String time(double seconds) {
        Duration time = Duration.ofMillis(Math.round(seconds * 1000));
        return time.toHours() > 0
                ? "%s h %s min".formatted(time.toHours(), time.toMinutesPart())
                : time.toMinutes() > 0
                        ? "%s min %s s".formatted(time.toMinutes(), time.toSecondsPart())
                        : String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
