package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LinearAttentionTest extends AttentionContractTest {

    @Override
    protected Attention mechanism() {
        return new LinearAttention(8, 2);
    }

    /** Longer than a chunk, with hidden keys: the sums give what the weights give. */
    @Test
    void chunksGiveWhatAllPairsGive() {
        Subject subject = subject();
        for (int length : new int[] {64, 65, 150}) {
            NDArray x = Numbers.random(manager, 4, new Shape(2, length, 8));
            NDArray visible = Numbers.random(manager, 5, new Shape(2, length)).gt(-0.5f);
            for (AttentionMask mask :
                    new AttentionMask[] {
                        AttentionMask.causal(),
                        AttentionMask.causal().and(AttentionMask.keys(visible)),
                        AttentionMask.keys(visible)
                    }) {
                AttentionMask dense =
                        AttentionMask.dense(
                                mask.and(AttentionMask.window(length, length))
                                        .arrays(manager, length, length)
                                        .visible()
                                        .broadcast(2, 1, length, length));
                AttentionInputs inputs = AttentionInputs.self(x);
                Numbers.assertClose(
                        "length " + length,
                        subject.attend(inputs.withMask(dense)).context().toFloatArray(),
                        subject.attend(inputs.withMask(mask)).context().toFloatArray(),
                        1e-5,
                        1e-5);
            }
        }
    }

    @Test
    void theCacheHoldsTheSumsAlone() {
        Subject subject = subject();
        NDArray x = Numbers.random(manager, 4, new Shape(1, 40, 8));
        try (NDManager own = manager.newSubManager();
                KeyValueCache cache = new GrowingCache(own)) {
            long held = 0;
            for (int place = 0; place < 40; place++) {
                subject.attend(
                        AttentionInputs.self(x.get(new NDIndex(":, {}:{}", place, place + 1)))
                                .withMask(AttentionMask.causal())
                                .withCache(cache));
                held = own.getManagedArrays().stream().mapToLong(NDArray::size).sum();
                assertTrue(held <= 2 * 4 * 5, "the cache holds " + held + " numbers");
            }
            assertEquals(40, cache.length());
            assertEquals(2 * 4 * 5, held);
        }
    }

    @Test
    void weightsOfStepsCanBeObservedFromTheFirstOn() {
        Subject subject = subject();
        NDArray x = Numbers.random(manager, 4, new Shape(2, 6, 8));
        AttentionInputs whole = AttentionInputs.self(x).withMask(AttentionMask.causal());
        NDArray all = subject.observe(whole).weights(); // (B, N, T, S)
        try (KeyValueCache cache = new GrowingCache(manager)) {
            for (int place = 0; place < 6; place++) {
                AttentionInputs step =
                        AttentionInputs.self(x.get(new NDIndex(":, {}:{}", place, place + 1)))
                                .withMask(AttentionMask.causal())
                                .withCache(cache);
                Numbers.assertClose(
                        "step " + place,
                        all.get(new NDIndex(":, :, {}, :{}", place, place + 1)).toFloatArray(),
                        subject.observe(step).weights().toFloatArray(),
                        1e-5,
                        1e-5);
            }
        }
        try (KeyValueCache cache = new GrowingCache(manager)) {
            AttentionInputs step =
                    AttentionInputs.self(x).withMask(AttentionMask.causal()).withCache(cache);
            subject.attend(step);
            assertThrows(IllegalStateException.class, () -> subject.observe(step));
        }
    }

    @Test
    void whatItCannotTakeIsRefused() {
        Subject subject = Subject.of(mechanism(), manager, 8, DataType.FLOAT32);
        AttentionInputs inputs =
                AttentionInputs.self(Numbers.random(manager, 4, new Shape(2, 6, 8)));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        subject.attend(
                                inputs.withMask(
                                        AttentionMask.bias(manager.zeros(new Shape(6, 6))))));
        try (KeyValueCache cache = new GrowingCache(TestEngine.manager())) {
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            subject.attend(
                                    inputs.withMask(AttentionMask.window(2, 0)).withCache(cache)));
        }
        assertThrows(IllegalArgumentException.class, () -> new LinearAttention(8, 3));
    }
}
