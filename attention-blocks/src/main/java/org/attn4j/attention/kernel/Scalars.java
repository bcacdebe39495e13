package org.attn4j.attention.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Arithmetic with numbers that a gradient flows through.
 *
 * <p>DJL's {@code x.mul(number)} on PyTorch puts the number into memory of the Java heap's side and
 * forgets it when the call returns, while the gradient still needs it: once the garbage collector
 * has run, the backward pass reads whatever stands there now, and the gradient of x is silently
 * wrong. Here the number lies in memory of the engine's own, which the gradient keeps.
 */
public final class Scalars {

    private Scalars() {}

    /**
     * Multiplies every element by a number.
     *
     * @param x an array of a floating type
     * @param factor the number
     * @return the product, of the shape of {@code x}; a scalar may become an array of one element
     */
    public static NDArray multiply(NDArray x, double factor) {
        try (NDArray number = x.getManager().ones(new Shape(1), x.getDataType())) {
            return x.mul(number.muli(factor));
        }
    }
}
