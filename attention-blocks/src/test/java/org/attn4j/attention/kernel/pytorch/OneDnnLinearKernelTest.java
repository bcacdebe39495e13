package org.attn4j.attention.kernel.pytorch;

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
import org.attn4j.attention.fixture.Numbers;
import org.attn4j.attention.fixture.TestEngine;
import org.attn4j.attention.kernel.KernelChoice;
import org.attn4j.attention.kernel.Kernels;
import org.attn4j.attention.kernel.LinearKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OneDnnLinearKernelTest {

    private final LinearKernel reference = Kernels.reference().linear();
    private PyTorchKernels kernels;
    private LinearKernel kernel;

    @BeforeEach
    void load() throws IOException {
        assumeTrue(TestEngine.isPyTorch());
        kernels = PyTorchKernels.load(Device.cpu());
        kernel = kernels.linear(KernelChoice.Linear.ONEDNN, reference);
        try (NDManager m = TestEngine.manager()) {
            kernel.linear(m.ones(new Shape(100, 2)), m.ones(new Shape(2, 2)), null);
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

    @Test
    void agreesInValuesAndGradients() {
        Shape[] inputs = {
            new Shape(4, 20, 16), new Shape(1, 16), new Shape(33, 7), new Shape(5, 31, 64)
        };
        for (int round = 0; round < 3; round++) {
            for (Shape input : inputs) {
                compare(input, true);
                compare(input, false);
            }
        }
    }

    @Test
    void otherTypesGoToTheEngine() {
        try (NDManager m = TestEngine.manager()) {
            NDArray x = m.ones(new Shape(100, 2), DataType.FLOAT64);
            NDArray w = m.ones(new Shape(3, 2), DataType.FLOAT64);
            assertEquals(DataType.FLOAT64, kernel.linear(x, w, null).getDataType());
        }
    }

    private void compare(Shape input, boolean biased) {
        try (NDManager m = TestEngine.manager()) {
            long in = input.get(input.dimension() - 1);
            NDArray x = m.randomNormal(input);
            NDArray w = m.randomNormal(new Shape(11, in));
            NDArray b = biased ? m.randomNormal(new Shape(11)) : null;
            NDList wanting = new NDList(x, w);
            if (biased) {
                wanting.add(b);
            }
            wanting.forEach(array -> array.setRequiresGradient(true));
            Numbers.assertClose(
                    "values of " + input,
                    reference.linear(x, w, b).toFloatArray(),
                    kernel.linear(x, w, b).toFloatArray(),
                    1e-5,
                    1e-5);
            List<float[]> expected = gradients(reference, wanting);
            List<float[]> actual = gradients(kernel, wanting);
            for (int i = 0; i < expected.size(); i++) {
                Numbers.assertClose(
                        "gradient " + i + " of " + input,
                        expected.get(i),
                        actual.get(i),
                        1e-4,
                        1e-4);
            }
        }
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
