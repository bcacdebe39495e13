package org.attn4j.models.training;

/**
 * One optimiser step.
 *
 * @param step the number of the step, from 1
 * @param gradientNorm the global norm of the gradient of the mean loss, before clipping
 * @param learningRate the learning rate; NaN with an optimiser that is no {@link StatefulOptimizer}
 */
public record StepReport(long step, double gradientNorm, float learningRate) {}
