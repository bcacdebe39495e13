package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OneDnnLinearKernelTest {

    private final LinearKernel reference = Kernels.reference().linear();
    private TorchModule kernels;
    private LinearKernel kernel;

    @BeforeEach
    void load() throws IOException {
        assumeTrue(TestEngine.isPyTorch());
        kernels = TorchModule.ofKernels(Device.cpu());
        kernel = new LinearKernel.OneDnn(kernels, KernelChoice.Linear.ONEDNN, reference);
        try (NDManager m = TestEngine.manager()) {
            kernel.linear(m.ones(new Shape(100, 4)), m.ones(new Shape(2, 4)), null);
        } catch (EngineException e) {
            assumeTrue(false, "this libtorch has no oneDNN");
        }
    }

    @AfterEach
    void close() {
        if (kernels != null) {
            kernels.close();
        }
    }

    /** Widths that fill blocks of 16, 32, 48 and 64 outputs, and widths that leave a rest. */
    @Test
    void agreesInValuesAndGradientsAtEveryWidth() {
        long[] widths = {
            16, 24, 32, 36, 40, 48, 56, 64, 72, 80, 96, 100, 112, 128, 144, 160, 257, 300, 384
        };
        for (long in : new long[] {38, 64, 256}) {
            for (long out : widths) {
                long rows = Math.max(LinearKernel.OneDnn.FEWEST_ROWS, fewestRows(in, out));
                compare(new Shape(rows, in), out, out % 16 == 0);
            }
        }
    }

    @Test
    void agreesWhereBatchesAndLengthsAreAxesOfTheirOwn() {
        compare(new Shape(4, 70, 130), 257, true);
        compare(new Shape(2, 3, 50, 130), 257, false);
    }

    @Test
    void agreesAtEverySizeWhereItIsAskedTo() {
        kernel = new LinearKernel.OneDnn(kernels, KernelChoice.Linear.ONEDNN_ALL, reference);
        for (long rows : new long[] {1, 33, 256}) {
            for (long in : new long[] {4, 14, 36, 64, 258}) {
                for (long out : new long[] {1, 16, 36, 40, 48, 72, 96, 100, 144, 257}) {
                    compare(new Shape(rows, in), out, rows % 2 == 0);
                }
            }
        }
    }

    @Test
    void smallMapsGoToTheEngine() {
        try (NDManager m = TestEngine.manager()) {
            NDArray x = m.randomNormal(new Shape(5, 31, 64));
            NDArray w = m.randomNormal(new Shape(11, 64));
            assertArrayEquals(
                    reference.linear(x, w, null).toFloatArray(),
                    kernel.linear(x, w, null).toFloatArray());
        }
    }

    @Test
    void mapsWhoseInputsHaveNoHalvesOfSeveralGoToTheEngine() {
        kernel = new LinearKernel.OneDnn(kernels, KernelChoice.Linear.ONEDNN_ALL, reference);
        for (long in : new long[] {1, 2, 7, 257}) {
            compare(new Shape(300, in), 144, true);
            assertEquals(0, kernel.way(300, in, 144));
        }
    }

    private static long fewestRows(long in, long out) {
        return LinearKernel.OneDnn.FEWEST_PRODUCTS / (in * out) + 1;
    }

    @Test
    void otherTypesGoToTheEngine() {
        try (NDManager m = TestEngine.manager()) {
            NDArray x = m.ones(new Shape(100, 2), DataType.FLOAT64);
            NDArray w = m.ones(new Shape(3, 2), DataType.FLOAT64);
            assertEquals(DataType.FLOAT64, kernel.linear(x, w, null).getDataType());
        }
    }

    private void compare(Shape input, long out, boolean biased) {
        try (NDManager m = TestEngine.manager()) {
            long in = input.get(input.dimension() - 1);
            NDArray x = m.randomNormal(input);
            NDArray w = m.randomNormal(new Shape(out, in));
            NDArray b = biased ? m.randomNormal(new Shape(out)) : null;
            NDList wanting = new NDList(x, w);
            if (biased) {
                wanting.add(b);
            }
            wanting.forEach(array -> array.setRequiresGradient(true));
            List<Double> magnitudes = magnitudes(x, w, b);
            close(
                    "values of " + input,
                    reference.linear(x, w, b).toFloatArray(),
                    kernel.linear(x, w, b).toFloatArray(),
                    magnitudes.get(0));
            List<float[]> expected = gradients(reference, wanting);
            List<float[]> actual = gradients(kernel, wanting);
            for (int i = 0; i < expected.size(); i++) {
                close(
                        "gradient " + i + " of " + input,
                        expected.get(i),
                        actual.get(i),
                        magnitudes.get(i + 1));
            }
        }
    }

    /**
     * The largest sum of the magnitudes of products in the values and in the gradients with regard
     * to x, w and b: what rounding is in proportion to, however much of a sum cancels.
     */
    private static List<Double> magnitudes(NDArray x, NDArray w, NDArray b) {
        long in = w.getShape().get(1);
        NDArray rows = x.stopGradient().abs().reshape(-1, in); // (R, in)
        NDArray weight = w.stopGradient().abs(); // (out, in)
        NDArray y = rows.matMul(weight.transpose()); // (R, out)
        if (b != null) {
            y = y.add(b.stopGradient().abs());
        }
        NDArray slopes = y.mul(2).add(1); // of y · (y + 1)
        List<Double> largest = new ArrayList<>();
        for (NDArray sums :
                List.of(
                        y,
                        slopes.matMul(weight),
                        slopes.transpose().matMul(rows),
                        slopes.sum(new int[] {0}))) {
            largest.add((double) sums.max().getFloat());
        }
        return largest;
    }

    /**
     * The sums here have up to n = 15,000 products, and in another order each is off by about √n ·
     * 2⁻²⁴ = 7e-6 of its largest partial sum, which is a small part of the sum of magnitudes: 1e-6
     * of that is never reached by rounding, and wrong products are off by far more.
     */
    private static void close(String what, float[] expected, float[] actual, double magnitude) {
        Numbers.assertClose(what, expected, actual, 1e-6 * magnitude, 0);
    }

    private static List<float[]> gradients(LinearKernel kernel, NDList in) {
        List<float[]> gradients = new ArrayList<>();
        for (NDArray array : in) {
            Kernels.reference().optimizer().zero(new NDList(array.getGradient()));
        }
        TestEngine.backward(
                () -> {
                    NDArray y =
                            kernel.linear(in.get(0), in.get(1), in.size() > 2 ? in.get(2) : null);
                    return y.mul(y.add(1)).sum();
                });
        in.forEach(array -> gradients.add(array.getGradient().toFloatArray()));
        return gradients;
    }
}
