package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/** The loss of a classification over a vocabulary. */
public interface LossKernel {

    /**
     * Label-smoothed cross-entropy, summed over the labels that are not ignored. The smoothing
     * spreads its mass over all V classes, the right one included, as PyTorch's {@code
     * cross_entropy} does (Szegedy 2016, section 7).
     *
     * @param logits the unnormalised scores, (M, V), finite: the loss of others is not a number
     * @param labels the classes, (M), int64
     * @param smoothing the mass that is spread, in [0, 1)
     * @param ignoreIndex the label whose rows count for nothing, in the sum and in the gradient;
     *     need not be a class
     * @return the sum, a scalar on the manager of the logits; 0 when every label is ignored
     */
    NDArray crossEntropy(NDArray logits, NDArray labels, float smoothing, long ignoreIndex);
}
