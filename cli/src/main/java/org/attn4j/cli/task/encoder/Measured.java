package org.attn4j.cli.task.encoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.cli.report.Terms;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.common.Require;

/** What a model gives for data, and how well: figures in the order in which they are added. */
final class Measured {

    private final Map<String, Double> scores = new LinkedHashMap<>();
    private final Map<String, Object> documents = new LinkedHashMap<>();
    private final Map<String, List<String>> lines = new LinkedHashMap<>();
    private final List<String> outputs;

    /**
     * Begins.
     *
     * @param outputs what the model gives, a line for each example
     */
    Measured(List<String> outputs) {
        this.outputs = outputs;
    }

    /** Adds a percentage, or a coefficient. */
    Measured score(String name, double value) {
        scores.put(name, value);
        return add(
                name,
                Map.of("score", value),
                List.of(String.format(Locale.ROOT, "%s = %.4f", Terms.of(name).words(), value)));
    }

    /** Adds what is no single score. */
    Measured add(String name, Object document, List<String> text) {
        documents.put(name, document);
        lines.put(name, text);
        return this;
    }

    /** What the model gives, a line for each example. */
    List<String> outputs() {
        return outputs;
    }

    /** The scores by name. */
    Map<String, Double> scores() {
        return scores;
    }

    /** The figures that were asked for, or all. */
    TaskEvaluation evaluation(String data, long examples, List<String> asked) {
        for (String metric : asked) {
            Require.that(
                    documents.containsKey(metric),
                    "unknown metric '%s': use %s",
                    metric,
                    String.join(", ", documents.keySet()));
        }
        Map<String, Object> metrics = new LinkedHashMap<>(documents);
        List<String> text = new ArrayList<>();
        if (!asked.isEmpty()) {
            metrics.keySet().retainAll(asked);
        }
        metrics.keySet().forEach(name -> text.addAll(lines.get(name)));
        return new TaskEvaluation(data, examples, outputs, text, metrics);
    }
}
