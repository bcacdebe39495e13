package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class CoverageLossTest {

    /** Two classes of equal logits cost ln 2 a token; the third token is padding. */
    @Test
    void theCoverageOfTokensThatCountIsAdded() {
        CoverageLoss loss = new CoverageLoss(0, 0, 0.5f);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray logits = manager.zeros(new Shape(1, 3, 2));
            NDArray coverage = manager.create(new float[] {0, 0.6f, 0.9f}, new Shape(1, 3));
            NDList labels = new NDList(manager.create(new long[] {1, 1, 0}, new Shape(1, 3)));
            double entropy = 2 * Math.log(2);
            assertEquals(
                    entropy + 0.5 * 0.6,
                    loss.sum(labels, new NDList(logits, coverage)).getFloat(),
                    1e-5);
            assertEquals(entropy, loss.sum(labels, new NDList(logits)).getFloat(), 1e-5);
            assertEquals(
                    (entropy + 0.5 * 0.6) / 2,
                    loss.evaluate(labels, new NDList(logits, coverage)).getFloat(),
                    1e-5);
        }
    }

    @Test
    void aNegativeWeightIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new CoverageLoss(0, 0, -1));
    }
}
