package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.ops.HostArrays;

/** Rows of a matrix by their numbers, with gradients. */
final class Rows {

    private Rows() {}

    /**
     * @param matrix (n, …)
     * @param numbers m numbers below n, any of them more than once
     * @return (m, …)
     */
    static NDArray take(NDArray matrix, long[] numbers) {
        NDArray index = HostArrays.of(matrix.getManager(), numbers, new Shape(numbers.length));
        return matrix.get(new NDIndex("{}", index));
    }
}
