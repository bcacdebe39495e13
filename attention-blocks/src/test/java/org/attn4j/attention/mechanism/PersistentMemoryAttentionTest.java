package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class PersistentMemoryAttentionTest {

    private static final int M = 3;

    private static PersistentMemoryAttention.Builder builder() {
        return PersistentMemoryAttention.builder().setModelSize(8).setHeads(2).setPersistent(M);
    }

    /** The contract, where the last M columns of the weights are the persistent entries. */
    abstract static class Augmented extends AttentionContractTest {

        /** Hidden places have no weight; the persistent entries are never hidden. */
        @Override
        @Test
        protected void hiddenKeysHaveNoWeightAndNoInfluence() {
            Subject subject = subject();
            NDArray x = Numbers.random(manager, 1, new Shape(B, T, 8));
            NDArray memory = Numbers.random(manager, 2, new Shape(B, S, 8));
            boolean[] visible = new boolean[B * S];
            for (int i = 0; i < visible.length; i++) {
                visible[i] = i % 3 != 0;
            }
            AttentionMask mask = AttentionMask.keys(manager.create(visible, new Shape(B, S)));
            AttentionInputs inputs = AttentionInputs.cross(x, memory).withMask(mask);
            NDArray weights = subject.observe(inputs).weights(); // (B, N, T, S + M)
            assertEquals(new Shape(B, 2, T, S + M), weights.getShape());
            NDArray hidden =
                    manager.create(visible, new Shape(B, 1, 1, S))
                            .logicalNot()
                            .toType(DataType.FLOAT32, false);
            NDArray places = weights.get(new NDIndex("..., :{}", S));
            assertEquals(0, places.mul(hidden).abs().max().getFloat(), "weight of a hidden place");
            assertTrue(weights.get(new NDIndex("..., {}:", S)).min().getFloat() > 0);
            NDArray changed = memory.add(hidden.reshape(B, S, 1).mul(3));
            Numbers.assertClose(
                    "context",
                    subject.attend(inputs).context().toFloatArray(),
                    subject.attend(AttentionInputs.cross(x, changed).withMask(mask))
                            .context()
                            .toFloatArray(),
                    1e-6,
                    1e-6);
        }

        /** A query that sees no place reads the persistent memory, and nothing of the others. */
        @Override
        @Test
        protected void aQueryThatSeesNothingGivesZerosAndPassesNoGradient() {
            Subject subject = subject();
            NDArray x = Numbers.random(manager, 1, new Shape(B, T, 8));
            NDArray memory = Numbers.random(manager, 2, new Shape(B, S, 8));
            AttentionMask blind = AttentionMask.dense(manager.zeros(new Shape(T, S)));
            AttentionInputs inputs = AttentionInputs.cross(x, memory).withMask(blind);
            NDArray weights = subject.observe(inputs).weights();
            assertEquals(0, weights.get(new NDIndex("..., :{}", S)).abs().max().getFloat());
            for (float sum : weights.sum(new int[] {3}).toFloatArray()) {
                assertEquals(1, sum, 1e-5);
            }
            memory.setRequiresGradient(true);
            x.setRequiresGradient(true);
            TestEngine.backward(() -> subject.train(inputs).context().square().sum());
            assertEquals(0, memory.getGradient().abs().max().getFloat());
            assertTrue(x.getGradient().abs().max().getFloat() > 1e-4, "the memory is addressed");
        }

        /** As above, for a whole row of the batch. */
        @Override
        @Test
        protected void allKeysHiddenFromAWholeRowOfTheBatch() {
            boolean[] visible = new boolean[B * T];
            for (int i = 0; i < visible.length; i++) {
                visible[i] = i / T != 1;
            }
            AttentionMask mask = AttentionMask.keys(manager.create(visible, new Shape(B, T)));
            NDArray x = Numbers.random(manager, 1, new Shape(B, T, 8));
            NDArray weights =
                    subject().observe(AttentionInputs.self(x).withMask(mask)).weights().get(1);
            assertEquals(0, weights.get(new NDIndex("..., :{}", T)).abs().max().getFloat());
            assertEquals(
                    1,
                    weights.get(new NDIndex("..., {}:", T)).sum(new int[] {2}).min().getFloat(),
                    1e-5);
        }
    }

    @Nested
    class Fastest extends Augmented {
        @Override
        protected Attention mechanism() {
            return builder().build();
        }
    }

    @Nested
    class ReferenceWithBias extends Augmented {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optBias(true)
                    .optHeadSize(3)
                    .optKernel(TestKernel.REFERENCE.get())
                    .build();
        }
    }

    @Nested
    class Rotary extends Augmented {
        @Override
        protected Attention mechanism() {
            return builder().optRotary(RotaryEmbedding.builder().setSize(4).build()).build();
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder().setPersistent(0).build());
        assertThrows(IllegalArgumentException.class, () -> builder().setHeads(3).build());
    }
}
