package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** Features as heads and back. */
final class Heads {

    private Heads() {}

    /** Splits the features of each place among heads: (B, T, N·H) to (B, N, T, H). */
    static NDArray split(NDArray x, long heads) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads).swapAxes(1, 2);
    }

    /** Puts the heads of each place side by side: (B, N, T, H) to (B, T, N·H). */
    static NDArray merge(NDArray heads) {
        Shape shape = heads.getShape();
        return heads.swapAxes(1, 2)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }
}
