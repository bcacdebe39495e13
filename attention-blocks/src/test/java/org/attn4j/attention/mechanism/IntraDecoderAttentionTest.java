package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class IntraDecoderAttentionTest {

    @Nested
    class Contract extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new IntraDecoderAttention(modelSize());
        }

        /** A decoder looks at itself. */
        @Override
        protected boolean attendsAcross() {
            return false;
        }

        /** The first step has nothing before it. */
        @Override
        protected boolean weightsSumToOne() {
            return false;
        }
    }

    @Test
    void aStepSeesThoseBeforeItAlone() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject =
                    Subject.of(new IntraDecoderAttention(4), manager, 4, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 4, 4));
            Subject.Seen output = subject.observe(AttentionInputs.self(x));
            assertEquals(0, output.context().get(new NDIndex(":, 0")).abs().max().getFloat());
            float[] weights = output.weights().toFloatArray();
            for (int i = 0; i < weights.length; i++) {
                int query = i / 4 % 4;
                int key = i % 4;
                assertEquals(key < query, weights[i] > 0, "query " + query + ", key " + key);
            }
            Numbers.assertClose(
                    "the second step has one choice",
                    x.get(new NDIndex(":, 0")).toFloatArray(),
                    output.context().get(new NDIndex(":, 1")).toFloatArray(),
                    1e-6,
                    0);
            float[] sums = output.weights().sum(new int[] {3}).toFloatArray();
            for (int i = 0; i < sums.length; i++) {
                assertEquals(i % 4 == 0 ? 0 : 1, sums[i], 1e-6);
            }
        }
    }
}
