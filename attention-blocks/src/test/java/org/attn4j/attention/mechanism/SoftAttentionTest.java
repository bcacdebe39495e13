package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SoftAttentionTest {

    @Nested
    class Gated extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new SoftAttention(new AdditiveScore(6, true));
        }

        @Test
        void theContextIsWeighedByTheGate() {
            Subject subject = subject();
            SoftAttention soft = (SoftAttention) subject.block();
            NDArray x = Numbers.random(manager, 1, new Shape(B, T, modelSize()));
            AttentionInputs inputs = AttentionInputs.self(x);
            NDArray gate = soft.gate(subject.store(), x, false);
            assertEquals(new Shape(B, T, 1), gate.getShape());
            NDArray context = soft.context(subject.store(), inputs, false).context();
            Numbers.assertClose(
                    "gated",
                    context.mul(gate).toFloatArray(),
                    subject.attend(inputs).context().toFloatArray(),
                    1e-6,
                    0);
        }
    }

    @Nested
    class Ungated extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new SoftAttention(new DotScore(), false, Softmax.INSTANCE, 0);
        }
    }

    @Test
    void thePenaltyAsksForOneLookAtEachPlace() {
        try (NDManager manager = TestEngine.manager()) {
            // Two steps over three places; the second step is no real one in row 1.
            float[] alpha = {0.5f, 0.5f, 0, 0.25f, 0.25f, 0.5f, 1, 0, 0, 0, 1, 0};
            NDArray weights = manager.create(alpha, new Shape(2, 1, 2, 3));
            float[] all = SoftAttention.penalty(weights, null, null, 1).toFloatArray();
            // (1 − 0.75)² + (1 − 0.75)² + (1 − 0.5)²; 0 + 0 + 1
            Numbers.assertClose("all", new float[] {0.375f, 1}, all, 1e-6, 0);
            NDArray visible =
                    manager.create(
                            new boolean[] {true, true, false, true, true, false}, new Shape(2, 3));
            NDArray steps =
                    manager.create(new boolean[] {true, true, true, false}, new Shape(2, 2));
            float[] some = SoftAttention.penalty(weights, visible, steps, 2).toFloatArray();
            // 2 · (0.0625 + 0.0625); 2 · (0 + 1)
            Numbers.assertClose("some", new float[] {0.25f, 2}, some, 1e-6, 0);
        }
    }

    @Test
    void thereIsNoGateWithoutOne() {
        SoftAttention plain = new SoftAttention(new DotScore(), false, Softmax.INSTANCE, 0);
        assertThrows(IllegalStateException.class, () -> plain.gate(null, null, false));
        assertThrows(NullPointerException.class, () -> new SoftAttention(null));
    }
}
