package org.attn4j.attention.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Slopes;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("engine")
class RecurrentStackTest {

    private static final int B = 3;
    private static final int S = 5;
    private static final int IN = 4;
    private static final int H = 3;
    private static final int[] LENGTHS = {3, 5, 1};

    private NDManager manager;
    private ParameterStore store;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        store = new ParameterStore(manager, false);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private RecurrentStack stack(CellKind kind, boolean bidirectional, DataType type) {
        RecurrentStack stack =
                RecurrentStack.builder()
                        .optKind(kind)
                        .setInputSize(IN)
                        .setHiddenSize(H)
                        .optLayers(2)
                        .optBidirectional(bidirectional)
                        .build();
        return initialized(stack, type);
    }

    private <T extends Block> T initialized(T block, DataType type) {
        long seed = 50;
        for (Parameter parameter : block.getParameters().values()) {
            long own = seed++;
            parameter.setInitializer(
                    (m, shape, t) -> Numbers.random(m, own, shape).toType(t, false));
        }
        block.initialize(manager, type, new Shape(B, S, IN));
        return block;
    }

    private NDArray x() {
        return Numbers.random(manager, 1, new Shape(B, S, IN));
    }

    private NDArray visible() {
        boolean[] visible = new boolean[B * S];
        for (int i = 0; i < visible.length; i++) {
            visible[i] = i % S < LENGTHS[i / S];
        }
        return manager.create(visible, new Shape(B, S));
    }

    private RecurrentState initial(CellKind kind, int states) {
        Shape shape = new Shape(states, B, H);
        return new RecurrentState(
                Numbers.random(manager, 8, shape),
                kind.hasCell() ? Numbers.random(manager, 9, shape) : null);
    }

    /** The equations once more, in plain doubles, for one layer and one row. */
    private static double[][] byHand(CellKind kind, RecurrentStack stack, double[][] x) {
        double[][] wx = matrix(stack, "weight_ih_l0");
        double[][] wh = matrix(stack, "weight_hh_l0");
        float[] bx = stack.getDirectParameters().get("bias_ih_l0").getArray().toFloatArray();
        float[] bh = stack.getDirectParameters().get("bias_hh_l0").getArray().toFloatArray();
        double[] h = new double[H];
        double[] c = new double[H];
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] a = new double[kind.gates() * H];
            double[] b = new double[kind.gates() * H];
            for (int g = 0; g < a.length; g++) {
                a[g] = bx[g];
                b[g] = bh[g];
                for (int i = 0; i < IN; i++) {
                    a[g] += wx[g][i] * x[t][i];
                }
                for (int i = 0; i < H; i++) {
                    b[g] += wh[g][i] * h[i];
                }
            }
            double[] next = new double[H];
            for (int k = 0; k < H; k++) {
                if (kind == CellKind.LSTM) {
                    c[k] =
                            sigmoid(a[H + k] + b[H + k]) * c[k]
                                    + sigmoid(a[k] + b[k]) * Math.tanh(a[2 * H + k] + b[2 * H + k]);
                    next[k] = sigmoid(a[3 * H + k] + b[3 * H + k]) * Math.tanh(c[k]);
                } else {
                    double r = sigmoid(a[k] + b[k]);
                    double z = sigmoid(a[H + k] + b[H + k]);
                    next[k] = (1 - z) * Math.tanh(a[2 * H + k] + r * b[2 * H + k]) + z * h[k];
                }
            }
            h = next;
            out[t] = next;
        }
        return out;
    }

    private static double[][] matrix(RecurrentStack stack, String name) {
        NDArray array = stack.getDirectParameters().get(name).getArray();
        int width = (int) array.getShape().get(1);
        float[] values = array.toFloatArray();
        double[][] rows = new double[values.length / width][width];
        for (int i = 0; i < values.length; i++) {
            rows[i / width][i % width] = values[i];
        }
        return rows;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @ParameterizedTest
    @EnumSource
    void aLayerComputesTheEquations(CellKind kind) {
        RecurrentStack stack =
                initialized(
                        RecurrentStack.builder()
                                .optKind(kind)
                                .setInputSize(IN)
                                .setHiddenSize(H)
                                .build(),
                        DataType.FLOAT32);
        NDArray output = stack.run(store, x(), null, null, false).output();
        for (int row = 0; row < B; row++) {
            float[] values = x().get(row).toFloatArray();
            double[][] x = new double[S][IN];
            for (int i = 0; i < values.length; i++) {
                x[i / IN][i % IN] = values[i];
            }
            double[][] expected = byHand(kind, stack, x);
            for (int t = 0; t < S; t++) {
                float[] actual = output.get(row, t).toFloatArray();
                for (int k = 0; k < H; k++) {
                    assertEquals(expected[t][k], actual[k], 1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPackedRowIsAsIfItWereAlone(CellKind kind) {
        RecurrentStack stack = stack(kind, true, DataType.FLOAT32);
        RecurrentState initial = initial(kind, 4);
        RecurrentOutput all = stack.run(store, x(), visible(), initial, false);
        assertEquals(new Shape(B, S, 2 * H), all.output().getShape());
        assertEquals(new Shape(4, B, H), all.last().hidden().getShape());
        for (int row = 0; row < B; row++) {
            NDIndex own = new NDIndex(row + ":" + (row + 1) + ", :" + LENGTHS[row]);
            NDIndex state = new NDIndex(":, " + row + ":" + (row + 1));
            RecurrentState start =
                    new RecurrentState(
                            initial.hidden().get(state),
                            kind.hasCell() ? initial.cell().get(state) : null);
            RecurrentOutput alone = stack.run(store, x().get(own), null, start, false);
            close("output", alone.output(), all.output().get(own));
            close("h", alone.last().hidden(), all.last().hidden().get(state));
            if (kind.hasCell()) {
                close("c", alone.last().cell(), all.last().cell().get(state));
            }
        }
        NDArray hidden = all.output().get(new NDIndex("2, 1:"));
        assertEquals(0, hidden.abs().max().getFloat(), "output at hidden places");
    }

    @ParameterizedTest
    @EnumSource
    void hiddenPlacesAreAsIfTheyWereNotThere(CellKind kind) {
        RecurrentStack stack = stack(kind, true, DataType.FLOAT32);
        NDArray holes =
                manager.create(
                        new float[] {0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1}, new Shape(B, S));
        NDArray x = x();
        NDArray kept = x.get(new NDIndex(":, 1:2")).concat(x.get(new NDIndex(":, 3:")), 1);
        NDArray expected = stack.run(store, kept, null, null, false).output();
        NDArray actual = stack.run(store, x, holes, null, false).output();
        close("first", expected.get(new NDIndex(":, 0")), actual.get(new NDIndex(":, 1")));
        close("rest", expected.get(new NDIndex(":, 1:")), actual.get(new NDIndex(":, 3:")));
    }

    @ParameterizedTest
    @EnumSource
    void aHiddenRowKeepsItsInitialState(CellKind kind) {
        RecurrentStack stack = stack(kind, true, DataType.FLOAT32);
        NDArray visible = manager.ones(new Shape(B, S));
        visible.set(new NDIndex("1"), 0);
        RecurrentState initial = initial(kind, 4);
        RecurrentOutput output = stack.run(store, x(), visible, initial, false);
        assertEquals(0, output.output().get(1).abs().max().getFloat());
        NDIndex row = new NDIndex(":, 1");
        close("h", initial.hidden().get(row), output.last().hidden().get(row));
    }

    @ParameterizedTest
    @EnumSource
    void noGradientComesFromHiddenPlaces(CellKind kind) {
        RecurrentStack stack = stack(kind, true, DataType.FLOAT32);
        NDArray x = x();
        x.setRequiresGradient(true);
        TestEngine.backward(
                () -> stack.run(store, x, visible(), null, true).output().square().sum());
        NDArray gradient = x.getGradient();
        for (int row = 0; row < B; row++) {
            NDArray own = gradient.get(row);
            assertTrue(own.get(LENGTHS[row] - 1).abs().max().getFloat() > 0);
            for (int place = LENGTHS[row]; place < S; place++) {
                assertEquals(0, own.get(place).abs().max().getFloat());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void stepsEqualTheRun(CellKind kind) {
        RecurrentStack stack = stack(kind, false, DataType.FLOAT32);
        RecurrentOutput all = stack.run(store, x(), null, initial(kind, 2), false);
        List<RecurrentState> states = initial(kind, 2).unstack();
        List<NDArray> outputs = new ArrayList<>();
        for (NDArray x : Steps.of(x())) {
            states = stack.step(store, x, states, false);
            outputs.add(states.get(1).hidden());
        }
        close("output", all.output(), Steps.together(outputs));
        close("h", all.last().hidden(), RecurrentState.stack(states).hidden());
        assertThrows(
                IllegalStateException.class,
                () ->
                        stack(kind, true, DataType.FLOAT32)
                                .step(store, x(), initial(kind, 4).unstack(), false));
    }

    @ParameterizedTest
    @EnumSource
    void aCellIsALayerOfAStack(CellKind kind) {
        RecurrentCell cell = initialized(new RecurrentCell(kind, IN, H), DataType.FLOAT32);
        RecurrentStack stack =
                initialized(
                        RecurrentStack.builder()
                                .optKind(kind)
                                .setInputSize(IN)
                                .setHiddenSize(H)
                                .build(),
                        DataType.FLOAT32);
        NDArray x = x().get(new NDIndex(":, 0"));
        NDArray expected = stack.run(store, x.expandDims(1), null, null, false).output().squeeze(1);
        RecurrentState zero = cell.zeros(x);
        close("step", expected, cell.step(store, x, zero, false).hidden());
        NDList inputs = new NDList(x, zero.hidden());
        if (kind.hasCell()) {
            inputs.add(zero.cell());
        }
        NDList outputs = cell.forward(store, inputs, false);
        close("forward", expected, outputs.head());
        assertEquals(
                outputs.head().getShape(),
                cell.getOutputShapes(inputs.getShapes())[0],
                "declared shape");
        assertThrows(
                IllegalArgumentException.class, () -> cell.forward(store, new NDList(x), false));
        assertEquals(
                List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
                List.copyOf(cell.getDirectParameters().keys()));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAreTheSlopes(CellKind kind) {
        RecurrentStack stack = stack(kind, true, DataType.FLOAT64);
        NDArray x = x().toType(DataType.FLOAT64, false);
        NDArray cotangent =
                Numbers.random(manager, 3, new Shape(B, S, 2 * H)).toType(DataType.FLOAT64, false);
        Slopes.check(
                stack,
                manager,
                x,
                () -> {
                    RecurrentOutput output = stack.run(store, x, visible(), null, true);
                    return output.output()
                            .mul(cotangent)
                            .sum()
                            .add(output.last().hidden().square().sum());
                });
    }

    @Test
    void parametersHaveTheNamesOfTorch() {
        RecurrentStack stack =
                RecurrentStack.builder()
                        .optKind(CellKind.GRU)
                        .setInputSize(IN)
                        .setHiddenSize(H)
                        .optLayers(2)
                        .optBidirectional(true)
                        .build();
        List<String> expected =
                Stream.of("_l0", "_l0_reverse", "_l1", "_l1_reverse")
                        .flatMap(
                                s ->
                                        Stream.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                                                .map(n -> n + s))
                        .toList();
        assertEquals(expected, List.copyOf(stack.getDirectParameters().keys()));
        initialized(stack, DataType.FLOAT32);
        Shape inner = stack.getDirectParameters().get("weight_ih_l1").getArray().getShape();
        assertEquals(new Shape(3 * H, 2 * H), inner);
        RecurrentStack plain =
                RecurrentStack.builder().setInputSize(IN).setHiddenSize(H).optBias(false).build();
        assertEquals(
                List.of("weight_ih_l0", "weight_hh_l0"),
                List.copyOf(plain.getDirectParameters().keys()));
    }

    @Test
    void dropoutFallsBetweenLayersInTrainingAlone() {
        RecurrentStack stack =
                initialized(
                        RecurrentStack.builder()
                                .setInputSize(IN)
                                .setHiddenSize(H)
                                .optLayers(2)
                                .optDropout(0.9f)
                                .build(),
                        DataType.FLOAT32);
        NDArray still = stack.run(store, x(), null, null, false).output();
        close("twice", still, stack.run(store, x(), null, null, false).output());
        NDArray dropped =
                TestEngine.training(() -> stack.run(store, x(), null, null, true).output());
        assertTrue(still.sub(dropped).abs().max().getFloat() > 1e-3);
    }

    @Test
    void savedParametersGiveTheSame() throws IOException, MalformedModelException {
        RecurrentStack stack = stack(CellKind.LSTM, true, DataType.FLOAT32);
        NDArray expected = stack.forward(store, new NDList(x(), visible()), false).head();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        stack.saveParameters(new DataOutputStream(bytes));
        RecurrentStack loaded =
                RecurrentStack.builder()
                        .setInputSize(IN)
                        .setHiddenSize(H)
                        .optLayers(2)
                        .optBidirectional(true)
                        .build();
        loaded.loadParameters(
                manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        close(
                "output",
                expected,
                loaded.forward(
                                new ParameterStore(manager, false),
                                new NDList(x(), visible()),
                                false)
                        .head());
        assertEquals(expected.getShape(), loaded.getOutputShapes(new Shape[] {x().getShape()})[0]);
    }

    @Test
    void nothingIsLeftOnTheManagerOfTheParameters() {
        try (NDManager own = TestEngine.manager()) {
            RecurrentStack stack = stack(CellKind.LSTM, true, DataType.FLOAT32);
            NDArray x = Numbers.random(own, 1, new Shape(B, S, IN));
            NDArray visible = visible();
            visible.attach(own);
            stack.run(store, x, visible, null, false);
            int before = manager.getManagedArrays().size();
            stack.run(store, x, visible, null, false);
            assertEquals(before, manager.getManagedArrays().size());
        }
    }

    @Test
    void badSettingsAndInputsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RecurrentStack.builder().setInputSize(2).build());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        RecurrentStack.builder()
                                .setInputSize(2)
                                .setHiddenSize(2)
                                .optLayers(0)
                                .build());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        RecurrentStack.builder()
                                .setInputSize(2)
                                .setHiddenSize(2)
                                .optDropout(1)
                                .build());
        RecurrentStack stack = stack(CellKind.LSTM, true, DataType.FLOAT32);
        NDArray tooShort = manager.ones(new Shape(B, S - 1));
        assertThrows(
                IllegalArgumentException.class, () -> stack.run(store, x(), tooShort, null, false));
        RecurrentState withoutCell = initial(CellKind.GRU, 4);
        assertThrows(
                IllegalArgumentException.class,
                () -> stack.run(store, x(), null, withoutCell, false));
        assertThrows(
                IllegalArgumentException.class, () -> stack.forward(store, new NDList(), false));
    }

    private static void close(String what, NDArray expected, NDArray actual) {
        assertEquals(expected.getShape(), actual.getShape(), what);
        Numbers.assertClose(what, expected.toFloatArray(), actual.toFloatArray(), 1e-6, 1e-5);
    }
}
