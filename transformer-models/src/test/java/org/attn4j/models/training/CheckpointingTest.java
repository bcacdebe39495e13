package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.family.transformer.PositionKind;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.testkit.Numbers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Layers that are run again for their gradient, in an encoder and in a decoder that looks at it.
 */
@Tag("engine")
class CheckpointingTest {

    private static final int SEED = 5;

    private static Model model(float dropout, PositionKind positions) {
        Engine.getEngine(TinyTask.engineName()).setRandomSeed(3);
        Model model = Model.newInstance("deep", TinyTask.engineName());
        TransformerModel block =
                new TransformerModel(
                        TransformerConfig.builder()
                                .optModelSize(16)
                                .optLayers(3)
                                .optHeads(2)
                                .optFeedForwardSize(32)
                                .optPositions(positions)
                                .optDropout(dropout)
                                .optAttentionDropout(dropout)
                                .setVocabularySize(TinyTask.VOCABULARY)
                                .build());
        block.initialize(model.getNDManager());
        model.setBlock(block);
        return model;
    }

    private static SequenceTrainer trainer(Model model, boolean checkpointing) {
        SequenceTrainer trainer = TinyTask.trainer(model, TrainingConfig.ofSteps(1));
        trainer.setCheckpointing(checkpointing);
        return trainer;
    }

    private static double loss(SequenceTrainer trainer, NDManager manager) {
        Engine.getEngine(TinyTask.engineName()).setRandomSeed(SEED);
        try (Batch batch = TinyTask.batch(manager, TinyTask.ids(0, 0))) {
            return trainer.trainBatch(batch).sum();
        }
    }

    private static Map<String, NDArray> parameters(Model model) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        BlockParameters.of(model.getBlock())
                .byPath()
                .forEach((path, parameter) -> arrays.put(path, parameter.getArray()));
        return arrays;
    }

    private static Map<String, float[]> gradients(Model model) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        parameters(model)
                .forEach((path, it) -> gradients.put(path, it.getGradient().toFloatArray()));
        return gradients;
    }

    @Test
    void gradientsAreThoseOfLayersThatKeepEverything() {
        assumeTrue(TinyTask.engineName().equals("PyTorch"));
        try (Model kept = model(0, PositionKind.SINUSOIDAL);
                Model again = model(0, PositionKind.SINUSOIDAL)) {
            double expected = loss(trainer(kept, false), kept.getNDManager());
            double actual = loss(trainer(again, true), again.getNDManager());
            assertEquals(expected, actual);
            Map<String, float[]> wanted = gradients(kept);
            gradients(again)
                    .forEach(
                            (path, found) -> // sums in another order, of values of size 1
                            Numbers.assertClose(path, wanted.get(path), found, 1e-5, 1e-5));
        }
    }

    /**
     * With dropout, along the gradient the loss of the same masks rises by the gradient's square:
     * this does not hold for the gradient of other masks.
     */
    @Test
    void theSecondRunDropsWhatTheFirstDid() {
        assumeTrue(TinyTask.engineName().equals("PyTorch"));
        try (Model model = model(0.3f, PositionKind.SINUSOIDAL)) {
            SequenceTrainer trainer = trainer(model, true);
            NDManager manager = model.getNDManager();
            loss(trainer, manager);
            Map<String, float[]> gradients = gradients(model);
            double square = 0;
            for (float[] gradient : gradients.values()) {
                for (float value : gradient) {
                    square += (double) value * value;
                }
            }
            double step = 1e-2 / Math.sqrt(square); // the loss moves by 1 % of the slope
            double above = moved(trainer, model, gradients, step);
            double below = moved(trainer, model, gradients, -2 * step);
            // the third derivative and float32 losses of size 40 leave some parts in a thousand
            assertEquals(1, (above - below) / (2 * step * square), 0.02);
        }
    }

    private static double moved(
            SequenceTrainer trainer, Model model, Map<String, float[]> direction, double by) {
        parameters(model)
                .forEach(
                        (path, array) -> {
                            float[] values = array.toFloatArray();
                            for (int i = 0; i < values.length; i++) {
                                values[i] += (float) (by * direction.get(path)[i]);
                            }
                            Shape shape = array.getShape();
                            try (NDArray now = array.getManager().create(values, shape)) {
                                now.copyTo(array);
                            }
                        });
        return loss(trainer, model.getNDManager());
    }

    @Test
    void embeddingsThatAreFrozenGetNoGradient() {
        assumeTrue(TinyTask.engineName().equals("PyTorch"));
        try (Model kept = model(0, PositionKind.SINUSOIDAL);
                Model again = model(0, PositionKind.SINUSOIDAL)) {
            for (Model model : new Model[] {kept, again}) {
                BlockParameters.of(model.getBlock()).byPath().get("shared.weight").freeze(true);
            }
            loss(trainer(kept, false), kept.getNDManager());
            loss(trainer(again, true), again.getNDManager());
            String last = "encoder.layers.0.self_attn.query_proj.weight";
            Numbers.assertClose(
                    last,
                    parameters(kept).get(last).getGradient().toFloatArray(),
                    parameters(again).get(last).getGradient().toFloatArray(),
                    1e-5,
                    1e-5);
        }
    }

    @Test
    void whatItDoesNotGoWithIsRefused() {
        try (Model model = model(0, PositionKind.RELATIVE)) {
            SequenceTrainer trainer = trainer(model, false);
            if (!TinyTask.engineName().equals("PyTorch")) {
                String told =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> trainer.setCheckpointing(true))
                                .getMessage();
                assertTrue(told.startsWith("checkpointing needs an engine that adds up"), told);
                return;
            }
            trainer.setCheckpointing(true);
            String told =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> loss(trainer, model.getNDManager()))
                            .getMessage();
            assertEquals(
                    "checkpointing does not go with a bias of scores, as relative positions and ALiBi have",
                    told);
        }
    }
}
