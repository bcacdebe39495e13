package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("engine")
class ActivationTest {

    @Test
    void namesAreThoseOfConfigurations() {
        for (Activation activation : Activation.values()) {
            assertEquals(activation, Activation.of(activation.configName()));
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Activation.of("elu"));
        assertTrue(e.getMessage().contains("relu, gelu, gelu_new"), e.getMessage());
    }

    /** The values are transformers' own at these places. */
    @Test
    void cutOffAndPiecewiseFunctionsAreThoseOfTransformers() {
        assertValues("gelu_10", -0.0001264811f, -0.1542688f, 0, 0.1853734f, 2.484476f, 10);
        assertValues("relu6", 0, 0, 0, 0.3f, 2.5f, 6);
        assertValues("leaky_relu", -0.04f, -0.005f, 0, 0.3f, 2.5f, 11);
        assertValues("hardswish", 0, -0.2083333f, 0, 0.165f, 2.291667f, 11);
    }

    /**
     * Central differences beside the corners. MXNet computes some functions in float32 whatever the
     * type: at 11 rounding leaves 7e-7 / 0.02 of the slope, and the curvature below 2e-5.
     */
    @ParameterizedTest
    @EnumSource
    void gradientsAreSlopes(Activation activation) {
        double[] places = {-4, -0.5, 0.3, 2.5, 7, 11};
        double step = 1e-2;
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.create(places);
            x.setRequiresGradient(true);
            TestEngine.backward(() -> activation.apply(x).sum());
            double[] up = activation.apply(Scalars.add(x, step)).toDoubleArray();
            double[] down = activation.apply(Scalars.subtract(x, step)).toDoubleArray();
            double[] slopes = new double[places.length];
            for (int i = 0; i < places.length; i++) {
                slopes[i] = (up[i] - down[i]) / (2 * step);
            }
            assertArrayEquals(slopes, x.getGradient().toDoubleArray(), 1e-4);
        }
    }

    private static void assertValues(String name, float... expected) {
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.create(new float[] {-4, -0.5f, 0, 0.3f, 2.5f, 11});
            float[] actual = Activation.of(name).apply(x).toFloatArray();
            assertArrayEquals(expected, actual, 1e-6f, name);
        }
    }
}
