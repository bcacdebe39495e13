package org.attn4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every mechanism with input and output records of its own must do, through {@code forward}.
 */
@Tag("engine")
public abstract class CompositeContractTest {

    protected NDManager manager;

    /** A block as built, with parameters still to be initialised. */
    protected abstract Block block();

    /** What {@code forward} takes, the batch of 3 first in each; always the same. */
    protected abstract NDList inputs(NDManager manager);

    /** Whether the first input is of numbers that take a gradient, rather than ids. */
    protected boolean firstInputIsDifferentiable() {
        return true;
    }

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The block with parameters that are the same in every run and on every engine. */
    protected final Block initialized(DataType type) {
        return initialized(manager, type);
    }

    private Block initialized(NDManager owner, DataType type) {
        Block block = block();
        long seed = 100;
        for (Parameter parameter : block.getParameters().values()) {
            long own = seed++;
            parameter.setInitializer(
                    (m, shape, t) -> Numbers.random(m, own, shape).mul(0.5).toType(t, false));
        }
        block.initialize(owner, type, inputs(manager).getShapes());
        return block;
    }

    protected final NDArray forward(Block block, NDList inputs) {
        return block.forward(new ParameterStore(manager, false), inputs, false).singletonOrThrow();
    }

    private NDArray train(Block block, NDList inputs) {
        return block.forward(new ParameterStore(manager, false), inputs, true).singletonOrThrow();
    }

    @Test
    protected void theOutputHasTheDeclaredShape() {
        NDList inputs = inputs(manager);
        NDArray output = forward(initialized(DataType.FLOAT32), inputs);
        assertEquals(block().getOutputShapes(inputs.getShapes())[0], output.getShape());
        assertEquals(3, output.getShape().get(0));
    }

    @Test
    protected void rowsOfTheBatchDoNotMix() {
        Block block = initialized(DataType.FLOAT32);
        NDArray order = manager.create(new long[] {2, 0, 1});
        NDList permuted = new NDList();
        inputs(manager).forEach(input -> permuted.add(input.get(new NDIndex("{}", order))));
        close(
                forward(block, inputs(manager)).get(new NDIndex("{}", order)),
                forward(block, permuted),
                1e-6);
        NDList alone = new NDList();
        inputs(manager).forEach(input -> alone.add(input.get(new NDIndex("1:2"))));
        close(forward(block, inputs(manager)).get(new NDIndex("1:2")), forward(block, alone), 1e-6);
    }

    @Test
    protected void savedParametersGiveTheSame() throws IOException, MalformedModelException {
        Block block = initialized(DataType.FLOAT32);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        block.saveParameters(new DataOutputStream(bytes));
        Block loaded = block();
        loaded.loadParameters(
                manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertTrue(loaded.isInitialized());
        // The last bit may differ with where in memory an array stands.
        close(forward(block, inputs(manager)), forward(loaded, inputs(manager)), 1e-6);
    }

    /** Both engines are held against one file: what the reference gave when it was checked. */
    @Test
    protected void theEnginesAgree() {
        Block block = initialized(DataType.FLOAT32);
        NDList inputs = inputs(manager);
        Expected expected = Expected.of(getClass());
        expected.check("output", forward(block, inputs), 1e-4);
        if (firstInputIsDifferentiable()) {
            inputs.head().setRequiresGradient(true);
        }
        TestEngine.backward(() -> train(block, inputs).square().sum());
        if (firstInputIsDifferentiable()) {
            expected.check("gradient", inputs.head().getGradient(), 1e-4);
        }
        List<Parameter> parameters = block.getParameters().values();
        expected.check("first", parameters.get(0).getArray().getGradient(), 1e-4);
    }

    @Test
    protected void gradientsAreTheSlopes() {
        Block block = initialized(DataType.FLOAT64);
        NDList inputs = new NDList();
        for (NDArray input : inputs(manager)) {
            boolean number = input.getDataType() == DataType.FLOAT32;
            inputs.add(number ? input.toType(DataType.FLOAT64, false) : input);
        }
        NDArray cotangent =
                Numbers.random(manager, 3, forward(block, inputs).getShape())
                        .toType(DataType.FLOAT64, false);
        Slopes.check(
                block,
                manager,
                firstInputIsDifferentiable() ? inputs.head() : null,
                () -> train(block, inputs).mul(cotangent).sum());
    }

    /** Every thread computes exactly what one of them computes alone. */
    @Test
    protected void severalThreadsShareABlock() throws Exception {
        Block block = initialized(DataType.FLOAT32);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<float[]> task =
                    () -> {
                        try (NDManager own = manager.newSubManager()) {
                            return forward(block, inputs(own)).toFloatArray();
                        }
                    };
            float[] expected = threads.submit(task).get();
            for (Future<float[]> result : threads.invokeAll(Collections.nCopies(9, task))) {
                assertArrayEquals(expected, result.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    protected void nothingIsLeftOnTheManagerOfTheParameters() {
        try (NDManager model = TestEngine.manager()) {
            Block block = initialized(model, DataType.FLOAT32);
            forward(block, inputs(manager));
            int before = model.getManagedArrays().size();
            forward(block, inputs(manager));
            assertEquals(before, model.getManagedArrays().size(), "arrays that a call left behind");
        }
    }

    protected static void close(NDArray expected, NDArray actual, double tolerance) {
        assertEquals(expected.getShape(), actual.getShape());
        Numbers.assertClose(
                "output", expected.toFloatArray(), actual.toFloatArray(), tolerance, tolerance);
    }

    /** Shape-checked difference, for parts of outputs. */
    protected static float largest(NDArray array) {
        return array.abs().max().getFloat();
    }

    /** A boolean mask whose row i shows the first of its positions. */
    protected static NDArray first(NDManager manager, int places, int... lengths) {
        boolean[] visible = new boolean[lengths.length * places];
        for (int i = 0; i < visible.length; i++) {
            visible[i] = i % places < lengths[i / places];
        }
        return manager.create(visible, new Shape(lengths.length, places));
    }
}
