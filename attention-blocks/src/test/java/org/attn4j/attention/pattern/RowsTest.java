package org.attn4j.attention.pattern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import org.attn4j.attention.fixture.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class RowsTest {

    @Test
    void theGradientSurvivesTheGarbageCollector() throws InterruptedException {
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.arange(4f).reshape(new Shape(1, 4, 1));
            x.setRequiresGradient(true);
            try (GradientCollector collector =
                    Engine.getEngine(TestEngine.name()).newGradientCollector()) {
                NDArray taken = Rows.take(x, new int[] {3, 0, 3});
                assertArrayEquals(new float[] {3, 0, 3}, taken.toFloatArray());
                NDArray sum = taken.sum();
                System.gc();
                Thread.sleep(50); // memory of dropped buffers is freed by a thread of its own
                for (int i = 0; i < 2000; i++) {
                    manager.create(new long[] {7L << 40, 7L << 40, 7L << 40}); // takes it again
                }
                collector.backward(sum);
            }
            assertArrayEquals(new float[] {1, 0, 0, 2}, x.getGradient().toFloatArray());
        }
    }
}
