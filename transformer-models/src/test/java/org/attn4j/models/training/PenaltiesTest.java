package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.StackBatchifier;
import org.attn4j.attention.mechanism.AdaptiveSpanAttention;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class PenaltiesTest {

    /**
     * Shares of the greatest span after a step, from 0.75, of plain gradient descent with rate 1.
     */
    private static float[] spans(double penalty, int microBatches, boolean byDjl) {
        return spans(penalty, microBatches, byDjl, Loss.l2Loss());
    }

    private static float[] spans(double penalty, int microBatches, boolean byDjl, Loss loss) {
        Engine engine = Engine.getEngine(TinyTask.engineName());
        engine.setRandomSeed(7);
        AdaptiveSpanAttention block =
                AdaptiveSpanAttention.builder()
                        .setModelSize(4)
                        .setHeads(2)
                        .setMaxSpan(2)
                        .optInitialSpan(1.5)
                        .optRamp(2)
                        .optPenalty(penalty)
                        .build();
        try (Model model = Model.newInstance("spans", Device.cpu(), TinyTask.engineName())) {
            model.setBlock(new SequentialBlock().add(block).add(new SequentialBlock().add(block)));
            model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 1, 4));
            try (SequenceTrainer trainer =
                    SequenceTrainer.of(
                            model,
                            loss,
                            Optimizer.sgd().setLearningRateTracker(Tracker.fixed(1)).build(),
                            0,
                            1)) {
                for (int i = 0; i < microBatches; i++) {
                    try (Batch batch = batch(model.getNDManager())) {
                        if (byDjl) {
                            trainAsDjlDoes(trainer, batch);
                        } else {
                            trainer.trainBatch(batch);
                        }
                    }
                }
                trainer.update();
            }
            return block.span().getDirectParameters().get("span").getArray().toFloatArray();
        }
    }

    private static void trainAsDjlDoes(SequenceTrainer trainer, Batch batch) {
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDList predictions = trainer.forward(batch.getData(), batch.getLabels());
            collector.backward(trainer.getLoss().evaluate(batch.getLabels(), predictions));
        }
    }

    private static Batch batch(NDManager manager) {
        NDManager own = manager.newSubManager();
        NDArray x = own.arange(24f).reshape(2, 3, 4).sub(12).div(12);
        StackBatchifier stack = new StackBatchifier();
        return new Batch(own, new NDList(x), new NDList(x.flip(1)), 2, stack, stack, 0, 0);
    }

    /**
     * λ / N per place is the slope of the mean loss, whatever the batches, and one block counts
     * once.
     */
    @Test
    void aPenaltyAddsItsSlopeToThatOfTheMeanLoss() {
        for (boolean byDjl : new boolean[] {false, true}) {
            float[] free = spans(0, 1, byDjl);
            for (int microBatches : new int[] {1, 3}) {
                float[] costly = spans(0.2, microBatches, byDjl);
                float[] expected = {free[0] - 0.2f, free[1] - 0.2f}; // shares of two places
                assertArrayEquals(expected, costly, 1e-5f, microBatches + " " + byDjl);
            }
        }
    }

    @Test
    void aPenaltyCountsOnceWhenTheBatchIsTakenInParts() {
        float[] whole = spans(0.2, 2, false);
        float[] parts = spans(0.2, 2, false, new GradientCache(Loss.l2Loss(), 1));
        assertArrayEquals(whole, parts, 1e-5f);
    }

    @Test
    void afterAnUpdateParametersAreBackInTheirRange() {
        assertArrayEquals(new float[] {0, 0}, spans(100, 1, false));
    }
}
