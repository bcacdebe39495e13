package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.models.family.transformer.TinyModels;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the layers of encoder and decoder leave behind. */
@Tag("engine")
class StacksTest {

    /** Of gradients of up to 50 in float32, which sublayers in one call sum in another order. */
    private static final float ROUNDING = 1e-4f;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aPredictionLeavesAsMuchForTwoLayersAsForSix() {
        assertEquals(left(model(2)), left(model(6)));
    }

    @Test
    void aStepOfGenerationLeavesAsMuchForTwoLayersAsForSix() {
        assertEquals(leftByStep(model(2)), leftByStep(model(6)));
    }

    /** Without dropout a training pass computes the same but for rounding, and frees nothing. */
    @Test
    void freeingChangesNothing() {
        TransformerModel model = model(3);
        assertArrayEquals(logits(model, true), logits(model, false), ROUNDING);
    }

    @Test
    void gradientsThroughAPredictionAreThoseOfATrainingPass() {
        TransformerModel model = model(3);
        model.freezeParameters(false);
        Map<String, float[]> training = gradients(model, true);
        Map<String, float[]> prediction = gradients(model, false);
        assertEquals(training.keySet(), prediction.keySet());
        training.forEach(
                (name, values) -> assertArrayEquals(values, prediction.get(name), ROUNDING, name));
    }

    @Test
    void whatAnObserverWasToldStays() {
        TransformerModel model = model(2);
        List<NDArray> told = new ArrayList<>();
        AttentionObserver observer =
                new AttentionObserver() {
                    @Override
                    public void observe(String place, NDArray weights) {
                        told.add(weights);
                    }

                    @Override
                    public void hidden(String place, NDArray states) {
                        told.add(states);
                    }
                };
        model.logits(source(manager), target(manager), observer);
        assertEquals(2 * 3 + 2 * 3, told.size(), "2 layers' 3 weights, and 3 states of each stack");
        assertTrue(told.stream().noneMatch(NDArray::isReleased));
    }

    private TransformerModel model(int layers) {
        return TinyModels.model(TinyModels.config().optLayers(layers).build(), manager);
    }

    private static NDArray source(NDManager call) {
        return TinyModels.ids(call, 2, 3, 4, 2, 5, 2, 0);
    }

    private static NDArray target(NDManager call) {
        return TinyModels.ids(call, 2, 1, 5, 6, 1, 7, 8);
    }

    private int left(TransformerModel model) {
        try (NDManager call = manager.newSubManager()) {
            model.logits(source(call), target(call), null);
            return call.getManagedArrays().size();
        }
    }

    private int leftByStep(TransformerModel model) {
        try (NDManager call = manager.newSubManager();
                StepDecoder decoder = model.start(call, source(call))) {
            decoder.step(call.create(new long[] {1, 1}));
            try (NDManager step = call.newSubManager()) {
                decoder.step(step.create(new long[] {5, 7}));
                return step.getManagedArrays().size();
            }
        }
    }

    private float[] logits(TransformerModel model, boolean training) {
        try (NDManager call = manager.newSubManager()) {
            return logits(model, call, training).toFloatArray();
        }
    }

    private static NDArray logits(TransformerModel model, NDManager call, boolean training) {
        ParameterStore parameters = new ParameterStore(call, false);
        return model.logits(parameters, source(call), target(call), null, training);
    }

    private Map<String, float[]> gradients(TransformerModel model, boolean training) {
        model.getParameters()
                .forEach(
                        pair -> {
                            NDArray gradient = pair.getValue().getArray().getGradient();
                            gradient.subi(gradient); // PyTorch adds to what is there
                        });
        try (NDManager call = manager.newSubManager();
                GradientCollector collector =
                        Engine.getEngine(TestEngine.name()).newGradientCollector()) {
            collector.backward(logits(model, call, training).square().sum());
        }
        Map<String, float[]> gradients = new HashMap<>();
        model.getParameters()
                .forEach(
                        pair ->
                                gradients.put(
                                        pair.getKey(),
                                        pair.getValue().getArray().getGradient().toFloatArray()));
        return gradients;
    }
}
