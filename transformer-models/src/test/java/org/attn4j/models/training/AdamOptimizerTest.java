package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AdamOptimizerTest {

    private static final List<String> NAMES = List.of("weight", "bias");

    private static AdamOptimizer adam(float rate, float decay) {
        return AdamOptimizer.builder()
                .optLearningRate(LearningRate.constant(rate, 0))
                .optBeta1(0.9f)
                .optBeta2(0.99f)
                .optEpsilon(1e-8f)
                .optWeightDecays(decay)
                .build();
    }

    /** Adam's algorithm in double precision, as in the paper. */
    private static double[] byHand(
            double weight, double[] gradients, double rate, double decay, int steps) {
        double mean = 0;
        double variance = 0;
        double[] trace = new double[steps];
        for (int t = 1; t <= steps; t++) {
            double gradient = gradients[t - 1];
            weight -= rate * decay * weight;
            mean = 0.9 * mean + 0.1 * gradient;
            variance = 0.99 * variance + 0.01 * gradient * gradient;
            double meanHat = mean / (1 - Math.pow(0.9, t));
            double varianceHat = variance / (1 - Math.pow(0.99, t));
            weight -= rate * meanHat / (Math.sqrt(varianceHat) + 1e-8);
            trace[t - 1] = weight;
        }
        return trace;
    }

    @Test
    void stepsAreThoseOfThePaperAndDecayLeavesOutBiases() {
        double[] gradients = {0.5, -1, 0.25, 2};
        double[] decayed = byHand(1, gradients, 0.1, 0.2, 4);
        double[] plain = byHand(1, gradients, 0.1, 0, 4);
        // the first step of Adam is the learning rate, whatever the gradient: 1 - 0.02 - 0.1
        assertEquals(0.88, decayed[0], 1e-7);
        assertEquals(0.9, plain[0], 1e-7);

        AdamOptimizer adam = adam(0.1f, 0.2f);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray weight = manager.ones(new Shape(2, 2));
            NDArray bias = manager.ones(new Shape(2));
            for (int t = 0; t < 4; t++) {
                // the gradients come three times too large, and are scaled back
                float gradient = 3 * (float) gradients[t];
                NDList all =
                        new NDList(
                                manager.ones(new Shape(2, 2)).mul(gradient),
                                manager.ones(new Shape(2)).mul(gradient));
                adam.step(
                        NAMES,
                        new NDList(weight, bias),
                        all,
                        1 / 3f,
                        name -> new ParameterGroups.Rule(1, name.equals("weight")),
                        manager);
                assertEquals(decayed[t], weight.getFloat(1, 0), 1e-5, "weight at step " + t);
                assertEquals(plain[t], bias.getFloat(1), 1e-5, "bias at step " + t);
            }
            assertEquals(4, adam.steps());
        }
    }

    @Test
    void oneParameterAtATimeAgreesWithDjl() {
        Optimizer theirs =
                Adam.builder()
                        .optLearningRateTracker(Tracker.fixed(0.05f))
                        .optBeta1(0.9f)
                        .optBeta2(0.99f)
                        .optEpsilon(1e-8f)
                        .build();
        AdamOptimizer ours = adam(0.05f, 0);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray a = manager.arange(6f).reshape(2, 3);
            NDArray b = a.duplicate();
            for (int t = 1; t <= 5; t++) {
                NDArray gradient = manager.arange(6f).sub(2.5f).mul(1f / t).reshape(2, 3);
                theirs.update("w", a, gradient.duplicate());
                ours.update("w", b, gradient.duplicate());
            }
            assertArrayEquals(a.toFloatArray(), b.toFloatArray(), 1e-5f);
        }
    }

    @Test
    void aRestoredStateGoesOnBitForBit() {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            AdamOptimizer first = adam(0.1f, 0.1f);
            NDArray weight = manager.arange(4f).reshape(2, 2);
            step(first, weight, 0.3f, manager);
            step(first, weight, -0.7f, manager);

            AdamOptimizer second = adam(0.1f, 0.1f);
            Map<String, NDArray> state = first.state();
            second.restore(state, first.steps(), manager);
            NDArray copy = weight.duplicate();
            step(first, weight, 0.2f, manager);
            step(second, copy, 0.2f, manager);

            assertArrayEquals(weight.toFloatArray(), copy.toFloatArray(), 0f);
            assertEquals(List.of("mean/w", "variance/w"), List.copyOf(state.keySet()));
        }
    }

    private static void step(AdamOptimizer adam, NDArray weight, float slope, NDManager manager) {
        NDArray gradient = manager.arange(4f).mul(slope).reshape(2, 2);
        adam.step(
                List.of("w"),
                new NDList(weight),
                new NDList(gradient),
                1,
                name -> new ParameterGroups.Rule(1, true),
                manager);
    }

    @Test
    void clippingByValueIsTwoSided() {
        AdamOptimizer adam =
                AdamOptimizer.builder()
                        .optLearningRate(LearningRate.constant(1, 0))
                        .optBeta1(0)
                        .optBeta2(0)
                        .optEpsilon(1)
                        .optClipGrad(0.5f)
                        .build();
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray weight = manager.zeros(new Shape(3));
            NDArray gradient = manager.create(new float[] {4, -4, 0.25f});
            adam.update("w", weight, gradient);

            // g / (|g| + 1) of the clipped gradient
            assertArrayEquals(new float[] {-1 / 3f, 1 / 3f, -0.2f}, weight.toFloatArray(), 1e-6f);
        }
    }
}
