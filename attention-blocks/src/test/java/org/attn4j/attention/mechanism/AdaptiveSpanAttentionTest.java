package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.AdaptiveSpan;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AdaptiveSpanAttentionTest {

    private static AdaptiveSpanAttention.Builder builder() {
        return AdaptiveSpanAttention.builder().setModelSize(8).setHeads(4).setMaxSpan(20);
    }

    /** Distances have a meaning within a sequence only. */
    abstract static class SelfAttention extends AttentionContractTest {
        @Override
        protected boolean attendsAcross() {
            return false;
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    @Nested
    class Narrow extends SelfAttention {
        @Override
        protected Attention mechanism() {
            return builder().optRamp(2.5).build();
        }
    }

    @Nested
    class Symmetric extends SelfAttention {
        @Override
        protected Attention mechanism() {
            return builder().optRamp(3.5).optSymmetric(true).optBias(false).build();
        }
    }

    @Nested
    class Rotary extends SelfAttention {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optRamp(2.5)
                    .optRotary(RotaryEmbedding.builder().setSize(2).build())
                    .build();
        }
    }

    @Nested
    class AsAPartOfMultiHeadAttention extends SelfAttention {
        @Override
        protected Attention mechanism() {
            return MultiHeadAttention.builder()
                    .setModelSize(8)
                    .setHeads(4)
                    .optKeyValueHeads(2)
                    .optAlignment(new AdaptiveSpan(4, 20, 1, 2.5, 0, false))
                    .build();
        }
    }

    private static AdaptiveSpanAttention spanning(NDManager manager, float... spans) {
        AdaptiveSpanAttention block = builder().optRamp(2).optPenalty(0.1).build();
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 8));
        setSpans(block, manager, spans);
        return block;
    }

    private static void setSpans(AdaptiveSpanAttention block, NDManager manager, float... spans) {
        manager.create(spans)
                .div(20)
                .copyTo(block.span().getDirectParameters().get("span").getArray());
    }

    @Test
    void weightsEndWhereTheSpanEnds() {
        try (NDManager manager = TestEngine.manager()) {
            AdaptiveSpanAttention block = spanning(manager, 0, 1.5f, 4, 20);
            NDArray x = Numbers.random(manager, 1, new Shape(1, 9, 8));
            Subject subject = new Subject(block, new ParameterStore(manager, false), manager);
            NDArray weights = subject.observe(AttentionInputs.self(x)).weights(); // (1, 4, 9, 9)
            int[] seen = {2, 4, 6, 9}; // distances x with (2 + z − x) / 2 > 0
            for (int head = 0; head < 4; head++) {
                float[] last = weights.get(0).get(head).get(8).toFloatArray();
                for (int key = 0; key < 9; key++) {
                    assertEquals(8 - key < seen[head], last[key] > 0, head + ", " + key);
                }
            }
        }
    }

    /** What a step with a cache does not look at may be anything, even no number. */
    @Test
    void aStepReadsOnlyWhatTheSpansReach() {
        try (NDManager manager = TestEngine.manager()) {
            AdaptiveSpanAttention block = spanning(manager, 0, 1.5f, 2, 0.5f);
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 9, 8));
            AttentionMask mask =
                    AttentionMask.keys(
                            manager.create(
                                    new boolean[] {
                                        true, true, true, true, true, true, false, true, true, true,
                                        true, true, true, true, true, true, true, true
                                    },
                                    new Shape(2, 9)));
            Subject subject = new Subject(block, store, manager);
            Subject.Seen all = subject.observe(AttentionInputs.self(x).withMask(mask));
            float[] context = all.context().get(":, 8:").toFloatArray();
            float[] weights = all.weights().get(":, :, 8:").toFloatArray();
            NDArray old = x.get(":, :8").duplicate();
            old.set(new NDIndex(":, :5"), Float.NaN); // reach is 4
            try (KeyValueCache cache = new GrowingCache(manager)) {
                block.attend(store, AttentionInputs.self(old).withCache(cache), false);
                int before = manager.getManagedArrays().size();
                try (NDManager step = manager.newSubManager()) {
                    NDArray query = x.get(step, new NDIndex(":, 8:"));
                    Subject.Seen output =
                            subject.observe(
                                    AttentionInputs.self(query).withMask(mask).withCache(cache));
                    Numbers.assertClose(
                            "context", context, output.context().toFloatArray(), 1e-5, 1e-5);
                    Numbers.assertClose(
                            "weights", weights, output.weights().toFloatArray(), 1e-6, 1e-6);
                }
                assertEquals(before, manager.getManagedArrays().size(), "left by a step");
            }
        }
    }

    @Test
    void spansAreKeptInTheirRangeAndCostTheirMean() {
        try (NDManager manager = TestEngine.manager()) {
            AdaptiveSpanAttention block = spanning(manager, -3, 1.5f, 4, 25);
            ParameterStore store = new ParameterStore(manager, false);
            float[] expected = {0, 1.5f, 4, 20};
            assertEquals(0.1 * 25.5 / 4, block.spanLoss(store, manager, false).getFloat(), 1e-6);
            block.span().constrain(store, manager);
            NDArray array = block.span().getDirectParameters().get("span").getArray();
            float[] spans = block.span().spans(store, manager, false).toFloatArray();
            Numbers.assertClose("spans", expected, spans, 1e-6, 0);
            assertEquals(0, array.min().getFloat());
            assertEquals(1, array.max().getFloat());
            assertTrue(array.hasGradient() || !TestEngine.isPyTorch(), "still trained");
        }
    }

    /** In the range and at its ends a span still has a gradient, by which it comes back. */
    @Test
    void thePenaltyHasAGradientAtTheEndsOfTheRange() {
        try (NDManager manager = TestEngine.manager()) {
            AdaptiveSpanAttention block = spanning(manager, 0, 1.5f, 4, 20);
            NDArray array = block.span().getDirectParameters().get("span").getArray();
            array.setRequiresGradient(true);
            ParameterStore store = new ParameterStore(manager, false);
            TestEngine.backward(() -> block.spanLoss(store, manager, true));
            float[] each = {0.5f, 0.5f, 0.5f, 0.5f}; // λ / N · 20
            Numbers.assertClose("slopes", each, array.getGradient().toFloatArray(), 1e-6, 0);
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder().optRamp(0).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optInitialSpan(21).build());
        assertThrows(IllegalArgumentException.class, () -> builder().setMaxSpan(0).build());
        assertThrows(IllegalArgumentException.class, () -> builder().setHeads(3).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optPenalty(-1).build());
    }

    @Test
    void aSubjectOfManyPlacesTrainsItsSpans() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject =
                    Subject.of(builder().optRamp(2).build(), manager, 8, DataType.FLOAT64);
            NDArray x =
                    Numbers.random(manager, 1, new Shape(2, 6, 8)).toType(DataType.FLOAT64, false);
            setDouble(subject);
            subject.checkSlopes(
                    x, () -> subject.train(AttentionInputs.self(x)).context().square().sum());
        }
    }

    private static void setDouble(Subject subject) {
        AdaptiveSpanAttention block = (AdaptiveSpanAttention) subject.block();
        NDArray span = block.span().getDirectParameters().get("span").getArray();
        subject.manager().create(new double[] {0.3, 1.6, 2.2, 7}).div(20).copyTo(span);
    }
}
