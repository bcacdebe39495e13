package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * The arithmetic of an optimiser over all parameters at once. Arrays are changed in place, keep
 * their identity, and nothing is recorded for a gradient.
 */
public interface OptimizerKernel {

    /**
     * One step of Adam or AdamW: with {@code g = gradientScale · gradient}, {@code m ← β₁m +
     * (1−β₁)g}, {@code v ← β₂v + (1−β₂)g²}, {@code p ← p − lr · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) +
     * ε)}, as PyTorch computes it.
     *
     * @param parameters the parameters, changed
     * @param gradients their gradients, in the same order; what they hold afterwards is undefined
     * @param firstMoments the first moments {@code m}, changed
     * @param secondMoments the second moments {@code v}, changed
     * @param step the number {@code t} of this step, from 1
     * @param settings the numbers of the step
     * @param gradientScale what the gradients are multiplied by first, for normalisation and
     *     clipping
     */
    void adam(
            NDList parameters,
            NDList gradients,
            NDList firstMoments,
            NDList secondMoments,
            long step,
            AdamSettings settings,
            float gradientScale);

    /**
     * The Euclidean norm of all elements of all arrays.
     *
     * @param arrays the arrays, at least one
     * @return a scalar on the manager of the first array, for the caller to close
     */
    NDArray globalNorm(NDList arrays);

    /**
     * Sets every element to 0.
     *
     * @param arrays the arrays, changed
     */
    void zero(NDList arrays);

    /**
     * Multiplies every element.
     *
     * @param arrays the arrays, changed
     * @param factor the factor
     */
    void scale(NDList arrays, float factor);

    /**
     * Adds gradients to running sums.
     *
     * @param sums the sums, changed
     * @param gradients what is added, in the same order
     */
    void accumulate(NDList sums, NDList gradients);
}
