package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The expected numbers are those that transformers 5.18 computes for the same settings. */
@Tag("engine")
class RotaryScalingTest {

    private static final double[] YARN = {
        1,
        0.316227764,
        0.100000001,
        0.025693506,
        0.00624999963,
        0.00138349656,
        0.00025,
        7.90569466e-05
    };
    private static final double[] YARN_UNTRUNCATED = {
        1,
        0.258600146,
        0.0668740347,
        0.0172936339,
        0.00387692917,
        0.000344411412,
        3.73837211e-05,
        9.66743482e-06
    };

    private static void assertFrequencies(
            RotaryScaling scaling, int size, double base, long length, double... expected) {
        float[] frequencies = scaling.frequencies(size, base, length);
        assertEquals(expected.length, frequencies.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], frequencies[i], 4e-7 * expected[i], "pair " + i);
        }
    }

    @Test
    void linearDividesAll() {
        assertFrequencies(
                new RotaryScaling.Linear(2.5),
                8,
                10000,
                1,
                0.4,
                0.04,
                0.00399999972,
                0.000400000019);
    }

    @Test
    void dynamicStretchesTheBaseOfLongCalls() {
        RotaryScaling scaling = new RotaryScaling.Dynamic(2, 64);
        assertFrequencies(scaling, 8, 10000, 64, 1, 0.100000001, 0.00999999978, 0.00100000005);
        assertFrequencies(scaling, 8, 10000, 100, 1, 0.0777822211, 0.00605007401, 0.000470588246);
    }

    @Test
    void yarnKeepsFastPairsAndDividesSlowOnes() {
        double factor = RotaryScaling.Yarn.attentionFactor(4, 1);
        assertEquals(1.138629436111989, factor, 1e-12);
        assertFrequencies(new RotaryScaling.Yarn(4, 4096, 32, 1, true, factor), 16, 10000, 1, YARN);
        assertFrequencies(
                new RotaryScaling.Yarn(8, 4096, 4, 0.5, false, 1), 16, 50000, 1, YARN_UNTRUNCATED);
    }

    @Test
    void longRopeHasDivisorsForShortAndLongCalls() {
        RotaryScaling scaling =
                new RotaryScaling.LongRope(
                        new float[] {1, 1.1f, 1.3f, 1.7f},
                        new float[] {1, 2, 3, 4},
                        9,
                        RotaryScaling.LongRope.attentionFactor(4, 9));
        assertEquals(1.2770786011720099, scaling.factor(), 1e-12);
        assertFrequencies(scaling, 8, 10000, 9, 1, 0.0909090936, 0.0076923077, 0.000588235271);
        assertFrequencies(scaling, 8, 10000, 10, 1, 0.0500000007, 0.00333333341, 0.000250000012);
        assertThrows(IllegalArgumentException.class, () -> scaling.frequencies(10, 10000, 1));
    }

    @Test
    void llama3MixesBetweenShortAndLongWaves() {
        assertFrequencies(
                new RotaryScaling.Llama3(8, 1, 4, 100),
                8,
                10000,
                1,
                1,
                0.0297535248,
                0.00124999997,
                0.000125000006);
    }

    @Test
    void proportionalLeavesSlowPairsAsTheyAre() {
        assertFrequencies(
                new RotaryScaling.Proportional(0.5, 2), 8, 10000, 1, 0.5, 0.0500000007, 0, 0);
    }

    @Test
    void headsAreTurnedByTheFrequenciesOfTheirCall() {
        RotaryScaling scaling = new RotaryScaling.Dynamic(2, 4);
        RotaryEmbedding dynamic = RotaryEmbedding.builder().setSize(4).optScaling(scaling).build();
        RotaryEmbedding plain = RotaryEmbedding.builder().setSize(4).build();
        try (NDManager manager = TestEngine.manager()) {
            NDArray heads = manager.arange(1f, 17, 1).reshape(1, 1, 4, 4);
            Numbers.assertClose(
                    "short",
                    plain.apply(heads, 0).toFloatArray(),
                    dynamic.apply(heads, 0).toFloatArray(),
                    0,
                    0);
            double base = 10000 * Math.pow(2.0 * 7 / 4 - 1, 2);
            RotaryEmbedding stretched = RotaryEmbedding.builder().setSize(4).optBase(base).build();
            Numbers.assertClose(
                    "long",
                    stretched.apply(heads, 3).toFloatArray(),
                    dynamic.apply(heads, manager.create(new long[] {3, 4, 5, 6})).toFloatArray(),
                    1e-5,
                    1e-6);
        }
    }

    @Test
    void sinesAndCosinesGrowByTheFactor() {
        RotaryScaling scaling =
                new RotaryScaling.LongRope(new float[] {1, 1}, new float[] {1, 1}, 9, 1.5);
        RotaryEmbedding grown = RotaryEmbedding.builder().setSize(4).optScaling(scaling).build();
        RotaryEmbedding plain = RotaryEmbedding.builder().setSize(4).build();
        try (NDManager manager = TestEngine.manager()) {
            NDArray heads = manager.arange(1f, 9, 1).reshape(1, 1, 2, 4);
            assertArrayEquals(
                    plain.apply(heads, 2).mul(1.5f).toFloatArray(),
                    grown.apply(heads, 2).toFloatArray(),
                    1e-5f);
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Linear(0));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Dynamic(2, 0));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Llama3(8, 4, 1, 100));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Proportional(1.5, 1));
    }
}
