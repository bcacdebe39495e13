package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.HashSet;
import java.util.Set;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class LowRankUpdateTest {

    private static final double[][] X = {{1, 2}, {-1, 0.5}};
    private static final double[][] W = {{1, 2}, {3, -4}, {0, 2}};
    private static final double[] BIAS = {0.5, 0, -1};
    private static final double[][] A = {{1, -1}};
    private static final double[][] B = {{1}, {0.5}, {-2}};
    private static final double[] M = {2, 4, 3};
    private static final double SCALE = 2;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(TestEngine.name());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray array(double[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return manager.create(flat, new Shape(rows.length, rows[0].length));
    }

    private NDArray array(double[] values) {
        return array(new double[][] {values}).reshape(values.length);
    }

    private Parameter parameter(String name, NDArray array) {
        Parameter parameter =
                Parameter.builder()
                        .setName(name)
                        .setType(Parameter.Type.WEIGHT)
                        .optShape(array.getShape())
                        .optInitializer((owner, shape, type) -> array)
                        .build();
        parameter.initialize(manager, DataType.FLOAT32);
        return parameter;
    }

    private LowRankUpdate update(boolean dora, float dropout) {
        return new LowRankUpdate(
                parameter("A", array(A)),
                parameter("B", array(B)),
                dora ? parameter("m", array(M)) : null,
                (float) SCALE,
                dropout);
    }

    private LinearBlock linear(LowRankUpdate update) {
        LinearBlock linear = LinearBlock.of(3, true);
        linear.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        linear.getDirectParameters().get("weight").getArray().set(array(W).toFloatArray());
        linear.getDirectParameters().get("bias").getArray().set(array(BIAS).toFloatArray());
        linear.freezeParameters(true);
        linear.adapt(update);
        return linear;
    }

    private NDArray apply(LinearBlock linear, boolean training) {
        return linear.apply(new ParameterStore(manager, false), array(X), training);
    }

    /** W + 2 B A is (3, 0), (4, -5), (-4, 6). */
    @Test
    void anUpdateOfRankOneIsAddedToTheMap() {
        LinearBlock linear = linear(update(false, 0));
        // x = (1, 2): 3, -6, 8 and x = (-1, 0.5): -3, -6.5, 7, with the bias
        assertArrayEquals(
                new float[] {3.5f, -6, 7, -2.5f, -6.5f, 6},
                apply(linear, true).toFloatArray(),
                1e-5f);
        linear.adapt(null);
        assertArrayEquals(
                new float[] {5.5f, -5, 3, 0.5f, -5, 0}, apply(linear, true).toFloatArray(), 1e-5f);
    }

    /** The rows have the norms 3, √41 and √52. */
    @Test
    void withMagnitudesTheRowsHaveTheirNorms() {
        double second = 4 / Math.sqrt(41);
        double third = 3 / Math.sqrt(52);
        double[] expected = {
            3 * 2 / 3.0 + 0.5, -6 * second, 8 * third - 1,
            -3 * 2 / 3.0 + 0.5, -6.5 * second, 7 * third - 1
        };
        LowRankUpdate update = update(true, 0);
        assertArrayEquals(
                array(expected).toFloatArray(), apply(linear(update), true).toFloatArray(), 1e-5f);

        NDArray merged = update.merged(manager, array(W), false);
        assertArrayEquals(
                array(new double[] {2, 0, 4 * second, -5 * second, -4 * third, 6 * third})
                        .toFloatArray(),
                merged.toFloatArray(),
                1e-5f);

        update.beginMagnitude(array(W), false);
        assertArrayEquals(
                array(new double[] {3, Math.sqrt(41), Math.sqrt(52)}).toFloatArray(),
                update.magnitude().getArray().toFloatArray(),
                1e-5f);
    }

    /** An embedding is a map of one-hot vectors: ids are columns of its transpose. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEmbeddingIsUpdatedLikeTheMapThatItTransposes(boolean dora) {
        LowRankUpdate update = update(dora, 0);
        NDArray table = array(W).transpose(); // two ids, vectors of three
        NDArray ids = manager.create(new long[] {1, 0, 1});
        NDArray plain = table.get(manager.create(new long[] {1, 0, 1}));
        NDArray rows =
                update.ofEmbedding(new ParameterStore(manager, false), ids, plain, table, true);
        NDArray merged = update.merged(manager, table, true);
        assertEquals(table.getShape(), merged.getShape());
        assertArrayEquals(
                update.merged(manager, array(W), false).transpose().toFloatArray(),
                merged.toFloatArray(),
                1e-6f);
        assertArrayEquals(
                merged.get(manager.create(new long[] {1, 0, 1})).toFloatArray(),
                rows.toFloatArray(),
                1e-5f);
    }

    /** Sum of squares of the output, in double precision, with the norms held where they were. */
    private static double loss(double[][] a, double[][] b, double[] m, double[] norms) {
        double sum = 0;
        for (double[] x : X) {
            double inner = a[0][0] * x[0] + a[0][1] * x[1];
            for (int i = 0; i < W.length; i++) {
                double y = W[i][0] * x[0] + W[i][1] * x[1] + SCALE * b[i][0] * inner;
                y = (m == null ? y : m[i] / norms[i] * y) + BIAS[i];
                sum += y * y;
            }
        }
        return sum;
    }

    private static double slope(java.util.function.DoubleUnaryOperator loss, double at) {
        double h = 1e-5;
        return (loss.applyAsDouble(at + h) - loss.applyAsDouble(at - h)) / (2 * h);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsAreFiniteDifferencesWithTheNormsHeld(boolean dora) {
        double[] norms = {3, Math.sqrt(41), Math.sqrt(52)};
        double[] m = dora ? M : null;
        LowRankUpdate update = update(dora, 0);
        LinearBlock linear = linear(update);
        update.getParameters().values().forEach(p -> p.getArray().setRequiresGradient(true));
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(apply(linear, true).square().sum());
        }
        float[] down = update.down().getArray().getGradient().toFloatArray();
        for (int j = 0; j < 2; j++) {
            int at = j;
            double expected =
                    slope(
                            v ->
                                    loss(
                                            new double[][] {
                                                {at == 0 ? v : A[0][0], at == 1 ? v : A[0][1]}
                                            },
                                            B,
                                            m,
                                            norms),
                            A[0][j]);
            assertEquals(expected, down[j], 1e-3 * (1 + Math.abs(expected)));
        }
        float[] up = update.up().getArray().getGradient().toFloatArray();
        for (int i = 0; i < 3; i++) {
            double[][] b = {B[0].clone(), B[1].clone(), B[2].clone()};
            int at = i;
            double expected =
                    slope(
                            v -> {
                                b[at][0] = v;
                                return loss(A, b, m, norms);
                            },
                            B[i][0]);
            assertEquals(expected, up[i], 1e-3 * (1 + Math.abs(expected)));
        }
        if (dora) {
            float[] magnitude = update.magnitude().getArray().getGradient().toFloatArray();
            for (int i = 0; i < 3; i++) {
                double[] changed = M.clone();
                int at = i;
                double expected =
                        slope(
                                v -> {
                                    changed[at] = v;
                                    return loss(A, B, changed, norms);
                                },
                                M[i]);
                assertEquals(expected, magnitude[i], 1e-3 * (1 + Math.abs(expected)));
            }
        }
    }

    /** At a rate of 0.5 an input is 0 or twice itself; W x is never touched. */
    @Test
    void dropoutIsOfTheInputOfTheUpdateAloneAndOfTrainingAlone() {
        LinearBlock linear = linear(update(false, 0.5f));
        assertEquals(-6, apply(linear, false).getFloat(0, 1), 1e-5);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            float y = TestEngine.training(() -> apply(linear, true)).getFloat(0, 1);
            // -5 + 2 · 0.5 · (a - b), a in {0, 2}, b in {0, 4}
            float added = y + 5;
            assertTrue(
                    Math.abs(added) < 1e-4
                            || Math.abs(added - 2) < 1e-4
                            || Math.abs(added + 4) < 1e-4
                            || Math.abs(added + 2) < 1e-4,
                    "got " + y);
            seen.add(Math.round((double) added));
        }
        assertTrue(seen.size() > 1, "dropout draws: " + seen);
    }

    /** Without an update the norms' numbers cost nothing that lasts. */
    @Test
    void nothingIsLeftOnTheManagerOfTheParameters() {
        LinearBlock linear = linear(update(true, 0));
        long before = manager.getManagedArrays().size();
        try (NDManager call = manager.newSubManager()) {
            NDArray x = call.create(new float[] {1, 2}, new Shape(1, 2));
            linear.apply(new ParameterStore(manager, false), x, false);
        }
        assertEquals(before, manager.getManagedArrays().size());
    }
}
