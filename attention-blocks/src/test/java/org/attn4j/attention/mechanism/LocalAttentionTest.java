package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LocalAttentionTest {

    @Nested
    class Monotonic extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return LocalAttention.monotonic(new GeneralScore(8), 1, 0);
        }
    }

    @Nested
    class MonotonicAdditive extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return LocalAttention.monotonic(new AdditiveScore(5), 2, 0);
        }
    }

    @Nested
    class Predictive extends AttentionContractTest {
        /** Weights fall with the distance from the centre and are not normalised again. */
        @Override
        protected boolean weightsSumToOne() {
            return false;
        }

        @Override
        protected Attention mechanism() {
            return LocalAttention.predictive(new GeneralScore(8), 1, 6, 0, 0);
        }
    }

    @Nested
    class PredictiveDot extends AttentionContractTest {
        @Override
        protected boolean weightsSumToOne() {
            return false;
        }

        @Override
        protected Attention mechanism() {
            return LocalAttention.predictive(new DotScore(), 1, 3, 2, 0);
        }
    }

    /** Only an observer makes the weights of T×S; the context must be the same. */
    @Test
    void gatheredWindowsGiveWhatTheWeightsInFullGive() {
        List<Supplier<LocalAttention>> builders =
                List.of(
                        () -> LocalAttention.monotonic(new GeneralScore(8), 0, 0),
                        () -> LocalAttention.monotonic(new ConcatScore(5), 3, 0),
                        () -> LocalAttention.monotonic(new GeneralScore(8), 10, 0),
                        () -> LocalAttention.predictive(new GeneralScore(8), 2, 6, 0, 0),
                        () -> LocalAttention.predictive(new AdditiveScore(5), 5, 6, 0, 0));
        for (Supplier<LocalAttention> builder : builders) {
            for (int[] size : new int[][] {{37, 37}, {5, 40}, {60, 30}}) {
                try (NDManager manager = TestEngine.manager()) {
                    check(manager, builder.get(), size[0], size[1]);
                }
            }
        }
    }

    private static void check(NDManager manager, LocalAttention block, int queries, int keys) {
        Subject subject = Subject.of(block, manager, 8, DataType.FLOAT32);
        NDArray memory = Numbers.random(manager, 2, new Shape(2, keys, 8));
        Random random = new Random(3);
        boolean[] flags = new boolean[2 * keys];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = random.nextInt(5) > 0;
        }
        AttentionMask visible = AttentionMask.keys(manager.create(flags, new Shape(2, keys)));
        for (int i = 0; i < (queries == keys ? 4 : 2); i++) {
            AttentionMask mask = i % 2 == 0 ? AttentionMask.none() : visible;
            mask = i < 2 ? mask : mask.and(AttentionMask.causal());
            NDArray x = Numbers.random(manager, 1, new Shape(2, queries, 8));
            x.setRequiresGradient(true);
            AttentionInputs inputs = AttentionInputs.cross(x, memory).withMask(mask);
            String what = queries + " queries, " + keys + " keys, mask " + i;
            Numbers.assertClose(
                    what,
                    subject.observe(inputs).context().toFloatArray(),
                    subject.attend(inputs).context().toFloatArray(),
                    1e-5,
                    1e-5);
            float[] full = slopes(subject, x, inputs.withObserver((place, weights) -> {}));
            Numbers.assertClose(what + ", gradient", full, slopes(subject, x, inputs), 1e-4, 1e-4);
        }
    }

    private static float[] slopes(Subject subject, NDArray x, AttentionInputs inputs) {
        x.getGradient().set(new NDIndex("..."), 0f);
        TestEngine.backward(() -> subject.train(inputs).context().square().sum());
        return x.getGradient().toFloatArray();
    }

    /** A memory is read once, and the windows move on with the steps. */
    @Test
    void stepsThroughAMemoryEqualAllAtOnce() {
        for (int hidden : new int[] {0, 4}) {
            try (NDManager manager = TestEngine.manager()) {
                LocalAttention block =
                        hidden == 0
                                ? LocalAttention.monotonic(new GeneralScore(8), 2, 0)
                                : LocalAttention.predictive(new GeneralScore(8), 2, hidden, 0, 0);
                Subject subject = Subject.of(block, manager, 8, DataType.FLOAT32);
                NDArray x = Numbers.random(manager, 1, new Shape(2, 9, 8));
                NDArray memory = Numbers.random(manager, 2, new Shape(2, 12, 8));
                NDArray all = subject.attend(AttentionInputs.cross(x, memory)).context();
                try (KeyValueCache cache = new MemoryCache(manager)) {
                    int place = 0;
                    for (int width : new int[] {1, 2, 1, 1, 4}) {
                        NDIndex step = new NDIndex(":, {}:{}", place, place + width);
                        NDArray known = place == 0 ? memory : memory.zerosLike();
                        AttentionInputs inputs =
                                AttentionInputs.cross(x.get(step), known).withCache(cache);
                        Numbers.assertClose(
                                "step " + place,
                                all.get(step).toFloatArray(),
                                subject.attend(inputs).context().toFloatArray(),
                                1e-5,
                                1e-5);
                        place += width;
                    }
                    cache.select(manager.create(new long[] {1, 0}));
                }
            }
        }
    }

    @Test
    void theCentreOfAWindowIsLearned() {
        try (NDManager manager = TestEngine.manager()) {
            LocalAttention block = LocalAttention.predictive(new DotScore(), 2, 4, 0, 0);
            Subject subject = Subject.of(block, manager, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 5, 8));
            NDArray memory = Numbers.random(manager, 2, new Shape(2, 30, 8));
            AttentionInputs inputs = AttentionInputs.cross(x, memory);
            TestEngine.backward(() -> subject.train(inputs).context().square().sum());
            block.getParameters()
                    .forEach(
                            pair ->
                                    assertTrue(
                                            pair.getValue()
                                                            .getArray()
                                                            .getGradient()
                                                            .abs()
                                                            .max()
                                                            .getFloat()
                                                    > 1e-6,
                                            pair.getKey()));
            NDArray centres = block.centres(subject.store(), inputs, false);
            assertEquals(new Shape(2, 5), centres.getShape());
            assertTrue(centres.min().getFloat() > 0 && centres.max().getFloat() < 30);
        }
    }

    /** The places of the queries may be given. */
    @Test
    void givenPositionsAreTheCentres() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject =
                    Subject.of(
                            LocalAttention.monotonic(new GeneralScore(8), 1, 0),
                            manager,
                            8,
                            DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 3, 8));
            NDArray memory = Numbers.random(manager, 2, new Shape(2, 20, 8));
            NDArray places = manager.create(new int[] {4, 9, 19}, new Shape(3));
            AttentionInputs inputs = AttentionInputs.cross(x, memory).withPositions(places);
            NDArray weights = subject.observe(inputs).weights();
            assertTrue(weights.getFloat(1, 0, 1, 8) > 0);
            assertTrue(weights.getFloat(1, 0, 1, 10) > 0);
            assertEquals(0, weights.getFloat(1, 0, 1, 11));
            Numbers.assertClose(
                    "context",
                    subject.observe(inputs).context().toFloatArray(),
                    subject.attend(inputs).context().toFloatArray(),
                    1e-5,
                    1e-5);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(NullPointerException.class, () -> LocalAttention.monotonic(null, 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> LocalAttention.monotonic(new LocationScore(9), 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> LocalAttention.monotonic(new DotScore(), -1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> LocalAttention.predictive(new DotScore(), 0, 2, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> LocalAttention.monotonic(new DotScore(), 1, 1));
    }
}
