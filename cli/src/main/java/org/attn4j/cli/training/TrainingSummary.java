package org.attn4j.cli.training;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.models.training.RunResult;

/** What {@code train} prints when it is done. */
final class TrainingSummary {

    private TrainingSummary() {}

    static void print(RunResult result, ConfiguredRun<?> run, boolean json, PrintWriter out) {
        if (json) {
            out.println(Json.pretty(document(result, run.config())));
            return;
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("run", run.config().name());
        facts.put("model", result.model().toString());
        facts.putAll(RunFacts.of(result, run.lossUnit()));
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) -> out.printf("%-" + width + "s  %s%n", name, value));
    }

    private static Map<String, Object> document(RunResult result, RunConfig config) {
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
}
