package org.attn4j.cli.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.model.Evaluation;

/**
 * How well a model does.
 *
 * @param data what it was measured on
 * @param examples how many examples these are
 * @param outputs what the model gave, a line each; empty where there is nothing to show
 * @param lines for people
 * @param metrics for {@code --json}: a document for each metric
 */
public record TaskEvaluation(
        String data,
        long examples,
        List<String> outputs,
        List<String> lines,
        Map<String, Object> metrics) {

    /** What an evaluation of pairs found. */
    public static TaskEvaluation of(String data, long examples, Evaluation evaluation) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        evaluation.figures().forEach((name, figure) -> metrics.put(name, figure.document()));
        return new TaskEvaluation(
                data,
                examples,
                evaluation.hypotheses(),
                evaluation.figures().values().stream().map(Evaluation.Figure::line).toList(),
                metrics);
    }
}
