package org.attn4j.models.training;

/**
 * How a training run stands after a step.
 *
 * @param step the number of the step, from 1
 * @param epoch the epoch, from 0
 * @param batch the number of batches of this epoch that were trained on
 * @param loss the mean loss of the step's tokens
 * @param learningRate the learning rate of the step
 * @param gradientNorm the global norm of the gradient before clipping
 * @param tokens the target tokens of the step
 * @param totalTokens the target tokens of the run up to here
 * @param tokensPerSecond the target tokens per second of training, over the last steps
 * @param seconds the time the run has taken, earlier parts of a resumed run included
 * @param cpuSeconds the CPU time of the process in the run, over all its threads and with
 *     validation; earlier parts included
 */
public record StepProgress(
        long step,
        long epoch,
        long batch,
        double loss,
        double learningRate,
        double gradientNorm,
        long tokens,
        long totalTokens,
        double tokensPerSecond,
        double seconds,
        double cpuSeconds) {}
