package org.attn4j.attention.pattern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SequencesTest {

    @Test
    void theGradientSurvivesTheGarbageCollector() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.arange(4f).reshape(new Shape(1, 4, 1));
            x.setRequiresGradient(true);
            TestEngine.backward(
                    () -> {
                        NDArray taken = Sequences.take(x, new int[] {3, 0, 3});
                        assertArrayEquals(new float[] {3, 0, 3}, taken.toFloatArray());
                        return taken.sum();
                    });
            assertArrayEquals(new float[] {1, 0, 0, 2}, x.getGradient().toFloatArray());
        }
    }
}
