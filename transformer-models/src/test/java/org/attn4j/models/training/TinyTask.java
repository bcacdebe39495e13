package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.translate.StackBatchifier;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SafetensorsWriter;

/** A small language task with a block of two layers: enough to train in milliseconds. */
final class TinyTask {

    static final int PAD = 0;
    static final int VOCABULARY = 11;
    static final int BATCHES = 5;
    static final int ROWS = 4;
    static final int LENGTH = 6;

    private TinyTask() {}

    static String engineName() {
        return System.getProperty("attn4j.engine", "PyTorch");
    }

    static Model model(float dropout, Device device) {
        Engine engine = Engine.getEngine(engineName());
        engine.setRandomSeed(7);
        Model model = Model.newInstance("tiny", device, engineName());
        model.setBlock(new TinyBlock(dropout));
        model.getBlock()
                .initialize(
                        model.getNDManager(), DataType.FLOAT32, new Shape(1, 1), new Shape(1, 1));
        return model;
    }

    static Model model(float dropout) {
        return model(dropout, Device.cpu());
    }

    static LabelSmoothedCrossEntropy loss() {
        return new LabelSmoothedCrossEntropy(0.1f, PAD);
    }

    static SequenceTrainer trainer(Model model, TrainingConfig config) {
        return SequenceTrainer.of(
                model,
                new LabelSmoothedCrossEntropy((float) config.labelSmoothing(), PAD),
                config.optimizer(8),
                config.clipNorm(),
                config.accumulation());
    }

    /** The batches of an epoch: rows of different lengths, the next id a function of the last. */
    static Iterator<Batch> batches(NDManager manager, long epoch, long from) {
        return IntStream.range((int) from, BATCHES)
                .mapToObj(index -> batch(manager, ids(epoch, index)))
                .iterator();
    }

    static long[][] ids(long epoch, int index) {
        Random random = new Random(1000 * epoch + index);
        long[][] ids = new long[ROWS][LENGTH + 1];
        for (long[] row : ids) {
            int length = 2 + random.nextInt(LENGTH - 1);
            row[0] = 1 + random.nextInt(VOCABULARY - 1);
            for (int t = 1; t <= length; t++) {
                row[t] = 1 + (3 * row[t - 1] + random.nextInt(2)) % (VOCABULARY - 1);
            }
        }
        return ids;
    }

    static Batch batch(NDManager manager, long[][] ids) {
        NDManager own = manager.newSubManager();
        NDArray all = own.create(ids);
        int width = ids[0].length;
        NDList data =
                new NDList(all.get(":, 0:{}", width - 1), all.get(":, 0:{}", width - 1)); // (B, T)
        NDList labels = new NDList(all.get(":, 1:{}", width)); // (B, T)
        StackBatchifier batchifier = new StackBatchifier();
        return new Batch(own, data, labels, ids.length, batchifier, batchifier, 0, 0);
    }

    static Map<String, float[]> weights(Model model) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Pair<String, Parameter> pair : model.getBlock().getParameters()) {
            weights.put(pair.getKey(), pair.getValue().getArray().toFloatArray());
        }
        return weights;
    }

    /** Weights under the names of their parameters. */
    static ModelStore store(Model model) {
        return new ModelStore() {
            @Override
            public void save(Path directory) throws IOException {
                Map<String, NDArray> tensors = new LinkedHashMap<>();
                for (Pair<String, Parameter> pair : model.getBlock().getParameters()) {
                    tensors.put(pair.getKey(), pair.getValue().getArray());
                }
                SafetensorsWriter.write(
                        directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
            }

            @Override
            public void load(Path directory) throws IOException {
                try (SafetensorsFile file =
                                SafetensorsFile.open(directory.resolve("model.safetensors"));
                        NDManager scratch = model.getNDManager().newSubManager()) {
                    for (Pair<String, Parameter> pair : model.getBlock().getParameters()) {
                        file.read(pair.getKey(), scratch).copyTo(pair.getValue().getArray());
                    }
                }
            }
        };
    }

    /**
     * An embedding, dropout and two linear layers; takes ids (B, T) twice and gives logits (B, T,
     * V).
     */
    static final class TinyBlock extends AbstractBlock {

        private static final int SIZE = 8;

        private final Parameter table;
        private final Linear hidden;
        private final Dropout dropout;
        private final Linear output;

        TinyBlock(float rate) {
            table =
                    addParameter(
                            Parameter.builder()
                                    .setName("table")
                                    .setType(Parameter.Type.WEIGHT)
                                    .optInitializer(new NormalInitializer(0.5f))
                                    .optShape(new Shape(VOCABULARY, SIZE))
                                    .build());
            hidden = addChildBlock("hidden", Linear.builder().setUnits(SIZE).build());
            dropout = addChildBlock("dropout", Dropout.builder().optRate(rate).build());
            output = addChildBlock("output", Linear.builder().setUnits(VOCABULARY).build());
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray ids = inputs.head();
            NDArray weight = store.getValue(table, ids.getDevice(), training);
            NDArray oneHot = ids.oneHot(VOCABULARY); // (B, T, V)
            NDList embedded = new NDList(oneHot.matMul(weight)); // (B, T, D)
            NDList inner = hidden.forward(store, embedded, training);
            NDList kept = dropout.forward(store, new NDList(inner.head().tanh()), training);
            return output.forward(store, kept, training); // (B, T, V)
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {
                new Shape(inputShapes[0].get(0), inputShapes[0].get(1), VOCABULARY)
            };
        }

        @Override
        protected void initializeChildBlocks(
                NDManager manager, DataType dataType, Shape... inputShapes) {
            Shape inner = new Shape(1, 1, SIZE);
            hidden.initialize(manager, dataType, inner);
            dropout.initialize(manager, dataType, inner);
            output.initialize(manager, dataType, inner);
        }
    }
}
