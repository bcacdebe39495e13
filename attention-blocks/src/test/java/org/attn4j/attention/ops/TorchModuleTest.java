package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.List;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchModuleTest {

    private static final String FUNCTIONS =
            """
              # a comment
              def scaled(self, x: Tensor, factor: Tensor) -> Tensor:
                return torch.mul(x, float(factor))

              def total(self, xs: List[Tensor], more: Tensor) -> Tensor:
                return torch.add(torch.sum(torch.cat(xs)), more)
            """;

    @BeforeEach
    void onlyOnPyTorch() {
        assumeTrue(TestEngine.isPyTorch());
    }

    @Test
    void callsFunctionsByName() throws IOException {
        try (TorchModule module = TorchModule.compile(FUNCTIONS, Device.cpu());
                NDManager m = TestEngine.manager();
                NDManager step = m.newSubManager();
                NDArray three = module.scalar(3.0)) {
            NDArray x = step.create(new float[] {1, 2});
            NDArray y = module.call("scaled", x, three);
            assertArrayEquals(new float[] {3, 6}, y.toFloatArray());
            assertEquals(step, y.getManager());
            NDArray sum =
                    module.callOnLists(
                            "total", List.of(new NDList(x, y)), m.create(new float[] {0.5f}));
            assertArrayEquals(new float[] {12.5f}, sum.toFloatArray());
            assertEquals(3, step.getManagedArrays().size()); // x, y and the sum
        }
    }

    @Test
    void gradientsPassThroughNamedArguments() throws IOException {
        try (TorchModule module = TorchModule.compile(FUNCTIONS, Device.cpu());
                NDManager m = TestEngine.manager();
                NDArray three = module.scalar(3.0)) {
            NDArray x = m.create(new float[] {1, 2});
            x.setName("layer.0[]");
            x.setRequiresGradient(true);
            TestEngine.backward(() -> module.call("scaled", x, three).sum());
            assertArrayEquals(new float[] {3, 3}, x.getGradient().toFloatArray());
        }
    }

    @Test
    void sameSourceIsTheSameArchive() {
        assertArrayEquals(
                TorchScriptArchive.assemble(FUNCTIONS), TorchScriptArchive.assemble(FUNCTIONS));
    }

    @Test
    void sourceThatLibtorchCannotReadIsAnError() {
        var error =
                assertThrows(
                        IOException.class,
                        () ->
                                TorchModule.compile(
                                        "  def f(self) -> Tensor:\n    return torch.no_such()\n",
                                        Device.cpu()));
        assertTrue(error.getMessage().contains("no_such"), error.getMessage());
    }

    @Test
    void everyFunctionOfTheKernelsCompiles() throws IOException {
        try (TorchModule kernels = TorchModule.ofKernels(Device.cpu());
                NDManager m = TestEngine.manager()) {
            NDArray x = m.ones(new Shape(64, 3));
            assertEquals(
                    x.getShape(), new DropoutKernel.Fused(kernels).dropout(x, 0.5f).getShape());
        }
    }
}
