package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A published classifier, trained further by DJL's {@code Trainer}, saved, and loaded again. */
@Tag("engine")
class FineTuneTest {

    private static final Path CLASSIFIER = GoldenFolders.named("bert_sequence_classification_a");

    /** The class is told by the last token; 0 is padding. */
    private static final long[][] IDS = {
        {2, 11, 30, 51},
        {2, 40, 12, 52},
        {2, 17, 53, 0},
        {2, 33, 21, 51},
        {2, 25, 52, 0},
        {2, 39, 14, 53},
        {2, 51, 0, 0},
        {2, 44, 18, 52},
        {2, 53, 0, 0}
    };

    private static final long[] LABELS = {0, 1, 2, 0, 1, 2, 0, 1, 2};

    @TempDir Path folder;

    private static NDArray visible(NDArray ids) {
        return ids.neq(0).toType(ids.getDataType(), false);
    }

    private static float[] logits(LoadedModel model, boolean labels) {
        try (NDManager call = model.manager().newSubManager()) {
            NDArray ids = call.create(IDS);
            ModelInputs in = ModelInputs.of(ids).with("attention_mask", visible(ids));
            if (labels) {
                in = in.with("labels", call.create(LABELS));
            }
            return model.run(in).require(labels ? "loss" : "logits").toFloatArray();
        }
    }

    private static float loss(LoadedModel model) {
        return logits(model, true)[0];
    }

    /** Loads a classifier, trains it with DJL, and saves it as it came. */
    private static void fineTune(Path classifier, Path target)
            throws IOException, TranslateException {
        try (Model model = Model.newInstance("classifier", Device.cpu(), TestEngine.name())) {
            NDManager manager = model.getNDManager();
            LoadedModel bert =
                    Pretrained.loader().optManager(manager).optTrainable(true).load(classifier);
            model.setBlock(bert.model());
            NDArray ids = manager.create(IDS);
            ArrayDataset examples =
                    new ArrayDataset.Builder()
                            .setData(ids, visible(ids))
                            .optLabels(manager.create(LABELS))
                            .setSampling(3, true)
                            .build();
            float before = loss(bert);
            DefaultTrainingConfig training =
                    new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                            .optDevices(new Device[] {Device.cpu()})
                            .optOptimizer(
                                    Optimizer.adam()
                                            .optLearningRateTracker(Tracker.fixed(2e-3f))
                                            .build());
            try (Trainer trainer = model.newTrainer(training)) {
                trainer.initialize(new Shape(1, 4), new Shape(1, 4));
                EasyTrain.fit(trainer, 20, examples, null);
            }
            float after = loss(bert);
            assertTrue(after < 0.2 * before, before + " before training, " + after + " after");
            bert.save(target);
            assertArrayEquals(logits(bert, false), reloaded(target));
        }
    }

    private static float[] reloaded(Path directory) throws IOException {
        try (LoadedModel again = Pretrained.loader().optEngine(TestEngine.name()).load(directory)) {
            return logits(again, false);
        }
    }

    @Test
    void aClassifierIsTrainedSavedAndTheSameWhenLoadedAgain() throws Exception {
        Engine.getEngine(TestEngine.name()).setRandomSeed(1);
        Path target = folder.resolve("tuned");
        fineTune(CLASSIFIER, target);

        assertEquals(
                Files.readString(CLASSIFIER.resolve("config.json")).strip(),
                Files.readString(target.resolve("config.json")).strip());
        Map<String, float[]> old = tensors(CLASSIFIER);
        Map<String, float[]> trained = tensors(target);
        assertEquals(old.keySet(), trained.keySet());
        old.forEach(
                (name, values) ->
                        assertFalse(
                                Arrays.equals(values, trained.get(name)),
                                name + " was not trained"));
        float[] logits = reloaded(target);
        for (int i = 0; i < LABELS.length; i++) {
            float[] row = Arrays.copyOfRange(logits, 3 * i, 3 * i + 3);
            for (int other = 0; other < 3; other++) {
                assertTrue(
                        other == LABELS[i] || row[(int) LABELS[i]] > row[other],
                        i + ": " + Arrays.toString(row));
            }
        }
    }

    private static Map<String, float[]> tensors(Path directory) throws IOException {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try (NDManager manager = TestEngine.manager();
                TensorSource source = TensorSource.open(directory)) {
            for (String name : source.names()) {
                NDArray array = source.read(name, manager);
                if (array.getDataType().isFloating()) {
                    tensors.put(name, array.toFloatArray());
                }
            }
        }
        return tensors;
    }

    @Test
    void whatIsFrozenStaysAsItWas() throws Exception {
        try (Model model = Model.newInstance("classifier", Device.cpu(), TestEngine.name())) {
            NDManager manager = model.getNDManager();
            LoadedModel bert =
                    Pretrained.loader().optManager(manager).optTrainable(true).load(CLASSIFIER);
            model.setBlock(bert.model());
            NDArray ids = manager.create(IDS);
            try (Trainer trainer =
                    model.newTrainer(
                            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                                    .optDevices(new Device[] {Device.cpu()}))) {
                // Behind newTrainer, which may thaw everything.
                Block base = bert.model(ModelWithHead.class).base();
                base.freezeParameters(true);
                // DJL refuses a first step whose gradients add up to 0, and those of a layer before
                // a softmax do: rounding alone would decide.
                base.getChildren().stream()
                        .filter(child -> child.getKey().endsWith("pooler"))
                        .forEach(child -> child.getValue().freezeParameters(false));
                trainer.initialize(new Shape(1, 4), new Shape(1, 4));
                ArrayDataset examples =
                        new ArrayDataset.Builder()
                                .setData(ids, visible(ids))
                                .optLabels(manager.create(LABELS))
                                .setSampling(3, true)
                                .build();
                EasyTrain.fit(trainer, 1, examples, null);
            }
            bert.save(folder.resolve("head"));
        }
        Map<String, float[]> old = tensors(CLASSIFIER);
        Map<String, float[]> trained = tensors(folder.resolve("head"));
        old.forEach(
                (name, values) ->
                        assertEquals(
                                !name.startsWith("classifier") && !name.contains("pooler"),
                                Arrays.equals(values, trained.get(name)),
                                name));
    }
}
