package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.StackBatchifier;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.models.training.embedding.MultipleNegativesRanking;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class GradientCacheTest {

    private static final int ROWS = 7;
    private static final Loss RANKING = new MultipleNegativesRanking(5, true, true);

    /** The same two layers for each of two columns. */
    private static final class TwoColumns extends AbstractBlock {

        private final Block encoder;

        TwoColumns(float dropout) {
            encoder =
                    addChildBlock(
                            "encoder",
                            new SequentialBlock()
                                    .add(Linear.builder().setUnits(8).build())
                                    .add(Activation::tanh)
                                    .add(Dropout.builder().optRate(dropout).build())
                                    .add(Linear.builder().setUnits(4).build()));
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDList outputs = new NDList();
            for (NDArray column : inputs) {
                outputs.addAll(encoder.forward(store, new NDList(column), training));
            }
            return outputs;
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return encoder.getOutputShapes(new Shape[] {inputShapes[0]});
        }

        @Override
        protected void initializeChildBlocks(
                NDManager manager, DataType dataType, Shape... inputShapes) {
            encoder.initialize(manager, dataType, inputShapes[0]);
        }
    }

    private static Model model(float dropout) {
        Model model = Model.newInstance("two", Device.cpu(), TinyTask.engineName());
        model.getNDManager().getEngine().setRandomSeed(7);
        model.setBlock(new TwoColumns(dropout));
        model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 6));
        return model;
    }

    private static Batch batch(NDManager manager) {
        NDManager own = manager.newSubManager();
        NDArray x = own.arange(ROWS * 6f).reshape(ROWS, 6).sin();
        NDArray y = own.arange(ROWS * 6f).reshape(ROWS, 6).cos();
        StackBatchifier stack = new StackBatchifier();
        NDList labels = new NDList(own.zeros(new Shape(ROWS)));
        return new Batch(own, new NDList(x, y), labels, ROWS, stack, stack, 0, 0);
    }

    private static SequenceTrainer trainer(Model model, Loss loss) {
        return SequenceTrainer.of(
                model,
                loss,
                Optimizer.sgd().setLearningRateTracker(Tracker.fixed(1)).build(),
                0,
                1);
    }

    /** The weights after plain gradient descent with rate 1, so their differences are gradients. */
    private static Map<String, float[]> trained(Loss loss, float dropout) {
        try (Model model = model(dropout);
                SequenceTrainer trainer = trainer(model, loss)) {
            for (int i = 0; i < 2; i++) {
                try (Batch batch = batch(trainer.getManager())) {
                    trainer.getManager().getEngine().setRandomSeed(11 + i);
                    BatchLoss told = trainer.trainBatch(batch);
                    assertEquals(ROWS, told.weight());
                }
            }
            trainer.update();
            return TinyTask.weights(model);
        }
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
        expected.forEach(
                (name, values) -> assertArrayEquals(values, actual.get(name), 1e-6f, name));
    }

    @Test
    void gradientsAreThoseOfTheWholeBatch() {
        Map<String, float[]> whole = trained(RANKING, 0);
        for (int rows : new int[] {1, 3, ROWS, 100}) {
            assertSame(whole, trained(new GradientCache(RANKING, rows), 0));
        }
    }

    @Test
    void bothPassesDropTheSame() {
        int rows = 3;
        Map<String, float[]> cached = trained(new GradientCache(RANKING, rows), 0.4f);
        assertSame(inOneGraph(rows, 0.4f), cached);
        float[] without = trained(RANKING, 0).values().iterator().next();
        assertNotEquals(without[0], cached.values().iterator().next()[0], 1e-4f);
    }

    /** The parts run with their seeds, and the gradient goes through all of them at once. */
    private static Map<String, float[]> inOneGraph(int rows, float dropout) {
        try (Model model = model(dropout);
                SequenceTrainer trainer = trainer(model, RANKING)) {
            for (int i = 0; i < 2; i++) {
                try (Batch batch = batch(trainer.getManager());
                        GradientCollector collector = trainer.newGradientCollector()) {
                    NDManager manager = batch.getManager();
                    manager.getEngine().setRandomSeed(11 + i);
                    int count = (ROWS + rows - 1) / rows;
                    float[] seeds =
                            manager.randomUniform(0, 1 << 24, new Shape(count)).toFloatArray();
                    List<NDList> parts = new ArrayList<>();
                    for (int part = 0; part < count; part++) {
                        NDList data = new NDList();
                        String range = part * rows + ":" + Math.min(ROWS, (part + 1) * rows);
                        batch.getData().forEach(column -> data.add(column.get(range)));
                        manager.getEngine().setRandomSeed((int) seeds[part]);
                        parts.add(trainer.forward(data));
                    }
                    NDList outputs = new NDList();
                    for (int column = 0; column < 2; column++) {
                        NDList own = new NDList();
                        for (NDList part : parts) {
                            own.add(part.get(column));
                        }
                        outputs.add(NDArrays.concat(own, 0));
                    }
                    collector.backward(RANKING.evaluate(batch.getLabels(), outputs));
                }
            }
            trainer.update();
            return TinyTask.weights(model);
        }
    }

    @Test
    void lossesAreThoseOfTheWholeBatch() {
        double[] losses = new double[2];
        for (int i = 0; i < 2; i++) {
            Loss loss = i == 0 ? RANKING : new GradientCache(RANKING, 2);
            try (Model model = model(0);
                    SequenceTrainer trainer = trainer(model, loss);
                    Batch batch = batch(trainer.getManager())) {
                losses[i] = trainer.trainBatch(batch).mean();
            }
        }
        assertEquals(losses[0], losses[1], 1e-6);
    }

    @Test
    void whatNeedsNoCacheIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new GradientCache(TinyTask.loss(), 2));
        assertThrows(IllegalArgumentException.class, () -> new GradientCache(RANKING, 0));
    }
}
