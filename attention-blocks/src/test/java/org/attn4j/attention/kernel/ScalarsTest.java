package org.attn4j.attention.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class ScalarsTest {

    private static final String ENGINE = System.getProperty("attn4j.engine", "PyTorch");

    @Test
    void theGradientSurvivesTheGarbageCollector() throws InterruptedException {
        try (NDManager manager = NDManager.newBaseManager(ENGINE)) {
            NDArray x = manager.create(new float[] {1, -2, 4});
            x.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getEngine(ENGINE).newGradientCollector()) {
                NDArray product = Scalars.multiply(x, 3);
                assertArrayEquals(new float[] {3, -6, 12}, product.toFloatArray());
                NDArray sum = product.sum();
                System.gc();
                Thread.sleep(50); // memory of dropped buffers is freed by a thread of its own
                for (int i = 0; i < 2000; i++) {
                    manager.create(777f); // takes the memory that was freed
                }
                collector.backward(sum);
            }
            assertArrayEquals(new float[] {3, 3, 3}, x.getGradient().toFloatArray());
        }
    }
}
