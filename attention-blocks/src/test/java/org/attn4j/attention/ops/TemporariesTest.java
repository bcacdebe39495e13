package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.cache.StaticCache;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TemporariesTest {

    private NDManager manager;
    private ParameterStore parameters;
    private LinearBlock linear;
    private NDArray x;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        parameters = new ParameterStore(manager, false);
        linear = LinearBlock.of(2, true);
        linear.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        // known weights: what is drawn may square to more than an exponential holds
        weight().set(new float[] {0.5f, -0.25f, 0.75f, 0.125f});
        x = manager.create(new float[] {1, -2});
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aStepFreesAllButItsResult() {
        List<NDArray> made = new ArrayList<>();
        NDArray result =
                Temporaries.FREED.of(
                        () -> {
                            made.add(x.mul(x));
                            made.add(made.get(0).add(x));
                            return made.get(1).sub(x);
                        });
        assertTrue(made.stream().allMatch(NDArray::isReleased));
        assertArrayEquals(new float[] {1, 4}, result.toFloatArray());
        assertFalse(x.isReleased());
    }

    @Test
    void aStepWithinAnotherFreesWithIt() {
        List<NDArray> inner = new ArrayList<>();
        NDArray outer =
                Temporaries.FREED.of(
                        () -> {
                            inner.add(Temporaries.FREED.of(() -> x.mul(x)));
                            assertFalse(inner.get(0).isReleased());
                            return inner.get(0).add(x);
                        });
        assertTrue(inner.get(0).isReleased());
        assertArrayEquals(new float[] {2, 2}, outer.toFloatArray());
    }

    @Test
    void aScopeAroundAStepHasItsResult() {
        NDArray result;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            result = Temporaries.FREED.of(() -> x.mul(x));
        }
        assertTrue(result.isReleased());
    }

    @Test
    void nothingIsFreedInATrainingPass() {
        assertEquals(Temporaries.KEPT, Temporaries.of(linear, parameters, true, x));
        List<NDArray> made = new ArrayList<>();
        Temporaries.KEPT.of(
                () -> {
                    made.add(x.mul(x));
                    return made.get(0).add(x);
                });
        assertFalse(made.get(0).isReleased());
    }

    /** Parameters that are not frozen have gradients, though outside of a collector none counts. */
    @Test
    void parametersThatCouldBeTrainedKeepNothingInAPrediction() {
        linear.freezeParameters(false);
        assertEquals(Temporaries.FREED, Temporaries.of(linear, parameters, false, x));
    }

    @Test
    void gradientsAreThoseOfAPassThatFreesNothing() {
        linear.freezeParameters(false);
        assertArrayEquals(gradient(true), gradient(false));
    }

    /** PyTorch records for every thread but the one that loaded it, MXNet for collectors alone. */
    @Test
    void frozenParametersAreNeverRecorded() {
        linear.freezeParameters(true);
        Temporaries elsewhere =
                CompletableFuture.supplyAsync(() -> Temporaries.of(linear, parameters, false, x))
                        .join();
        assertEquals(Temporaries.FREED, elsewhere);
    }

    @Test
    void aStoreOfCopiesKeepsThem() {
        ParameterStore copies = new ParameterStore(manager, true);
        Temporaries temporaries = Temporaries.of(linear, copies, false, x);
        assertEquals(Temporaries.FREED, temporaries);
        NDArray row = x.reshape(1, 2);
        for (int i = 0; i < 2; i++) {
            NDArray y =
                    temporaries.of(
                            () ->
                                    linear.forward(copies, new NDList(row), false)
                                            .singletonOrThrow());
            assertEquals(new Shape(1, 2), y.getShape());
        }
    }

    @Test
    void whatACacheHoldsOutlivesTheStep() {
        for (KeyValueCache cache :
                List.of(
                        new GrowingCache(manager),
                        new MemoryCache(manager),
                        new StaticCache(manager, 4))) {
            for (int i = 0; i < 2; i++) {
                Temporaries.FREED.of(
                        () -> {
                            KeyValues held =
                                    cache.update(() -> new KeyValues(positions(1), positions(2)));
                            cache.state("sum", held.key().sum(new int[] {2}));
                            return held.value().sum();
                        });
            }
            Temporaries.FREED.of(
                    () -> {
                        cache.select(manager.create(new long[] {0, 0}));
                        return x.mul(x);
                    });
            KeyValues held = cache.update(() -> new KeyValues(positions(1, 1), positions(2, 2)));
            float positions = cache instanceof MemoryCache ? 1 : 3;
            assertEquals(2 * 2 * positions, held.key().sum().getFloat(), "2 rows of ones");
            assertEquals(2 * 2 * 2 * positions, held.value().sum().getFloat(), "2 rows of twos");
            assertEquals(2, cache.state("sum").getShape().get(0));
            assertTrue(cache.state("sum").sum().getFloat() > 0);
            cache.close();
        }
    }

    private NDArray weight() {
        return linear.getParameters().get("weight").getArray();
    }

    private float[] gradient(boolean training) {
        NDArray weight = weight();
        weight.getGradient().subi(weight.getGradient()); // PyTorch adds to what is there
        try (GradientCollector collector =
                Engine.getEngine(TestEngine.name()).newGradientCollector()) {
            Temporaries temporaries = Temporaries.of(linear, parameters, training, x);
            NDArray y =
                    temporaries.of(
                            () -> {
                                NDArray row = x.reshape(1, 2).mul(x);
                                NDArray z =
                                        linear.forward(parameters, new NDList(row), training)
                                                .singletonOrThrow();
                                return z.square().exp();
                            });
            collector.backward(y.sum());
        }
        return weight.getGradient().toFloatArray();
    }

    /** A position for each row, (B, 1, 1, 2), full of one number. */
    private NDArray positions(float... rows) {
        NDArray column = manager.create(rows, new Shape(rows.length, 1, 1, 1));
        return column.mul(manager.ones(new Shape(1, 1, 1, 2)));
    }
}
