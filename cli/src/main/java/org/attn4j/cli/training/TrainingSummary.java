package org.attn4j.cli.training;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.io.Json;
import org.attn4j.models.training.RunResult;

/** What {@code train} prints when it is done. */
final class TrainingSummary {

    private TrainingSummary() {}

    static void print(RunResult result, RunConfig config, boolean json, PrintWriter out) {
        Map<String, Object> facts = facts(result, config);
        if (json) {
            out.println(Json.pretty(facts));
            return;
        }
        facts.forEach((name, value) -> out.printf("%-18s %s%n", name, text(value)));
    }

    static Map<String, Object> facts(RunResult result, RunConfig config) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("run", config.name());
        facts.put("model", result.model().toString());
        facts.put("ended", result.reason().name().toLowerCase(Locale.ROOT));
        facts.put("steps", result.step());
        facts.put("epochs", result.epoch());
        facts.put("targetTokens", result.tokens());
        facts.put("tokensPerSecond", result.tokens() / Math.max(result.seconds(), 1e-9));
        facts.put("seconds", result.seconds());
        facts.put("cpuMinutes", result.cpuSeconds() / 60);
        facts.put("averagedSteps", result.averaged());
        facts.put("scores", result.scores());
        return facts;
    }

    static String text(Object value) {
        if (value instanceof Double number) {
            return String.format(Locale.ROOT, "%.1f", number);
        }
        if (value instanceof Map<?, ?> scores) {
            @SuppressWarnings("unchecked")
            Map<String, Double> named = (Map<String, Double>) scores;
            return ProgressPrinter.scores(named);
        }
        return String.valueOf(value);
    }
}
