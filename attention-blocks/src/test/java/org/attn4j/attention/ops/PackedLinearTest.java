package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("engine")
class PackedLinearTest {

    private NDManager manager;
    private ParameterStore parameters;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        parameters = new ParameterStore(manager, false);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private LinearBlock block(long in, long out, boolean bias) {
        LinearBlock block = LinearBlock.of(out, bias);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, in));
        block.getDirectParameters()
                .values()
                .forEach(
                        parameter -> {
                            NDArray array = parameter.getArray();
                            Numbers.random(manager, 1, array.getShape()).copyTo(array);
                        });
        return block;
    }

    private void pack(LinearBlock block, Precision precision) {
        try {
            block.pack(manager, precision);
        } catch (IllegalArgumentException e) {
            assumeTrue(false, e.getMessage()); // another engine, or a processor without it
        }
    }

    /** Results are off by at most this share of the largest, by what the numbers are rounded to. */
    private static double tolerance(Precision precision) {
        return switch (precision) {
            case FP32 -> 1e-5; // sums in another order
            case BF16 -> 0.02; // 8 bits of input, weight and result
            case INT8 -> 0.05; // half a step of 1/127 in inputs and of 1/63 in weights, summed
        };
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void packedMapsGiveWhatPlainOnesDo(Precision precision) {
        for (long[] size :
                new long[][] {
                    {1, 7, 9}, {5, 64, 48}, {33, 100, 257}, {130, 36, 72}, {9, 3072, 768}
                }) {
            for (boolean bias : new boolean[] {true, false}) {
                LinearBlock block = block(size[1], size[2], bias);
                NDArray x = Numbers.random(manager, 2, new Shape(size[0], size[1]));
                NDArray expected = block.apply(parameters, x, false);
                pack(block, precision);
                NDArray actual = block.apply(parameters, x, false);
                assertEquals(expected.getShape(), actual.getShape());
                float largest = expected.abs().max().getFloat();
                float off = actual.sub(expected).abs().max().getFloat();
                assertTrue(
                        off <= tolerance(precision) * largest,
                        () -> precision + ": " + off + " of " + largest);
                if (precision != Precision.FP32) {
                    assertTrue(off > 1e-6 * largest, "nothing was rounded");
                }
            }
        }
    }

    /** What is packed where oneDNN errs at widths that fill no block, on any processor. */
    @Test
    void outputsThatFillABlockUpAreCutOffAgain() throws IOException {
        assumeTrue(TestEngine.isPyTorch());
        LinearKernel plain = Kernels.reference().linear();
        NDArray x = Numbers.random(manager, 1, new Shape(3, 11, 36));
        NDArray weight1 = Numbers.random(manager, 2, new Shape(72, 36));
        NDArray bias1 = Numbers.random(manager, 3, new Shape(72));
        NDArray weight2 = Numbers.random(manager, 4, new Shape(36, 72));
        NDArray bias2 = Numbers.random(manager, 5, new Shape(36));
        PackedLinear.Form filled = PackedLinear.Form.of(Precision.FP32).get(1);
        try (TorchModule module = TorchModule.ofKernels(Device.cpu())) {
            PackedLinear map1 =
                    PackedLinear.of(module, manager, weight1, bias1, Precision.FP32, filled);
            PackedLinear map2 =
                    PackedLinear.of(module, manager, weight2, bias2, Precision.FP32, filled);
            NDArray expected = plain.linear(x, weight1, bias1);
            NDArray actual = map1.apply(x).orElseThrow();
            assertEquals(new Shape(3, 11, 72), actual.getShape());
            float[] inOnePiece = new float[3 * 11 * 72];
            HostArrays.read(actual, inOnePiece);
            Numbers.assertClose("map", expected.toFloatArray(), inOnePiece, 1e-5, 1e-5);

            List<NDArray> arguments = new ArrayList<>(List.of(x));
            arguments.addAll(map1.parts());
            arguments.addAll(map2.parts());
            arguments.add(module.scalar(PackedFeedForward.ACTIVATIONS.indexOf("gelu")));
            NDArray fed = module.call("packed_feed_forward", arguments.toArray(NDArray[]::new));
            NDArray whole = plain.linear(Activation.gelu(expected), weight2, bias2);
            Numbers.assertClose("both", whole.toFloatArray(), fed.toFloatArray(), 1e-4, 1e-5);
        }
        assertEquals(new Shape(72, 36), weight1.getShape());
    }

    /**
     * The arithmetic of one row by hand. −1 is −63.5 steps of 2/127, and half steps go up: −63. 0.5
     * is 63.5 steps of 1/127, or 31.5 of 1/63 where weights have 7 bits: 64, or 32.
     */
    @Test
    void int8RoundsEachRowByItsOwnLargest() {
        LinearBlock block = block(2, 1, false);
        HostArrays.of(manager, new float[] {1, 0.5f}, new Shape(1, 2))
                .copyTo(block.weight().getArray());
        pack(block, Precision.INT8);
        NDArray x = HostArrays.of(manager, new float[] {2, -1, 0.002f, 0}, new Shape(2, 2));
        float[] y = block.apply(parameters, x, false).toFloatArray();
        double eight = (127 * 127 - 63 * 64) * (2 / 127.0) * (1 / 127.0);
        double seven = (127 * 63 - 63 * 32) * (2 / 127.0) * (1 / 63.0);
        assertTrue(Math.abs(y[0] - eight) < 1e-6 || Math.abs(y[0] - seven) < 1e-6, "" + y[0]);
        assertEquals(0.002, y[1], 1e-8);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aRowDoesNotDependOnTheOthers(Precision precision) {
        LinearBlock block = block(64, 48, true);
        pack(block, precision);
        NDArray x = Numbers.random(manager, 2, new Shape(9, 64));
        NDArray loud = x.concat(Numbers.random(manager, 3, new Shape(9, 64)).mul(1000));
        NDArray alone = block.apply(parameters, x, false);
        NDArray together = block.apply(parameters, loud, false).get("0:9");
        float largest = alone.abs().max().getFloat();
        assertTrue(together.sub(alone).abs().max().getFloat() <= 1e-5 * largest);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void zerosAndNothingAreMapped(Precision precision) {
        assumeTrue(TestEngine.isPyTorch()); // MXNet cannot close an array without elements
        LinearBlock block = block(64, 48, true);
        pack(block, precision);
        NDArray bias = block.getDirectParameters().get("bias").getArray();
        Numbers.assertClose(
                "zeros",
                bias.toFloatArray(),
                block.apply(parameters, manager.zeros(new Shape(1, 64)), false).toFloatArray(),
                1e-2,
                1e-2);
        assertEquals(
                new Shape(0, 48),
                block.apply(parameters, manager.zeros(new Shape(0, 64)), false).getShape());
    }

    @Test
    void whatIsNotFiniteDoesNotBecomeFinite() {
        for (Precision precision : Precision.values()) {
            LinearBlock block = block(64, 48, true);
            pack(block, precision);
            float[] values = new float[64];
            values[5] = Float.NaN;
            NDArray x = HostArrays.of(manager, values, new Shape(1, 64));
            for (float value : block.apply(parameters, x, false).toFloatArray()) {
                assertFalse(Float.isFinite(value), precision + " gives " + value);
            }
        }
    }

    /** A gradient cannot go through packed weights: the weights themselves are used then. */
    @Test
    void gradientsGoThroughThePlainWeights() {
        LinearBlock block = block(7, 9, true);
        pack(block, Precision.FP32);
        NDArray x = Numbers.random(manager, 2, new Shape(3, 7));
        x.setRequiresGradient(true);
        // of something computed, of which DJL says that it has no gradient
        TestEngine.backward(() -> block.apply(parameters, Scalars.multiply(x, 1), false).sum());
        NDArray expected = block.weight().getArray().sum(new int[] {0}); // of every row
        for (long row = 0; row < 3; row++) {
            Numbers.assertClose(
                    "gradient",
                    expected.toFloatArray(),
                    x.getGradient().get(row).toFloatArray(),
                    1e-5,
                    1e-5);
        }
    }

    @Test
    void changedWeightsCountOnceTheBlockIsUnpacked() {
        LinearBlock block = block(7, 9, false);
        NDArray x = Numbers.random(manager, 2, new Shape(3, 7));
        pack(block, Precision.FP32);
        block.weight().getArray().muli(2);
        block.unpack();
        NDArray twice = block.apply(parameters, x, false);
        block.weight().getArray().divi(2);
        Numbers.assertClose(
                "twice",
                block.apply(parameters, x, false).mul(2).toFloatArray(),
                twice.toFloatArray(),
                1e-5,
                1e-5);
    }

    @Test
    void threadsShareAPackedMap() throws Exception {
        LinearBlock block = block(64, 48, true);
        pack(block, Precision.FP32);
        NDArray x = Numbers.random(manager, 2, new Shape(33, 64));
        float[] expected = block.apply(parameters, x, false).toFloatArray();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<float[]>> results =
                    IntStream.range(0, 32)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () -> {
                                                        try (NDManager own =
                                                                manager.newSubManager()) {
                                                            NDArray mine = x.duplicate();
                                                            mine.attach(own);
                                                            return block.forward(
                                                                            parameters,
                                                                            new NDList(mine),
                                                                            false)
                                                                    .head()
                                                                    .toFloatArray();
                                                        }
                                                    }))
                            .toList();
            for (Future<float[]> result : results) {
                Numbers.assertClose("thread", expected, result.get(), 1e-6, 1e-6);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void whereItCannotBeHadAPrecisionIsRefusedByName() {
        LinearBlock block = block(7, 9, true);
        boolean packs = Kernels.of(manager).choice().fused();
        if (packs) {
            return;
        }
        block.pack(manager, Precision.FP32); // computes with the plain weights
        Exception e =
                assertThrows(
                        IllegalArgumentException.class, () -> block.pack(manager, Precision.INT8));
        assertTrue(e.getMessage().contains("use fp32"), e.getMessage());
    }

    @Test
    void precisionsAreReadByName() {
        assertEquals(Precision.INT8, Precision.parse(" INT8 "));
        Exception e = assertThrows(IllegalArgumentException.class, () -> Precision.parse("int4"));
        assertEquals("precision must be one of fp32, bf16, int8, got \"int4\"", e.getMessage());
    }
}
