package org.attn4j.attention.norm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class RmsNormTest {

    @Test
    void theMeanOfTheSquaresBecomesOne() {
        try (NDManager manager = TestEngine.manager()) {
            RmsNorm norm = new RmsNorm(2, 0);
            norm.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
            NDArray x = manager.create(new float[] {3, -4, 1, 7}, new Shape(2, 2));
            // root mean squares: sqrt(25 / 2) and sqrt(50 / 2) = 5
            float[] expected = {0.8485281f, -1.1313708f, 0.2f, 1.4f};
            float[] actual =
                    norm.forward(new ParameterStore(manager, false), new NDList(x), false)
                            .singletonOrThrow()
                            .toFloatArray();
            Numbers.assertClose("normalised", expected, actual, 1e-6, 0);
        }
    }

    @Test
    void zerosStayZeros() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.zeros(new Shape(2, 3));
            assertEquals(0, RmsNorm.normalised(x, 1e-6).abs().max().getFloat());
        }
    }

    @Test
    void bigNumbersInHalfPrecisionDoNotOverflow() {
        assumeTrue(TestEngine.isPyTorch(), "MXNet computes little in float16 on a CPU");
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.create(new float[] {3000, -4000}).toType(DataType.FLOAT16, false);
            NDArray y = RmsNorm.normalised(x, 1e-6);
            assertEquals(DataType.FLOAT16, y.getDataType());
            float[] actual = y.toType(DataType.FLOAT32, false).toFloatArray();
            Numbers.assertClose("half", new float[] {0.8485f, -1.1314f}, actual, 1e-3, 0);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> new RmsNorm(0, 1e-6))
                        .getMessage()
                        .contains("size=0"));
    }
}
