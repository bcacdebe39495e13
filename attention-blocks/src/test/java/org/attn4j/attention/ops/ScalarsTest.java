package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("engine")
class ScalarsTest {

    private static final double[] X = {1, -2, 4};

    private final NDManager manager = TestEngine.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** What an operation gives for X, and its slopes there. */
    private record Case(UnaryOperator<NDArray> operation, double[] values, double[] slopes) {}

    private static Map<String, Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        double[] ones = {1, 1, 1};
        cases.put("add", of(x -> Scalars.add(x, 0.1), new double[] {1.1, -1.9, 4.1}, ones));
        cases.put(
                "subtract", of(x -> Scalars.subtract(x, 0.1), new double[] {0.9, -2.1, 3.9}, ones));
        cases.put(
                "subtract from",
                of(
                        x -> Scalars.subtract(0.1, x),
                        new double[] {-0.9, 2.1, -3.9},
                        new double[] {-1, -1, -1}));
        cases.put(
                "multiply",
                of(
                        x -> Scalars.multiply(x, 0.1),
                        new double[] {0.1, -0.2, 0.4},
                        new double[] {0.1, 0.1, 0.1}));
        cases.put(
                "divide",
                of(
                        x -> Scalars.divide(x, 0.1),
                        new double[] {10, -20, 40},
                        new double[] {10, 10, 10}));
        cases.put(
                "maximum",
                of(
                        x -> Scalars.maximum(x, 1.5),
                        new double[] {1.5, 1.5, 4},
                        new double[] {0, 0, 1}));
        cases.put(
                "minimum",
                of(
                        x -> Scalars.minimum(x, 1.5),
                        new double[] {1, -2, 1.5},
                        new double[] {1, 1, 0}));
        return cases;
    }

    private static Case of(UnaryOperator<NDArray> operation, double[] values, double[] slopes) {
        return new Case(operation, values, slopes);
    }

    /** To the last digit or two of the type, so that the number is not rounded to float32. */
    @TestFactory
    Stream<DynamicTest> gradientsSurviveTheGarbageCollector() {
        return cases().entrySet().stream()
                .flatMap(
                        each ->
                                Stream.of(DataType.FLOAT32, DataType.FLOAT64)
                                        .map(
                                                type ->
                                                        DynamicTest.dynamicTest(
                                                                each.getKey() + " " + type,
                                                                () ->
                                                                        check(
                                                                                each.getValue(),
                                                                                type))));
    }

    private void check(Case it, DataType type) {
        double digits = type == DataType.FLOAT64 ? 1e-14 : 1e-6;
        NDArray x = manager.create(X).toType(type, true);
        x.setRequiresGradient(true);
        TestEngine.backward(
                () -> {
                    NDArray result = it.operation.apply(x);
                    assertEquals(type, result.getDataType());
                    assertArrayEquals(it.values, doubles(result), 40 * digits);
                    return result.sum();
                });
        assertArrayEquals(it.slopes, doubles(x.getGradient()), 10 * digits);
    }

    private static double[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT64, false).toDoubleArray();
    }

    @Test
    void shapeAndTypeAreThoseOfTheArray() {
        List<DataType> types =
                new ArrayList<>(
                        List.of(
                                DataType.FLOAT32,
                                DataType.FLOAT64,
                                DataType.INT32,
                                DataType.INT64));
        if (TestEngine.isPyTorch()) { // DJL cannot make scalars of float16 on MXNet
            types.add(DataType.FLOAT16);
        }
        for (DataType type : types) {
            for (Shape shape : new Shape[] {new Shape(), new Shape(1), new Shape(2, 3)}) {
                NDArray sum = Scalars.add(manager.ones(shape, type), 2);
                assertEquals(type, sum.getDataType());
                assertEquals(shape, sum.getShape());
                assertEquals(3, sum.toType(DataType.FLOAT32, false).max().getFloat());
            }
        }
    }

    @Test
    void anArrayIsScaledInPlace() {
        NDArray x = manager.create(new float[] {1, -2});
        Scalars.scale(x, 0.5);
        assertArrayEquals(new float[] {0.5f, -1}, x.toFloatArray());
    }
}
