package org.attn4j.models.training;

import java.util.Map;

/**
 * One validation.
 *
 * @param step the step after which it was made
 * @param epoch the epoch, from 0
 * @param scores the scores by name
 * @param best whether the metric of the run is better than ever before
 * @param badValidations the validations since the metric was better than ever before
 * @param seconds the time the run has taken
 * @param cpuSeconds the CPU time the run has taken
 */
public record ValidationReport(
        long step,
        long epoch,
        Map<String, Double> scores,
        boolean best,
        int badValidations,
        double seconds,
        double cpuSeconds) {}
