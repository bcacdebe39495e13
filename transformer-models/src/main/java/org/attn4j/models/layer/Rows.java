package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;

/** Rows of a matrix by their numbers, with gradients. */
final class Rows {

    private Rows() {}

    /**
     * @param matrix (n, …)
     * @param numbers m numbers below n, any of them more than once
     * @return (m, …)
     */
    static NDArray take(NDArray matrix, long[] numbers) {
        // A copy, since the gradient needs it later and memory of the JVM may be gone by then.
        NDArray index = matrix.getManager().create(numbers).duplicate();
        return matrix.get(new NDIndex("{}", index));
    }
}
