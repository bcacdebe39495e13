package org.attn4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.attn4j.attention.ops.HostArrays;

/** Gradients against finite differences. */
public final class Slopes {

    private Slopes() {}

    /**
     * Compares the gradients of a float64 scalar, for an input and all parameters of a block, with
     * central differences.
     *
     * @param input null if there is none with a gradient
     */
    public static void check(
            Block block, NDManager manager, NDArray input, Supplier<NDArray> scalar) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        if (input != null) {
            input.setRequiresGradient(true);
            arrays.put("input", input);
        }
        block.getParameters()
                .forEach(pair -> arrays.put(pair.getKey(), pair.getValue().getArray()));
        TestEngine.backward(scalar);
        Random random = new Random(7);
        arrays.forEach(
                (name, array) -> {
                    assertEquals(DataType.FLOAT64, array.getDataType(), name);
                    assertEquals(DataType.FLOAT64, array.getGradient().getDataType(), name);
                    double[] gradient = array.getGradient().toDoubleArray();
                    double[] values = array.toDoubleArray();
                    for (int sample = 0; sample < Math.min(10, values.length); sample++) {
                        int i = random.nextInt(values.length);
                        double slope =
                                (moved(manager, array, values, i, 1e-5, scalar)
                                                - moved(manager, array, values, i, -1e-5, scalar))
                                        / 2e-5;
                        assertEquals(
                                slope,
                                gradient[i],
                                1e-6 * (1 + Math.abs(slope)),
                                name + "[" + i + "]");
                    }
                });
    }

    private static double moved(
            NDManager manager,
            NDArray array,
            double[] values,
            int i,
            double by,
            Supplier<NDArray> scalar) {
        double old = values[i];
        values[i] = old + by;
        HostArrays.set(array, values);
        double result;
        try (NDManager step = manager.newSubManager()) {
            NDArray value = scalar.get();
            value.attach(step);
            result = value.getDouble();
        }
        values[i] = old;
        HostArrays.set(array, values);
        return result;
    }
}
