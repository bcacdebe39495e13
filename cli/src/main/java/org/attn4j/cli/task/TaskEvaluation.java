package org.attn4j.cli.task;

import java.util.List;
import java.util.Map;

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
        Map<String, Object> metrics) {}
