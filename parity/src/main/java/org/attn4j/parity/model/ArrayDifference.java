package org.attn4j.parity.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.attn4j.parity.model.ModelParityReport.OutputReport;

/**
 * The largest difference of two arrays, and where it is.
 *
 * @param tolerance how large it may be; integers must be equal
 */
record ArrayDifference(double tolerance) {

    /**
     * Compares.
     *
     * @param name what is compared
     * @param expected the reference's
     * @param actual the model's; null if it gives nothing
     * @param rows which rows count, (B, T) of booleans, T being the second axis of the array, or
     *     the third of four; null for all
     */
    OutputReport of(String name, NDArray expected, NDArray actual, NDArray rows) {
        if (actual == null) {
            return different(name, "the model does not give it");
        }
        Shape shape = expected.getShape();
        if (actual.getShape().size() != shape.size()
                || shape.dimension() > 1 && !actual.getShape().equals(shape)) {
            return different(name, "has shape " + actual.getShape() + " instead of " + shape);
        }
        double[] wanted = numbers(expected);
        double[] given = numbers(actual);
        boolean[] counted = rows == null ? null : counted(rows, shape);
        int worst = 0;
        double largest = 0;
        for (int i = 0; i < wanted.length; i++) {
            if (counted != null && !counted[i]) {
                continue;
            }
            double difference = Math.abs(wanted[i] - given[i]);
            if (wanted[i] == given[i] || Double.isNaN(wanted[i]) && Double.isNaN(given[i])) {
                continue;
            }
            if (!(difference <= largest)) { // a NaN is the largest of all
                largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
                worst = i;
            }
        }
        double allowed = expected.getDataType().isFloating() ? tolerance : 0;
        if (largest == 0) {
            return new OutputReport(name, 0, true, "");
        }
        String detail =
                "at "
                        + Arrays.toString(place(worst, shape))
                        + ": "
                        + given[worst]
                        + " instead of "
                        + wanted[worst];
        return new OutputReport(name, largest, largest <= allowed, detail);
    }

    private static OutputReport different(String name, String why) {
        return new OutputReport(name, Double.POSITIVE_INFINITY, false, why);
    }

    private static double[] numbers(NDArray array) {
        float[] floats = null;
        DataType type = array.getDataType();
        if (type.isFloating() && type != DataType.FLOAT64) {
            floats = array.toType(DataType.FLOAT32, false).toFloatArray();
        } else if (type == DataType.FLOAT64) {
            return array.toDoubleArray();
        } else {
            return Arrays.stream(array.toType(DataType.INT64, false).toLongArray())
                    .asDoubleStream()
                    .toArray();
        }
        double[] numbers = new double[floats.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = floats[i];
        }
        return numbers;
    }

    private static boolean[] counted(NDArray rows, Shape shape) {
        int batch = (int) shape.get(0);
        boolean byHead = shape.dimension() == 4;
        int heads = byHead ? (int) shape.get(1) : 1;
        int length = (int) shape.get(byHead ? 2 : 1);
        int size = (int) (shape.size() / batch / heads / length);
        boolean[] visible = rows.toType(DataType.BOOLEAN, false).toBooleanArray(); // (B, T)
        boolean[] counted = new boolean[(int) shape.size()];
        for (int row = 0; row < batch * heads * length; row++) {
            int place = row % length;
            int sequence = row / length / heads;
            Arrays.fill(counted, row * size, (row + 1) * size, visible[sequence * length + place]);
        }
        return counted;
    }

    private static long[] place(int index, Shape shape) {
        long[] place = new long[shape.dimension()];
        long rest = index;
        for (int axis = place.length - 1; axis >= 0; axis--) {
            place[axis] = rest % shape.get(axis);
            rest /= shape.get(axis);
        }
        return place;
    }
}
