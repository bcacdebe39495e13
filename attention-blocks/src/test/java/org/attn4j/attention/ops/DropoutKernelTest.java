package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class DropoutKernelTest {

    private static List<DropoutKernel> kernels(NDManager m) {
        return List.of(Kernels.reference().dropout(), Kernels.of(m).dropout());
    }

    private static NDArray dropped(DropoutKernel kernel, NDArray x, float rate) {
        return TestEngine.training(() -> kernel.dropout(x, rate));
    }

    /** Ones and zeros of what was kept. */
    private static NDArray mask(DropoutKernel kernel, NDManager m, Shape shape, float rate) {
        return dropped(kernel, m.ones(shape), rate).gt(0).toType(DataType.FLOAT32, false);
    }

    @Test
    void dropsAtTheRateInEveryRowAndColumn() {
        try (NDManager m = TestEngine.manager()) {
            m.getEngine().setRandomSeed(11);
            for (DropoutKernel kernel : kernels(m)) {
                for (float rate : new float[] {0.05f, 0.1f, 0.5f, 0.9f}) {
                    int size = 1500;
                    NDArray kept = mask(kernel, m, new Shape(size, size), rate);
                    double deviation = Math.sqrt(rate * (1 - rate));
                    assertEquals(1 - rate, kept.mean().getFloat(), 5 * deviation / size);
                    for (int axis = 0; axis < 2; axis++) {
                        // means of rows scatter as independent draws do: χ² / n, within 5
                        // deviations
                        NDArray means = kept.mean(new int[] {axis});
                        float scatter =
                                means.sub(1 - rate).square().mean().getFloat()
                                        * size
                                        / (float) (deviation * deviation);
                        assertEquals(1, scatter, 5 * Math.sqrt(2.0 / size));
                    }
                }
            }
        }
    }

    @Test
    void elementsAreNotCorrelated() {
        try (NDManager m = TestEngine.manager()) {
            m.getEngine().setRandomSeed(12);
            float rate = 0.3f;
            for (DropoutKernel kernel : kernels(m)) {
                int rows = 2000;
                int columns = 300;
                NDArray kept = mask(kernel, m, new Shape(rows, columns), rate).sub(1 - rate);
                NDArray products =
                        kept.transpose().matMul(kept).div(rows * rate * (1 - rate)); // (300, 300)
                NDArray off = products.mul(m.eye(columns).sub(1));
                // 45,000 pairs, each a sum of 2,000: the largest of so many is about 4.4 deviations
                assertEquals(0, off.abs().max().getFloat(), 6 / Math.sqrt(rows));
                NDArray again = mask(kernel, m, new Shape(rows, columns), rate).sub(1 - rate);
                double between = kept.mul(again).mean().getFloat() / (rate * (1 - rate));
                assertEquals(0, between, 5 / Math.sqrt((double) rows * columns));
            }
        }
    }

    @Test
    void meanIsKept() {
        try (NDManager m = TestEngine.manager()) {
            m.getEngine().setRandomSeed(13);
            for (DropoutKernel kernel : kernels(m)) {
                NDArray result = dropped(kernel, m.ones(new Shape(1000, 1000)), 0.123f);
                assertEquals(1, result.mean().getFloat(), 5 * 0.375 / 1000);
            }
        }
    }

    @Test
    void gradientPassesWhereTheInputDoes() {
        try (NDManager m = TestEngine.manager()) {
            for (DropoutKernel kernel : kernels(m)) {
                for (int size : new int[] {1, 5, 4096, 5000}) {
                    NDArray x = m.ones(new Shape(size));
                    x.setRequiresGradient(true);
                    NDArray[] result = new NDArray[1];
                    TestEngine.backward(
                            () -> {
                                result[0] = kernel.dropout(x, 0.4f);
                                return result[0].sum();
                            });
                    assertArrayEquals(result[0].toFloatArray(), x.getGradient().toFloatArray());
                }
            }
        }
    }

    @Test
    void maskFollowsTheSeed() {
        try (NDManager m = TestEngine.manager()) {
            Engine engine = m.getEngine();
            for (DropoutKernel kernel : kernels(m)) {
                NDArray x = m.ones(new Shape(7, 30));
                engine.setRandomSeed(5);
                float[] first = dropped(kernel, x, 0.5f).toFloatArray();
                float[] second = dropped(kernel, x, 0.5f).toFloatArray();
                engine.setRandomSeed(5);
                assertArrayEquals(first, dropped(kernel, x, 0.5f).toFloatArray());
                assertFalse(Arrays.equals(first, second));
            }
        }
    }

    @Test
    void rateZeroIsTheInput() {
        try (NDManager m = TestEngine.manager()) {
            NDArray x = m.ones(new Shape(3));
            for (DropoutKernel kernel : kernels(m)) {
                assertSame(x, kernel.dropout(x, 0));
            }
        }
    }
}
