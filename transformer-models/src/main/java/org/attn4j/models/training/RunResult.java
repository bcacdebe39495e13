package org.attn4j.models.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The end of a training run.
 *
 * @param reason why it ended
 * @param step the steps made
 * @param epoch the epochs completed
 * @param tokens the target tokens trained on
 * @param seconds the time taken, earlier parts of a resumed run included
 * @param cpuSeconds the CPU time of the process, over all threads and with validation, earlier
 *     parts included
 * @param model the model directory that holds the result
 * @param averaged the steps whose weights the result is the mean of; one step if it is no mean
 * @param scores the scores of the result by name; empty if it was not validated
 */
public record RunResult(
        StopReason reason,
        long step,
        long epoch,
        long tokens,
        double seconds,
        double cpuSeconds,
        Path model,
        List<Long> averaged,
        Map<String, Double> scores) {}
