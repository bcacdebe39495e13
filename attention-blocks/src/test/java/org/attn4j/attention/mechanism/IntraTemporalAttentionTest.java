package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class IntraTemporalAttentionTest {

    @Nested
    class Contract extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new IntraTemporalAttention(modelSize());
        }
    }

    /** The definition as printed, with plain exponentials and loops. */
    private static double[][] byHand(float[][] scores) {
        double[][] weights = new double[scores.length][scores[0].length];
        for (int t = 0; t < scores.length; t++) {
            double sum = 0;
            for (int i = 0; i < scores[t].length; i++) {
                double before = t == 0 ? 1 : 0;
                for (int j = 0; j < t; j++) {
                    before += Math.exp(scores[j][i]);
                }
                weights[t][i] = Math.exp(scores[t][i]) / before;
                sum += weights[t][i];
            }
            for (int i = 0; i < scores[t].length; i++) {
                weights[t][i] /= sum;
            }
        }
        return weights;
    }

    @Test
    void logScoresAreThoseOfTheEquations() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores = Numbers.random(manager, 4, new Shape(1, 11, 6)).mul(3);
            NDArray weights = IntraTemporalAttention.logScores(scores).softmax(-1).squeeze(0);
            float[][] rows = new float[11][];
            for (int t = 0; t < rows.length; t++) {
                rows[t] = scores.get(0, t).toFloatArray();
            }
            double[][] expected = byHand(rows);
            for (int t = 0; t < rows.length; t++) {
                float[] actual = weights.get(t).toFloatArray();
                for (int i = 0; i < actual.length; i++) {
                    assertEquals(expected[t][i], actual[i], 1e-5, "step " + t + ", key " + i);
                }
            }
        }
    }

    @Test
    void hugeScoresNeitherOverflowNorVanish() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores =
                    manager.create(
                            new float[] {500, -500, 400, -400, 450, -450}, new Shape(1, 3, 2));
            // log e'_2 = (400 - 500, -400 + 500), log e'_3 = (450 - 500, -450 + 400)
            Numbers.assertClose(
                    "log scores",
                    new float[] {500, -500, -100, 100, -50, -50},
                    IntraTemporalAttention.logScores(scores).toFloatArray(),
                    1e-3,
                    0);
        }
    }

    @Test
    void whatWasLookedAtCountsForLess() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject =
                    Subject.of(new IntraTemporalAttention(4), manager, 4, DataType.FLOAT32);
            NDArray step = Numbers.random(manager, 5, new Shape(1, 1, 4)).mul(2);
            NDArray query = step.concat(step, 1).concat(step, 1);
            NDArray memory = Numbers.random(manager, 6, new Shape(1, 5, 4));
            NDArray weights = subject.observe(AttentionInputs.cross(query, memory)).weights();
            int best = (int) weights.get(0, 0, 0).argMax().getLong();
            float first = weights.getFloat(0, 0, 0, best);
            float second = weights.getFloat(0, 0, 1, best);
            assertTrue(first > second, first + " must be more than " + second);
            // The same scores again, divided by themselves: everything is equally new.
            assertEquals(0.2f, second, 1e-5f);
        }
    }

    @Test
    void gradientsReachEarlierStepsThroughACache() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject =
                    Subject.of(new IntraTemporalAttention(4), manager, 4, DataType.FLOAT32);
            NDArray first = Numbers.random(manager, 5, new Shape(1, 1, 4));
            NDArray second = Numbers.random(manager, 7, new Shape(1, 1, 4));
            NDArray memory = Numbers.random(manager, 6, new Shape(1, 5, 4));
            first.setRequiresGradient(true);
            TestEngine.backward(
                    () ->
                            subject.train(AttentionInputs.cross(first.concat(second, 1), memory))
                                    .context()
                                    .get(":, 1")
                                    .square()
                                    .sum());
            float[] expected = first.getGradient().toFloatArray().clone();
            try (MemoryCache cache = new MemoryCache(manager)) {
                TestEngine.backward(
                        () -> {
                            subject.train(AttentionInputs.cross(first, memory).withCache(cache));
                            return subject.train(
                                            AttentionInputs.cross(second, memory).withCache(cache))
                                    .context()
                                    .square()
                                    .sum();
                        });
            }
            Numbers.assertClose(
                    "gradient", expected, first.getGradient().toFloatArray(), 1e-6, 1e-5);
        }
    }
}
