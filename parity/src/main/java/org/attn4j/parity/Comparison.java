package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Locale;

/** One array beside a tensor of a dump. */
final class Comparison {

    private Comparison() {}

    /**
     * Compares element by element.
     *
     * @param label the name in the report
     * @param fixture the dump
     * @param tensor the full name of what is expected
     * @param actual what was computed; null if nothing was
     * @param absolute how far a number may be off
     * @param relative how far it may be off in proportion to its size
     * @param dead which elements count for nothing; null if all count
     */
    static ParityReport.Difference of(
            String label,
            Fixture fixture,
            String tensor,
            NDArray actual,
            double absolute,
            double relative,
            boolean[] dead) {
        if (actual == null) {
            return new ParityReport.Difference(label, Double.NaN, 0, "is not computed");
        }
        double[] expected = fixture.doubles(tensor);
        boolean scalars = expected.length == 1 && actual.size() == 1;
        if (!scalars && !fixture.shape(tensor).equals(actual.getShape())) {
            return new ParityReport.Difference(
                    label,
                    Double.NaN,
                    0,
                    "has the shape " + actual.getShape() + " instead of " + fixture.shape(tensor));
        }
        boolean exact = !fixture.isFloat(tensor);
        double[] numbers = numbers(actual);
        double largest = Double.NaN;
        double worst = 1;
        long compared = 0;
        String problem = null;
        for (int i = 0; i < expected.length; i++) {
            if (Double.isNaN(expected[i]) || dead != null && dead[i]) {
                continue;
            }
            compared++;
            double off = expected[i] == numbers[i] ? 0 : Math.abs(expected[i] - numbers[i]);
            largest = Double.isNaN(largest) || !(off <= largest) ? off : largest;
            double allowed = exact ? 0 : absolute + relative * Math.abs(expected[i]);
            double excess = off == 0 ? 0 : off / allowed;
            if (!(excess <= worst)) { // negated, so that a NaN is one
                worst = Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess;
                problem =
                        String.format(
                                Locale.ROOT,
                                "[%d] is %.7g instead of %.7g",
                                i,
                                numbers[i],
                                expected[i]);
            }
        }
        return new ParityReport.Difference(label, largest, compared, problem);
    }

    private static double[] numbers(NDArray array) {
        if (array.getDataType() == DataType.INT64) {
            long[] values = array.toLongArray();
            double[] numbers = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                numbers[i] = values[i];
            }
            return numbers;
        }
        try (NDArray floats = array.toType(DataType.FLOAT32, true)) {
            float[] values = floats.toFloatArray();
            double[] numbers = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                numbers[i] = values[i];
            }
            return numbers;
        }
    }
}
