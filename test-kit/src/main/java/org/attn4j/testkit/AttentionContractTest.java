package org.attn4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every mechanism must do. A mechanism's test extends this, says how it is built, and what its
 * paper has otherwise: not all weights sum to one, and not all mechanisms can be cached or take
 * another sequence's keys.
 */
@Tag("engine")
public abstract class AttentionContractTest {

    protected static final int B = 3;
    protected static final int T = 5;
    protected static final int S = 7;

    protected NDManager manager;

    /** A mechanism as built, with parameters still to be initialised. */
    protected abstract Attention mechanism();

    /** D: features of a position. */
    protected int modelSize() {
        return 8;
    }

    /** Whether the weights of a query that sees something sum to one. */
    protected boolean weightsSumToOne() {
        return true;
    }

    /** Whether keys and values may come from another sequence. */
    protected boolean attendsAcross() {
        return true;
    }

    /** Whether a sequence can be fed step by step. */
    protected boolean canBeCached() {
        return true;
    }

    /**
     * Whether the context of a query that sees nothing is zero, or at least the same whatever the
     * values are.
     */
    protected boolean blindContextIsZero() {
        return true;
    }

    /**
     * Whether the mechanism counts positions, so that a query alone is not the same as among
     * others.
     */
    protected boolean countsPositions() {
        return false;
    }

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    protected final Subject subject() {
        return subject(DataType.FLOAT32);
    }

    protected final Subject subject(DataType type) {
        return Subject.of(mechanism(), manager, modelSize(), type);
    }

    private NDArray x() {
        return Numbers.random(manager, 1, new Shape(B, T, modelSize()));
    }

    private NDArray memory() {
        return Numbers.random(manager, 2, new Shape(B, S, modelSize()));
    }

    private AttentionInputs inputs() {
        return attendsAcross() ? AttentionInputs.cross(x(), memory()) : AttentionInputs.self(x());
    }

    private int keys() {
        return attendsAcross() ? S : T;
    }

    @Test
    protected void theContextHasTheShapeOfTheQuery() {
        Subject subject = subject();
        AttentionOutput output = subject.attend(AttentionInputs.self(x()));
        assertEquals(new Shape(B, T, modelSize()), output.context().getShape());
        if (attendsAcross()) {
            assertEquals(
                    new Shape(B, T, modelSize()),
                    subject.attend(AttentionInputs.cross(x(), memory())).context().getShape());
        }
        Shape[] declared =
                subject.block().getOutputShapes(new Shape[] {new Shape(B, T, modelSize())});
        assertEquals(new Shape(B, T, modelSize()), declared[0]);
    }

    @Test
    protected void weightsAreADistributionForEachQuery() {
        NDArray weights = subject().observe(inputs()).weights();
        assertEquals(4, weights.getShape().dimension(), "weights must be (B, N, T, S)");
        assertEquals(B, weights.getShape().get(0));
        assertEquals(T, weights.getShape().get(2));
        if (weightsSumToOne()) {
            for (float sum : weights.sum(new int[] {3}).toFloatArray()) {
                assertEquals(1, sum, 1e-5);
            }
            assertTrue(weights.min().getFloat() >= 0);
        }
    }

    @Test
    protected void anObserverIsToldTheWeightsAndChangesNothing() {
        Subject subject = subject();
        List<String> sites = new ArrayList<>();
        List<NDArray> told = new ArrayList<>();
        AttentionOutput output =
                subject.attend(
                        inputs().withObserver(
                                        (site, weights) -> {
                                            sites.add(site);
                                            told.add(weights);
                                        }));
        assertFalse(told.isEmpty(), "the observer was told nothing");
        assertEquals("", sites.get(0));
        close("context", subject.attend(inputs()).context(), output.context(), 1e-5);

        List<String> below = new ArrayList<>();
        AttentionObserver model = (site, weights) -> below.add(site);
        subject.attend(inputs().withObserver(model.at("layer.0").at("self")));
        assertEquals("layer.0.self", below.get(0));
    }

    @Test
    protected void hiddenKeysHaveNoWeightAndNoInfluence() {
        Subject subject = subject();
        boolean[] visible = new boolean[B * keys()];
        for (int i = 0; i < visible.length; i++) {
            visible[i] =
                    i % keys()
                            < keys()
                                    - 1
                                    - i / keys(); // a row the more to the right, the more padding
        }
        AttentionMask mask = AttentionMask.keys(manager.create(visible, new Shape(B, keys())));
        AttentionInputs inputs = inputs().withMask(mask);
        NDArray weights = subject.observe(inputs).weights();
        float[] values = weights.toFloatArray();
        long heads = weights.getShape().get(1);
        for (int i = 0; i < values.length; i++) {
            int key = i % keys();
            int row = (int) (i / (heads * T * keys()));
            if (!visible[row * keys() + key]) {
                assertEquals(0, values[i], "weight of a hidden key");
            }
        }
        if (attendsAcross()) {
            NDArray hidden =
                    manager.create(visible, new Shape(B, keys(), 1))
                            .logicalNot()
                            .toType(DataType.FLOAT32, false);
            NDArray changed = memory().add(hidden.mul(3));
            close(
                    "context",
                    subject.attend(inputs).context(),
                    subject.attend(AttentionInputs.cross(x(), changed).withMask(mask)).context(),
                    1e-6);
        }
    }

    @Test
    protected void aQueryThatSeesNothingGivesZerosAndPassesNoGradient() {
        Subject subject = subject();
        boolean[] visible = new boolean[T * keys()];
        for (int i = 0; i < visible.length; i++) {
            visible[i] = i / keys() != 2; // query 2 is blind
        }
        AttentionMask mask = AttentionMask.dense(manager.create(visible, new Shape(T, keys())));
        AttentionInputs inputs = inputs().withMask(mask);
        Subject.Seen output = subject.observe(inputs);
        assertTrue(finite(output.context()), "the context has a NaN");
        assertEquals(0, output.weights().get(new NDIndex(":, :, 2")).abs().max().getFloat());

        NDArray blind = subject.attend(inputs).context().get(new NDIndex(":, 2")); // (B, D)
        AttentionInputs other =
                attendsAcross()
                        ? AttentionInputs.cross(x().add(1), memory().mul(-2))
                        : AttentionInputs.self(x().mul(-2));
        if (blindContextIsZero()) {
            NDArray unmoved =
                    subject.attend(other.withMask(mask)).context().get(new NDIndex(":, 2"));
            close("what a blind query gets", blind, unmoved, 1e-6);
        }

        for (NDArray array : List.of(inputs.query(), inputs.key())) {
            array.setRequiresGradient(true);
        }
        TestEngine.backward(() -> subject.train(inputs).context().get(new NDIndex(":, 2")).sum());
        if (blindContextIsZero()) {
            assertEquals(
                    0,
                    inputs.query().getGradient().abs().max().getFloat(),
                    1e-7,
                    "gradient of a blind query");
            assertEquals(
                    0,
                    inputs.key().getGradient().abs().max().getFloat(),
                    1e-7,
                    "gradient of unseen keys");
        }
        AttentionInputs again = inputs().withMask(mask);
        again.query().setRequiresGradient(true);
        TestEngine.backward(() -> subject.train(again).context().square().sum());
        assertTrue(finite(again.query().getGradient()), "a gradient is NaN");
    }

    @Test
    protected void allKeysHiddenFromAWholeRowOfTheBatch() {
        boolean[] visible = new boolean[B * keys()];
        for (int i = 0; i < visible.length; i++) {
            visible[i] = i / keys() != 1;
        }
        AttentionMask mask = AttentionMask.keys(manager.create(visible, new Shape(B, keys())));
        Subject subject = subject();
        Subject.Seen output = subject.observe(inputs().withMask(mask));
        assertTrue(finite(output.context()));
        assertTrue(finite(subject.attend(inputs().withMask(mask)).context()));
        assertEquals(0, output.weights().get(1).abs().max().getFloat());
    }

    @Test
    protected void underACausalMaskLaterPositionsChangeNothing() {
        Subject subject = subject();
        NDArray x = x();
        NDArray later = x.duplicate();
        later.set(new NDIndex(":, 3:"), later.get(new NDIndex(":, 3:")).mul(-2).add(1));
        NDArray before =
                subject.attend(AttentionInputs.self(x).withMask(AttentionMask.causal())).context();
        NDArray after =
                subject.attend(AttentionInputs.self(later).withMask(AttentionMask.causal()))
                        .context();
        NDIndex earlier = new NDIndex(":, :3");
        close("context", before.get(earlier), after.get(earlier), 1e-6);
        float moved = before.sub(after).get(new NDIndex(":, 3:")).abs().max().getFloat();
        assertTrue(moved > 1e-4, "positions that see the change must move");
    }

    @Test
    protected void rowsOfTheBatchDoNotMix() {
        Subject subject = subject();
        AttentionInputs inputs = inputs();
        NDArray order = manager.create(new long[] {2, 0, 1});
        NDArray query = inputs.query().get(new NDIndex("{}", order));
        NDArray key = attendsAcross() ? inputs.key().get(new NDIndex("{}", order)) : query;
        AttentionInputs permuted =
                attendsAcross() ? AttentionInputs.cross(query, key) : AttentionInputs.self(query);
        close(
                "context",
                subject.attend(inputs).context().get(new NDIndex("{}", order)),
                subject.attend(permuted).context(),
                1e-6);
    }

    @Test
    protected void stepByStepWithACacheEqualsAllAtOnce() {
        assumeTrue(canBeCached());
        Subject subject = subject();
        NDArray x = x();
        NDArray all =
                subject.attend(AttentionInputs.self(x).withMask(AttentionMask.causal())).context();
        for (int[] widths : new int[][] {{1, 1, 1, 1, 1}, {2, 3}, {4, 1}}) {
            try (KeyValueCache cache = new GrowingCache(manager)) {
                int position = 0;
                for (int width : widths) {
                    NDIndex step = new NDIndex(":, " + position + ":" + (position + width));
                    AttentionInputs inputs =
                            AttentionInputs.self(x.get(step))
                                    .withMask(AttentionMask.causal())
                                    .withCache(cache);
                    close(
                            "positions from " + position,
                            all.get(step),
                            subject.attend(inputs).context(),
                            1e-5);
                    position += width;
                    assertEquals(position, cache.length());
                }
            }
        }
    }

    @Test
    protected void rowsOfACacheCanBeSelected() {
        assumeTrue(canBeCached());
        Subject subject = subject();
        NDArray x = x();
        NDArray order = manager.create(new long[] {2, 2, 0, 1});
        NDArray reordered = x.get(new NDIndex("{}", order));
        NDArray all =
                subject.attend(AttentionInputs.self(reordered).withMask(AttentionMask.causal()))
                        .context();
        try (KeyValueCache cache = new GrowingCache(manager)) {
            NDArray start = x.get(new NDIndex(":, :3"));
            subject.attend(
                    AttentionInputs.self(start).withMask(AttentionMask.causal()).withCache(cache));
            cache.select(order);
            NDIndex rest = new NDIndex(":, 3:");
            AttentionInputs inputs =
                    AttentionInputs.self(reordered.get(rest))
                            .withMask(AttentionMask.causal())
                            .withCache(cache);
            close("context", all.get(rest), subject.attend(inputs).context(), 1e-5);
        }
    }

    @Test
    protected void aMemoryIsReadOnce() {
        assumeTrue(canBeCached() && attendsAcross() && !countsPositions());
        Subject subject = subject();
        NDArray all = subject.attend(AttentionInputs.cross(x(), memory())).context();
        try (KeyValueCache cache = new MemoryCache(manager)) {
            for (int position = 0; position < T; position++) {
                NDIndex step = new NDIndex(":, " + position + ":" + (position + 1));
                NDArray memory =
                        position == 0 ? memory() : memory().mul(0); // only the first is looked at
                AttentionInputs inputs =
                        AttentionInputs.cross(x().get(step), memory).withCache(cache);
                close(
                        "position " + position,
                        all.get(step),
                        subject.attend(inputs).context(),
                        1e-5);
            }
        }
    }

    @Test
    protected void plainBlocksCallItByForward() {
        Subject subject = subject();
        ParameterStore store = subject.store();
        NDArray visible =
                manager.create(
                        new boolean[] {
                            true, true, true, true, true, true, true, true, true, false, true, true,
                            true, false, false
                        },
                        new Shape(B, T));
        NDArray expected =
                subject.attend(AttentionInputs.self(x()).withMask(AttentionMask.keys(visible)))
                        .context();
        Attention block = subject.block();
        close(
                "[x, mask]",
                expected,
                block.forward(store, new NDList(x(), visible), false).singletonOrThrow(),
                1e-6);
        close(
                "[query, key, value, mask]",
                expected,
                block.forward(store, new NDList(x(), x(), x(), visible), false).singletonOrThrow(),
                1e-6);
        NDArray unmasked = subject.attend(AttentionInputs.self(x())).context();
        close(
                "[x]",
                unmasked,
                block.forward(store, new NDList(x()), false).singletonOrThrow(),
                1e-6);
    }

    @Test
    protected void savedParametersGiveTheSameContext() throws IOException, MalformedModelException {
        Subject subject = subject();
        NDArray expected = subject.attend(inputs()).context();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        subject.block().saveParameters(new DataOutputStream(bytes));
        Attention loaded = mechanism();
        loaded.loadParameters(
                manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertTrue(loaded.isInitialized());
        NDArray actual =
                loaded.attend(new ParameterStore(manager, false), inputs(), false).context();
        for (var pair : subject.block().getParameters()) {
            Numbers.assertClose(
                    pair.getKey(),
                    pair.getValue().getArray().toFloatArray(),
                    loaded.getParameters().get(pair.getKey()).getArray().toFloatArray(),
                    0,
                    0);
        }
        // a matrix product may differ in its last bit with where its operands lie in memory
        Numbers.assertClose("context", expected.toFloatArray(), actual.toFloatArray(), 1e-6, 0);
    }

    /** Both engines are held against one file: what the reference gave when it was checked. */
    @Test
    protected void theEnginesAgree() {
        Subject subject = subject();
        AttentionMask mask = AttentionMask.causal();
        AttentionInputs inputs = AttentionInputs.self(x()).withMask(mask);
        inputs.query().setRequiresGradient(true);
        NDArray context = subject.attend(inputs).context();
        NDArray weights = subject.observe(inputs).weights();
        TestEngine.backward(() -> subject.train(inputs).context().square().sum());
        Expected expected = Expected.of(getClass());
        expected.check("context", context, 1e-4);
        expected.check("weights", weights, 1e-4);
        expected.check("gradient", inputs.query().getGradient(), 1e-4);
    }

    @Test
    protected void halfPrecisionStaysHalfAndMasksDoNotOverflow() {
        // That MXNet has not is shown in AttentionKernelTest.
        assumeTrue(TestEngine.isPyTorch(), "MXNet has no float16 matrix products on a CPU");
        AttentionMask mask =
                AttentionMask.causal().and(AttentionMask.keys(manager.ones(new Shape(B, T))));
        NDArray full = subject().attend(AttentionInputs.self(x()).withMask(mask)).context();
        Subject half = subject(DataType.FLOAT16);
        NDArray x = x().toType(DataType.FLOAT16, false);
        AttentionInputs inputs = AttentionInputs.self(x).withMask(mask);
        NDArray context = half.attend(inputs).context();
        assertEquals(DataType.FLOAT16, context.getDataType());
        close("context", full, context.toType(DataType.FLOAT32, false), 2e-2);
        NDArray weights = half.observe(inputs).weights();
        assertEquals(DataType.FLOAT16, weights.getDataType());
        assertTrue(finite(weights.toType(DataType.FLOAT32, false)));
    }

    @Test
    protected void gradientsAreTheSlopesOfTheContext() {
        Subject subject = subject(DataType.FLOAT64);
        AttentionMask mask = AttentionMask.causal();
        NDArray x = x().toType(DataType.FLOAT64, false);
        NDArray cotangent =
                Numbers.random(manager, 3, x.getShape()).toType(DataType.FLOAT64, false);
        subject.checkSlopes(
                x,
                () ->
                        subject.train(AttentionInputs.self(x).withMask(mask))
                                .context()
                                .mul(cotangent)
                                .sum());
    }

    /**
     * Every thread computes exactly what one computes alone. That one is of the pool too: PyTorch
     * records gradients for the parameters in every thread but the one that DJL loaded it in, and
     * where a mask has a gradient its fused attention goes another way, with other last digits.
     */
    @Test
    protected void severalThreadsShareABlock() throws Exception {
        Subject subject = subject();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<float[]> task =
                    () -> {
                        try (NDManager own = manager.newSubManager()) {
                            NDArray x = Numbers.random(own, 1, new Shape(B, T, modelSize()));
                            return subject.attend(AttentionInputs.self(x)).context().toFloatArray();
                        }
                    };
            float[] expected = threads.submit(task).get();
            for (Future<float[]> result : threads.invokeAll(Collections.nCopies(12, task))) {
                assertArrayEquals(expected, result.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    protected void nothingIsLeftOnTheManagerOfTheParameters() {
        try (NDManager model = TestEngine.manager()) {
            Subject subject = Subject.of(mechanism(), model, modelSize(), DataType.FLOAT32);
            subject.attend(inputs().withMask(AttentionMask.causal()));
            int before = model.getManagedArrays().size();
            subject.attend(inputs().withMask(AttentionMask.causal()));
            subject.observe(inputs().withMask(AttentionMask.causal()));
            assertEquals(before, model.getManagedArrays().size(), "arrays that a call left behind");
        }
    }

    private static void close(String what, NDArray expected, NDArray actual, double tolerance) {
        assertEquals(expected.getShape(), actual.getShape(), what);
        Numbers.assertClose(
                what, expected.toFloatArray(), actual.toFloatArray(), tolerance, tolerance);
    }

    private static boolean finite(NDArray array) {
        for (float value : array.toFloatArray()) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
