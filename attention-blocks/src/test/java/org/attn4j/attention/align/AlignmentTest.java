package org.attn4j.attention.align;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.function.Function;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.DotProductAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AlignmentTest {

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder().setModelSize(8).setHeads(4);
    }

    @Nested
    class InHeadsSparsemax extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optAlignment(Sparsemax.INSTANCE).build();
        }
    }

    @Nested
    class InHeadsEntmax15 extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optAlignment(Entmax15.INSTANCE).build();
        }
    }

    @Nested
    class InHeadsLearnedAlpha extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKeyValueHeads(2).optAlignment(AlphaEntmax.learned(4)).build();
        }
    }

    @Nested
    class PlainFixedAlpha extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return DotProductAttention.builder()
                    .optHeads(2)
                    .optAlignment(AlphaEntmax.fixed(1.25))
                    .build();
        }
    }

    /** Hand-worked: 1 + 2·0.9 > 1.9 but 1 + 3·0.1 < 2.0, so τ = 0.45. */
    @Test
    void sparsemaxOfThreeScores() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores = manager.create(new float[] {1, 0.9f, 0.1f}, new Shape(1, 1, 1, 3));
            SparseWeights solution = Sparsemax.INSTANCE.solve(scores, MaskArrays.NONE);
            Numbers.assertClose(
                    "weights",
                    new float[] {0.55f, 0.45f, 0},
                    solution.weights().toFloatArray(),
                    1e-6,
                    0);
            assertEquals(0.45f, solution.threshold().getFloat(), 1e-6f);
        }
    }

    /** Two scores that differ by d: the weights are (a ± d/4)² with 2a² + d²/8 = 1. */
    @Test
    void entmaxOfTwoScores() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores = manager.create(new float[] {3.8f, 3}, new Shape(1, 1, 1, 2));
            double a = Math.sqrt((1 - 0.8 * 0.8 / 8) / 2);
            float[] expected = {(float) Math.pow(a + 0.2, 2), (float) Math.pow(a - 0.2, 2)};
            float[] weights =
                    Entmax15.INSTANCE.solve(scores, MaskArrays.NONE).weights().toFloatArray();
            Numbers.assertClose("weights", expected, weights, 1e-6, 0);
        }
    }

    @Test
    void alphaEntmaxIsTheOthersAtTheirAlpha() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores = Numbers.random(manager, 5, new Shape(2, 2, 3, 40)).mul(2);
            ParameterStore none = new ParameterStore(manager, false);
            same(
                    scores,
                    s -> Sparsemax.INSTANCE.weights(none, s, MaskArrays.NONE, true),
                    2,
                    1e-6,
                    1e-5);
            same(
                    scores,
                    s -> Entmax15.INSTANCE.weights(none, s, MaskArrays.NONE, true),
                    1.5,
                    1e-6,
                    1e-5);
            same(scores, s -> s.softmax(-1), 1.01, 3e-2, 1e-1);
        }
    }

    private static void same(
            NDArray scores,
            Function<NDArray, NDArray> other,
            double alpha,
            double values,
            double gradients) {
        NDArray cotangent = Numbers.random(scores.getManager(), 6, scores.getShape());
        float[][] results = new float[4][];
        scores.setRequiresGradient(true);
        scores.getGradient().muli(0);
        TestEngine.backward(
                () -> {
                    NDArray weights = other.apply(scores);
                    results[0] = weights.toFloatArray();
                    return weights.mul(cotangent).sum();
                });
        results[1] = scores.getGradient().toFloatArray();
        scores.getGradient().muli(0);
        TestEngine.backward(
                () -> {
                    NDArray weights =
                            AlphaEntmax.fixed(alpha).weights(null, scores, MaskArrays.NONE, true);
                    results[2] = weights.toFloatArray();
                    return weights.mul(cotangent).sum();
                });
        results[3] = scores.getGradient().toFloatArray();
        Numbers.assertClose("weights at " + alpha, results[0], results[2], values, values);
        Numbers.assertClose("gradients at " + alpha, results[1], results[3], gradients, gradients);
    }

    /** Scores of any size, clustered, tied or far apart: what must hold of a distribution. */
    @Test
    void hardScoresStillGiveDistributions() {
        try (NDManager manager = TestEngine.manager()) {
            float[] rows = new float[6 * 64];
            for (int i = 0; i < 64; i++) {
                rows[i] = 1e4f * i;
                rows[64 + i] = 7; // tied
                rows[128 + i] = i == 3 ? 0 : -1e-3f * i; // clustered
                rows[192 + i] = (float) -Math.pow(0.5, i); // ever closer
                rows[256 + i] = i % 2 == 0 ? -1e8f : 1e8f;
                rows[320 + i] = -0.25f * i;
            }
            NDArray scores = manager.create(rows, new Shape(1, 1, 6, 64));
            for (double alpha : new double[] {1.01, 1.1, 1.5, 1.9, 2}) {
                check(
                        alpha + "",
                        AlphaEntmax.fixed(alpha).weights(null, scores, MaskArrays.NONE, false));
            }
            check("sparsemax", Sparsemax.INSTANCE.weights(null, scores, MaskArrays.NONE, false));
            check("entmax", Entmax15.INSTANCE.weights(null, scores, MaskArrays.NONE, false));
        }
    }

    private static void check(String what, NDArray weights) {
        for (float sum : weights.sum(new int[] {3}).toFloatArray()) {
            assertEquals(1, sum, 1e-4, what);
        }
        float[] values = weights.toFloatArray();
        for (int i = 0; i < 64; i++) {
            assertTrue(values[i] >= 0, what);
            assertEquals(1f / 64, values[64 + i], 1e-5, what + ": tied scores share");
            assertEquals(i % 2 / 32f, values[256 + i], 1e-5, what);
        }
        assertEquals(1, values[63], 1e-6, what + ": the largest by far has all");
    }

    @Test
    void aBiasInTheMaskMovesTheWeights() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores = Numbers.random(manager, 1, new Shape(1, 2, 3, 4));
            NDArray bias = Numbers.random(manager, 2, new Shape(1, 2, 3, 4));
            MaskArrays numbers = AttentionMask.bias(bias).arrays(manager, 3, 4);
            for (Alignment alignment :
                    new Alignment[] {
                        Softmax.INSTANCE,
                        Sparsemax.INSTANCE,
                        Entmax15.INSTANCE,
                        AlphaEntmax.fixed(1.3)
                    }) {
                Numbers.assertClose(
                        alignment.getClass().getSimpleName(),
                        alignment
                                .weights(null, scores.add(bias), MaskArrays.NONE, false)
                                .toFloatArray(),
                        alignment.weights(null, scores, numbers, false).toFloatArray(),
                        1e-6,
                        0);
            }
        }
    }

    /** That DJL's handles of arrays do not pile up while a step runs. */
    @Test
    void theSearchLeavesLittleBehind() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray scores = Numbers.random(manager, 1, new Shape(1, 2, 3, 4));
            int before = manager.getManagedArrays().size();
            AlphaEntmax.fixed(1.3).weights(null, scores, MaskArrays.NONE, false);
            assertTrue(manager.getManagedArrays().size() - before < 50);
        }
    }

    @Test
    void alphaOutOfRangeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> AlphaEntmax.fixed(1));
        assertThrows(IllegalArgumentException.class, () -> AlphaEntmax.fixed(2.1));
        assertThrows(IllegalArgumentException.class, () -> AlphaEntmax.learned(0));
    }

    @Test
    void learnedAlphaStartsInTheMiddle() {
        try (NDManager manager = TestEngine.manager()) {
            AlphaEntmax alignment = AlphaEntmax.learned(2);
            alignment.initialize(manager, DataType.FLOAT32, new Shape(1, 2, 1, 1));
            NDArray alpha =
                    alignment.alpha(
                            new ParameterStore(manager, false), manager.ones(new Shape(1)), false);
            Numbers.assertClose("alpha", new float[] {1.5f, 1.5f}, alpha.toFloatArray(), 1e-6, 0);
        }
    }
}
