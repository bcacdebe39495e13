package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import java.util.List;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class OptimizerKernelTest {

    private static List<OptimizerKernel> kernels(NDManager manager) {
        return List.of(Kernels.reference().optimizer(), Kernels.of(manager).optimizer());
    }

    /** The recurrence of the paper in double precision. */
    private static double[] adam(
            double parameter, double[] gradients, AdamSettings s, double scale) {
        double m = 0;
        double v = 0;
        for (int t = 1; t <= gradients.length; t++) {
            double g = gradients[t - 1] * scale;
            if (s.decoupled()) {
                parameter -= s.learningRate() * s.weightDecay() * parameter;
            } else {
                g += s.weightDecay() * parameter;
            }
            m = s.beta1() * m + (1 - s.beta1()) * g;
            v = s.beta2() * v + (1 - s.beta2()) * g * g;
            double mHat = m / (1 - Math.pow(s.beta1(), t));
            double vHat = v / (1 - Math.pow(s.beta2(), t));
            parameter -= s.learningRate() * mHat / (Math.sqrt(vHat) + s.epsilon());
        }
        return new double[] {parameter, m, v};
    }

    @Test
    void adamIsThePapersRecurrence() {
        double[] start = {1, -2, 0.5, 0};
        double[][] gradients = {{0.1, -3, 1e-6, 0}, {0.2, 2, -1e-6, 0}, {-0.3, 1, 3e-6, 0}};
        for (float decay : new float[] {0, 0.1f}) {
            for (boolean decoupled : new boolean[] {false, true}) {
                // an epsilon that tells inside and outside of the bias correction apart
                AdamSettings s = new AdamSettings(0.05f, 0.8f, 0.95f, 1e-3f, decay, decoupled);
                checkRecurrence(start, gradients, s, 0.5f);
            }
        }
    }

    private static void checkRecurrence(
            double[] start, double[][] gradients, AdamSettings settings, float scale) {
        try (NDManager m = TestEngine.manager()) {
            for (OptimizerKernel kernel : kernels(m)) {
                NDList p = new NDList();
                NDList first = new NDList();
                NDList second = new NDList();
                for (double value : start) {
                    NDArray parameter = m.create(new float[] {(float) value});
                    parameter.setRequiresGradient(true);
                    p.add(parameter);
                    first.add(parameter.zerosLike());
                    second.add(parameter.zerosLike());
                }
                NDArray identity = p.get(0);
                for (int t = 1; t <= gradients.length; t++) {
                    NDList g = new NDList();
                    for (double gradient : gradients[t - 1]) {
                        g.add(m.create(new float[] {(float) gradient}));
                    }
                    kernel.adam(p, g, first, second, t, settings, scale);
                }
                assertSame(identity, p.get(0));
                assertTrue(p.get(0).hasGradient());
                for (int i = 0; i < start.length; i++) {
                    int column = i;
                    double[] g =
                            List.of(gradients).stream().mapToDouble(row -> row[column]).toArray();
                    double[] expected = adam(start[i], g, settings, scale);
                    assertEquals(expected[0], p.get(i).getFloat(0), 1e-6);
                    assertEquals(expected[1], first.get(i).getFloat(0), 1e-6);
                    assertEquals(expected[2], second.get(i).getFloat(0), 1e-6);
                }
            }
        }
    }

    @Test
    void adamIsDjlsAdam() {
        try (NDManager m = TestEngine.manager()) {
            NDArray expected = m.randomNormal(new Shape(50, 3));
            for (OptimizerKernel kernel : kernels(m)) {
                // DJL adds epsilon before the bias correction, which a tiny epsilon hides
                Adam djl =
                        Adam.builder()
                                .optLearningRateTracker(Tracker.fixed(0.01f))
                                .optEpsilon(1e-12f)
                                .build();
                NDArray theirs = expected.duplicate();
                NDArray ours = expected.duplicate();
                NDArray first = ours.zerosLike();
                NDArray second = ours.zerosLike();
                AdamSettings settings = new AdamSettings(0.01f, 0.9f, 0.999f, 1e-12f, 0, false);
                for (int t = 1; t <= 20; t++) {
                    NDArray gradient = m.randomNormal(new Shape(50, 3));
                    djl.update("p", theirs, gradient);
                    kernel.adam(
                            new NDList(ours),
                            new NDList(gradient),
                            new NDList(first),
                            new NDList(second),
                            t,
                            settings,
                            1);
                }
                Numbers.assertClose("p", theirs.toFloatArray(), ours.toFloatArray(), 1e-5, 1e-5);
            }
        }
    }

    @Test
    void norm() {
        try (NDManager m = TestEngine.manager()) {
            NDArray matrix = m.create(new float[] {1, 2, 2, 4}, new Shape(2, 2));
            matrix.setRequiresGradient(true);
            NDList arrays = new NDList(matrix, m.create(new float[] {-12}), m.create(0f));
            for (OptimizerKernel kernel : kernels(m)) {
                NDArray norm = kernel.globalNorm(arrays);
                assertEquals(new Shape(), norm.getShape());
                assertEquals(13, norm.getFloat(), 1e-5); // √(25 + 144)
            }
        }
    }

    @Test
    void zeroScaleAccumulateChangeArraysInPlace() {
        try (NDManager m = TestEngine.manager()) {
            for (OptimizerKernel kernel : kernels(m)) {
                NDArray a = m.create(new float[] {1, Float.NaN, Float.POSITIVE_INFINITY});
                a.setRequiresGradient(true);
                NDArray b = m.ones(new Shape(2, 2));
                NDList arrays = new NDList(a, b);
                kernel.zero(arrays);
                assertEquals(m.zeros(new Shape(3)), a);
                assertEquals(m.zeros(new Shape(2, 2)), b);
                kernel.accumulate(
                        arrays,
                        new NDList(m.create(new float[] {1, 2, 3}), m.ones(new Shape(2, 2))));
                kernel.accumulate(
                        arrays, new NDList(m.ones(new Shape(3)), m.ones(new Shape(2, 2))));
                kernel.scale(arrays, 0.5f);
                assertEquals(m.create(new float[] {1, 1.5f, 2}), a);
                assertEquals(m.ones(new Shape(2, 2)), b);
            }
        }
    }

    @Test
    void leavesNoArraysBehind() {
        try (NDManager m = TestEngine.manager()) {
            NDList p = new NDList(m.ones(new Shape(3)), m.ones(new Shape(2)));
            NDList g = new NDList(m.ones(new Shape(3)), m.ones(new Shape(2)));
            NDList first = new NDList(m.zeros(new Shape(3)), m.zeros(new Shape(2)));
            NDList second = new NDList(m.zeros(new Shape(3)), m.zeros(new Shape(2)));
            for (OptimizerKernel kernel : kernels(m)) {
                int before = m.getManagedArrays().size();
                kernel.adam(p, g, first, second, 1, AdamSettings.of(0.1f), 0.5f);
                kernel.scale(g, 2);
                kernel.accumulate(first, g);
                kernel.globalNorm(g).close();
                kernel.zero(g);
                assertEquals(before, m.getManagedArrays().size(), kernel.getClass().getName());
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        AdamSettings settings = AdamSettings.of(0.1f);
        assertEquals(0.2f, settings.withLearningRate(0.2f).learningRate());
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new AdamSettings(0.1f, 1, 0.9f, 1e-8f, 0, false));
        assertEquals("beta1 must be in [0, 1), got beta1=1.0", error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> settings.withLearningRate(Float.NaN));
    }
}
