package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * An array beside that of another implementation.
 *
 * @param absolute how far a number may be off; integers and booleans must be equal
 * @param relative how far it may be off in proportion to its size
 */
public record Comparison(double absolute, double relative) {

    /**
     * Compares element by element.
     *
     * @param name the name in the report
     * @param expected the other implementation's numbers
     * @param shape their shape
     * @param actual what was computed; null if nothing was
     * @param skipped which elements count for nothing; null if all count
     * @return the largest difference
     */
    public Difference of(
            String name, double[] expected, Shape shape, NDArray actual, boolean[] skipped) {
        if (actual == null) {
            return Difference.without(name, "is not computed");
        }
        boolean scalars = expected.length == 1 && actual.size() == 1;
        if (!scalars && !shape.equals(actual.getShape())) {
            return Difference.without(
                    name, "has the shape %s instead of %s".formatted(actual.getShape(), shape));
        }
        double[] numbers = numbers(actual);
        double largest = Double.NaN;
        double worst = 1;
        long compared = 0;
        String problem = null;
        for (int i = 0; i < expected.length; i++) {
            if (skipped != null && skipped[i]) {
                continue;
            }
            compared++;
            double off = distance(expected[i], numbers[i]);
            largest = Double.isNaN(largest) || off > largest ? off : largest;
            double excess = off == 0 ? 0 : off / (absolute + relative * Math.abs(expected[i]));
            if (excess > worst) {
                worst = excess;
                problem =
                        "%s is %.7g instead of %.7g"
                                .formatted(index(i, shape), numbers[i], expected[i]);
            }
        }
        return new Difference(name, largest, compared, problem);
    }

    /** What is no number in one of them alone is as far off as can be. */
    private static double distance(double expected, double actual) {
        if (Double.compare(expected, actual) == 0 || expected == actual) {
            return 0;
        }
        double off = Math.abs(expected - actual);
        return Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
    }

    private static String index(int number, Shape shape) {
        long[] index = new long[shape.dimension()];
        long rest = number;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape.get(axis);
            rest /= shape.get(axis);
        }
        return Arrays.toString(index);
    }

    /**
     * Returns the numbers of an array.
     *
     * @param array of any type
     * @return its elements in row-major order; booleans as zeros and ones
     */
    public static double[] numbers(NDArray array) {
        DataType type = array.getDataType();
        if (type == DataType.FLOAT64) {
            return array.toDoubleArray();
        }
        boolean floating = type.isFloating();
        try (NDArray wide = array.toType(floating ? DataType.FLOAT32 : DataType.INT64, true)) {
            if (!floating) {
                return Arrays.stream(wide.toLongArray()).asDoubleStream().toArray();
            }
            float[] floats = wide.toFloatArray();
            double[] numbers = new double[floats.length];
            Arrays.setAll(numbers, i -> floats[i]);
            return numbers;
        }
    }
}
