package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LinearBlockTest {

    @Test
    void computesXTimesWTransposedPlusB() {
        try (NDManager m = TestEngine.manager()) {
            NDArray x = m.create(new float[] {1, 2, 3, 4}, new Shape(2, 1, 2));
            NDArray w = m.create(new float[] {1, 0, 0, 1, 1, 1}, new Shape(3, 2));
            NDArray b = m.create(new float[] {10, 20, 30});
            LinearKernel kernel = Kernels.of(m).linear();
            NDArray withBias = kernel.linear(x, w, b);
            assertEquals(new Shape(2, 1, 3), withBias.getShape());
            Numbers.assertClose(
                    "with bias",
                    new float[] {11, 22, 33, 13, 24, 37},
                    withBias.toFloatArray(),
                    0,
                    0);
            Numbers.assertClose(
                    "without",
                    new float[] {1, 2, 3, 3, 4, 7},
                    kernel.linear(x, w, null).toFloatArray(),
                    0,
                    0);
        }
    }

    @Test
    void standsInForDjlsBlockSavedParametersIncluded() throws IOException, MalformedModelException {
        for (boolean bias : new boolean[] {true, false}) {
            Block ours = LinearBlock.of(5, bias);
            Block theirs = ai.djl.nn.core.Linear.builder().setUnits(5).optBias(bias).build();
            try (NDManager m = TestEngine.manager()) {
                ours.setInitializer(new NormalInitializer(), parameter -> true);
                ours.initialize(m, DataType.FLOAT32, new Shape(2, 3, 4));
                assertEquals(
                        new Shape(2, 3, 5),
                        ours.getOutputShapes(new Shape[] {new Shape(2, 3, 4)})[0]);
                assertEquals(bias ? 2 : 1, ours.getParameters().size());
                ByteArrayOutputStream saved = new ByteArrayOutputStream();
                ours.saveParameters(new DataOutputStream(saved));
                theirs.loadParameters(
                        m, new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));

                ParameterStore store = new ParameterStore(m, false);
                NDList x = new NDList(m.randomNormal(new Shape(2, 3, 4)));
                Numbers.assertClose(
                        "output",
                        theirs.forward(store, x, false).head().toFloatArray(),
                        ours.forward(store, x, false).head().toFloatArray(),
                        1e-6,
                        1e-6);
            }
        }
    }

    @Test
    void unitsAreNeeded() {
        var error = assertThrows(IllegalArgumentException.class, () -> LinearBlock.of(0, true));
        assertEquals("units must be positive, got units=0", error.getMessage());
    }
}
