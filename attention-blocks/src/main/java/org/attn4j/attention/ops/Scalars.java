package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;

/**
 * Arithmetic of arrays with numbers: the one place that calls DJL's.
 *
 * <p>DJL's {@code x.mul(number)} on PyTorch puts the number into memory of the Java heap's side and
 * forgets it when the call returns, while the gradient still needs it: once the garbage collector
 * has run, the backward pass reads whatever stands there now, and the gradient of x is silently
 * wrong. Here the number lies in memory of the engine's own, which the gradient keeps. Comparisons,
 * and {@code clip}, which passes its bounds by value, are safe as they are.
 */
public final class Scalars {

    private Scalars() {}

    /**
     * Adds a number to every element.
     *
     * @param x an array
     * @param number the number
     * @return the sum, of the shape of {@code x}
     */
    public static NDArray add(NDArray x, double number) {
        return apply(x, number, NDArray::add, NDArray::add);
    }

    /**
     * Subtracts a number from every element.
     *
     * @param x an array
     * @param number the number
     * @return the difference, of the shape of {@code x}
     */
    public static NDArray subtract(NDArray x, double number) {
        return apply(x, number, NDArray::sub, NDArray::sub);
    }

    /**
     * Subtracts every element from a number.
     *
     * @param number the number
     * @param x an array
     * @return the difference, of the shape of {@code x}
     */
    public static NDArray subtract(double number, NDArray x) {
        return add(x.neg(), number);
    }

    /**
     * Multiplies every element by a number.
     *
     * @param x an array
     * @param factor the number
     * @return the product, of the shape of {@code x}
     */
    public static NDArray multiply(NDArray x, double factor) {
        return apply(x, factor, NDArray::mul, NDArray::mul);
    }

    /**
     * Divides every element by a number.
     *
     * @param x an array
     * @param divisor the number
     * @return the quotient, of the shape of {@code x}
     */
    public static NDArray divide(NDArray x, double divisor) {
        return apply(x, divisor, NDArray::div, NDArray::div);
    }

    /**
     * Raises every element that is less than a number to it.
     *
     * @param x an array
     * @param least the number
     * @return the larger of both, of the shape of {@code x}
     */
    public static NDArray maximum(NDArray x, double least) {
        return apply(x, least, NDArray::maximum, NDArray::maximum);
    }

    /**
     * Lowers every element that is greater than a number to it.
     *
     * @param x an array
     * @param most the number
     * @return the smaller of both, of the shape of {@code x}
     */
    public static NDArray minimum(NDArray x, double most) {
        return apply(x, most, NDArray::minimum, NDArray::minimum);
    }

    /**
     * Multiplies an array by a number in place, outside of any gradient.
     *
     * @param x the array, which is changed
     * @param factor the number
     */
    public static void scale(NDArray x, double factor) {
        x.muli(factor);
    }

    private static NDArray apply(
            NDArray x,
            double number,
            BinaryOperator<NDArray> operation,
            BiFunction<NDArray, Number, NDArray> plain) {
        DataType type = x.getDataType();
        if (!type.isFloating()) { // no gradient flows
            return plain.apply(x, integral(number, type));
        }
        NDManager manager = x.getManager();
        if (!TorchModule.ENGINE.equals(manager.getEngine().getEngineName())) {
            return plain.apply(x, number);
        }
        // A scalar does not widen an array, but it does widen another scalar.
        boolean half = type.getNumOfBytes() < Float.BYTES && !x.isScalar();
        try (NDArray scalar = scalar(manager, number, half ? DataType.FLOAT32 : type)) {
            return operation.apply(x, scalar);
        }
    }

    /** A number for an array of integers, which it stays if the number is one. */
    private static Number integral(double number, DataType type) {
        if (number != Math.rint(number)) {
            return number;
        }
        if (type == DataType.INT64) {
            return (long) number;
        }
        return (int) number;
    }

    private static NDArray scalar(NDManager manager, double number, DataType type) {
        boolean exact = type != DataType.FLOAT64 || number == (float) number;
        if (exact) {
            return manager.full(new Shape(), (float) number, type);
        }
        try (NDArray onHost = manager.create(number)) {
            return onHost.duplicate();
        }
    }
}
