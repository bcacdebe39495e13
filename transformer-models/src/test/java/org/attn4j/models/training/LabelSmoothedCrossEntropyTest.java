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
class LabelSmoothedCrossEntropyTest {

    @Test
    void paddingCountsForNothing() {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            // Softmax of (ln 1, ln 2, ln 5) is (1/8, 2/8, 5/8).
            float[] row = {0, (float) Math.log(2), (float) Math.log(5)};
            NDArray logits = manager.create(row).reshape(1, 1, 3).repeat(1, 3); // (1, 3, 3)
            NDArray labels = manager.create(new long[] {1, 2, 0}, new Shape(1, 3));
            LabelSmoothedCrossEntropy plain = new LabelSmoothedCrossEntropy(0, 0);
            LabelSmoothedCrossEntropy smooth = new LabelSmoothedCrossEntropy(0.3f, 0);

            double nll = Math.log(8.0 / 2) + Math.log(8.0 / 5);
            double uniform = (Math.log(8) + Math.log(4) + Math.log(8.0 / 5)) / 3;
            assertEquals(2, plain.count(new NDList(labels)));
            assertEquals(nll, plain.sum(new NDList(labels), new NDList(logits)).getFloat(), 1e-5);
            assertEquals(
                    nll / 2,
                    plain.evaluate(new NDList(labels), new NDList(logits)).getFloat(),
                    1e-5);
            assertEquals(
                    0.7 * nll + 0.3 * 2 * uniform,
                    smooth.sum(new NDList(labels), new NDList(logits)).getFloat(),
                    1e-5);
        }
    }

    @Test
    void theTokensThatAModelWouldChooseAreCounted() {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            float[] logits = {0, 1, 3, 2, 1, 0, 1, 0, 4, 0, 5, 1};
            NDArray predictions = manager.create(logits, new Shape(2, 2, 3)); // 2, 0; 2, 1
            NDArray labels = manager.create(new long[] {2, 1, -100, 1}, new Shape(2, 2));
            LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0, -100);
            assertEquals(2, loss.countRight(new NDList(labels), new NDList(predictions)));
        }
    }

    @Test
    void theEvaluatorWeighsBatchesByTheirTokens() {
        LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0, 0);
        loss.addAccumulator("epoch");
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray even = manager.zeros(new Shape(3, 2)); // ln 2 each
            NDArray sure = manager.create(new float[] {-100, 100}, new Shape(1, 2)); // 0
            String[] keys = {"epoch"};
            loss.updateAccumulators(
                    keys, new NDList(manager.create(new long[] {1, 1, 1})), new NDList(even));
            loss.updateAccumulators(
                    keys, new NDList(manager.create(new long[] {1})), new NDList(sure));
        }
        assertEquals(0.75 * Math.log(2), loss.getAccumulator("epoch"), 1e-5);
        loss.resetAccumulator("epoch");
        assertEquals(Float.NaN, loss.getAccumulator("epoch"));
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0, 0);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDList logits = new NDList(manager.zeros(new Shape(2, 3, 5)));
            NDList labels = new NDList(manager.create(new long[] {1, 2, 3, 4}));
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class, () -> loss.evaluate(labels, logits));
            assertEquals(
                    "logits must have a row for each label, got logits=(2, 3, 5), labels=(4)",
                    e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> new LabelSmoothedCrossEntropy(1, 0));
    }
}
