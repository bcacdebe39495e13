package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.CoverageAttention.Covered;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class CoverageAttentionTest {

    @Nested
    class Contract extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new CoverageAttention(6);
        }

        @Test
        void theCoverageIsTheSumOfTheWeightsBefore() {
            Subject subject = subject();
            CoverageAttention block = (CoverageAttention) subject.block();
            NDArray x = Numbers.random(manager, 1, new Shape(B, T, modelSize()));
            AttentionInputs inputs = AttentionInputs.self(x);
            Covered covered = block.cover(subject.store(), inputs, false);
            NDArray sums = covered.weights().cumSum(1).sub(covered.weights());
            Numbers.assertClose(
                    "coverage", sums.toFloatArray(), covered.coverage().toFloatArray(), 1e-6, 0);
            float moved =
                    covered.weights()
                            .sub(new AdditiveOf(block, subject).weights(inputs))
                            .abs()
                            .max()
                            .getFloat();
            assertTrue(moved > 1e-3, "the coverage must move the weights");
        }

        @Test
        void gradientsOfTheCoverageLossAreItsSlopes() {
            Subject subject = subject(DataType.FLOAT64);
            CoverageAttention block = (CoverageAttention) subject.block();
            NDArray x =
                    Numbers.random(manager, 1, new Shape(B, T, modelSize()))
                            .toType(DataType.FLOAT64, false);
            // Each key is hidden from everyone or no one: at a tie of two zeros there is no slope.
            boolean[] visible = new boolean[B * T];
            boolean[] real = new boolean[B * T];
            for (int i = 0; i < visible.length; i++) {
                visible[i] = i % T != 3 || i / T != 1;
                real[i] = i % T < T - i / T;
            }
            AttentionMask mask = AttentionMask.keys(manager.create(visible, new Shape(B, T)));
            NDArray steps = manager.create(real, new Shape(B, T));
            subject.checkSlopes(
                    x,
                    () -> {
                        AttentionInputs inputs = AttentionInputs.self(x).withMask(mask);
                        Covered covered = block.cover(subject.store(), inputs, true);
                        return CoverageAttention.loss(covered, steps)
                                .sum()
                                .add(covered.context().mean());
                    });
        }

        @Test
        void gradientsReachASingleQuery() {
            Subject subject = subject(DataType.FLOAT64);
            CoverageAttention block = (CoverageAttention) subject.block();
            NDArray x =
                    Numbers.random(manager, 1, new Shape(B, T, modelSize()))
                            .toType(DataType.FLOAT64, false);
            subject.checkSlopes(
                    x,
                    () -> {
                        AttentionInputs inputs = AttentionInputs.cross(x.get(":, 1:2"), x);
                        NDArray context = block.cover(subject.store(), inputs, true).context();
                        return context.mul(context).sum();
                    });
        }
    }

    /** The same block with a coverage that counts for nothing. */
    private record AdditiveOf(CoverageAttention block, Subject subject) {
        NDArray weights(AttentionInputs inputs) {
            block.getDirectParameters().get("coverage_weight").getArray().muli(0);
            return block.cover(subject.store(), inputs, false).weights();
        }
    }

    @Test
    void theLossCountsWhatIsLookedAtAgain() {
        try (NDManager manager = TestEngine.manager()) {
            float[] alpha = {0.5f, 0.5f, 0, 0.25f, 0.25f, 0.5f, 1, 0, 0};
            float[] sums = {0, 0, 0, 0.5f, 0.5f, 0, 0.75f, 0.75f, 0.5f};
            NDArray weights = manager.create(alpha, new Shape(1, 3, 3));
            NDArray coverage = manager.create(sums, new Shape(1, 3, 3));
            Covered covered = new Covered(weights, weights, coverage, weights);
            Numbers.assertClose(
                    "steps",
                    new float[] {0, 0.5f, 0.75f},
                    CoverageAttention.stepLoss(covered).toFloatArray(),
                    1e-6,
                    0);
            assertEquals(1.25f / 3, CoverageAttention.loss(covered, null).toFloatArray()[0], 1e-6);
            NDArray steps = manager.create(new boolean[] {true, true, false}, new Shape(1, 3));
            assertEquals(0.25f, CoverageAttention.loss(covered, steps).toFloatArray()[0], 1e-6);
            NDArray none = manager.zeros(new Shape(1, 3));
            assertEquals(0, CoverageAttention.loss(covered, none).toFloatArray()[0]);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new CoverageAttention(0));
    }
}
