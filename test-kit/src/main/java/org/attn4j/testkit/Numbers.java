package org.attn4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.attn4j.attention.ops.HostArrays;

/** Making and comparing numbers. */
public final class Numbers {

    private Numbers() {}

    /**
     * Normally distributed numbers, the same for a seed on every engine. They lie where the engine
     * allocates, aligned alike: a product may differ in its last bits with that.
     */
    public static NDArray random(NDManager manager, long seed, Shape shape) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostArrays.of(manager, values, shape);
    }

    /**
     * Fails at the largest difference beyond {@code absolute + relative · |expected|}; NaN is
     * expected nowhere.
     */
    public static void assertClose(
            String what, float[] expected, float[] actual, double absolute, double relative) {
        if (expected.length != actual.length) {
            throw new AssertionError(
                    what + ": " + expected.length + " numbers expected, got " + actual.length);
        }
        for (int i = 0; i < expected.length; i++) {
            if (Float.isNaN(expected[i])) {
                continue;
            }
            double allowed = absolute + relative * Math.abs(expected[i]);
            // Negated, so that a NaN fails too.
            if (expected[i] != actual[i]
                    && !(Math.abs((double) expected[i] - actual[i]) <= allowed)) {
                throw new AssertionError(
                        "%s[%s]: expected %s, got %s, off by %s where %s is allowed"
                                .formatted(
                                        what,
                                        i,
                                        expected[i],
                                        actual[i],
                                        Math.abs(expected[i] - actual[i]),
                                        allowed));
            }
        }
    }
}
