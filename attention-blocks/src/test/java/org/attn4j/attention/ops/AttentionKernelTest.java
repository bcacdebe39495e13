package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds for any kernel: the masks' fine print, and that it is the reference up to rounding.
 */
@Tag("engine")
class AttentionKernelTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private AttentionRequest request(long queries, long keys, AttentionMask mask, DataType type) {
        NDArray query = Numbers.random(manager, 1, new Shape(2, 4, queries, 6)).toType(type, false);
        NDArray key = Numbers.random(manager, 2, new Shape(2, 2, keys, 6)).toType(type, false);
        NDArray value = Numbers.random(manager, 3, new Shape(2, 2, keys, 5)).toType(type, false);
        return mask.request(query, key, value, 0.4, 0, true, null);
    }

    private Map<String, AttentionMask> masks(long queries, long keys) {
        boolean[] visible = new boolean[(int) (2 * keys)];
        for (int i = 0; i < visible.length; i++) {
            visible[i] = i < keys - 2; // row 1 sees nothing
        }
        AttentionMask padding = AttentionMask.keys(manager.create(visible, new Shape(2, keys)));
        NDArray bias = Numbers.random(manager, 4, new Shape(1, 4, queries, keys));
        bias.set(new NDIndex(":, 1, 2"), Float.NEGATIVE_INFINITY); // a blind query of one head
        Map<String, AttentionMask> masks = new LinkedHashMap<>();
        masks.put("none", AttentionMask.none());
        masks.put("causal", AttentionMask.causal());
        masks.put("window", AttentionMask.window(1, 2));
        masks.put("padding", padding);
        masks.put("padding, causal", padding.and(AttentionMask.causal()));
        masks.put("bias", AttentionMask.bias(bias));
        masks.put("all", AttentionMask.bias(bias).and(padding).and(AttentionMask.window(2, 0)));
        return masks;
    }

    /**
     * Values and gradients, for masks of all kinds, with as many keys as queries, with more and
     * with fewer.
     */
    @Test
    void theFastestIsTheReference() {
        AttentionKernel fastest = TestKernel.FASTEST.get();
        for (long[] lengths : new long[][] {{5, 5}, {3, 7}, {7, 3}}) {
            masks(lengths[0], lengths[1])
                    .forEach(
                            (name, mask) -> {
                                String what = name + ", T=" + lengths[0] + ", S=" + lengths[1];
                                AttentionRequest expected =
                                        request(lengths[0], lengths[1], mask, DataType.FLOAT32);
                                AttentionRequest actual =
                                        request(lengths[0], lengths[1], mask, DataType.FLOAT32);
                                float[] reference =
                                        contextAndGradients(TestKernel.REFERENCE.get(), expected);
                                Numbers.assertClose(
                                        what,
                                        reference,
                                        contextAndGradients(fastest, actual),
                                        1e-5,
                                        1e-5);
                            });
        }
    }

    private static float[] contextAndGradients(AttentionKernel kernel, AttentionRequest request) {
        List<NDArray> inputs = List.of(request.query(), request.key(), request.value());
        inputs.forEach(array -> array.setRequiresGradient(true));
        NDArray context = kernel.attend(request);
        TestEngine.backward(() -> kernel.attend(request).square().sum());
        NDArray all = context.flatten();
        for (NDArray input : inputs) {
            all = all.concat(input.getGradient().flatten(), 0);
        }
        return all.toFloatArray();
    }

    @ParameterizedTest
    @EnumSource(TestKernel.class)
    void aRowOfMinusInfinityGivesZeros(TestKernel kernel) {
        NDArray bias = manager.zeros(new Shape(3, 4));
        bias.set(new NDIndex("1"), Float.NEGATIVE_INFINITY);
        NDArray context =
                kernel.get().attend(request(3, 4, AttentionMask.bias(bias), DataType.FLOAT32));
        assertEquals(0, context.get(new NDIndex(":, :, 1")).abs().max().getFloat());
        assertTrue(context.get(new NDIndex(":, :, 0")).abs().max().getFloat() > 0.01);
    }

    @ParameterizedTest
    @EnumSource(TestKernel.class)
    void aRowOfTheLowestFiniteNumberIsAveraged(TestKernel kernel) {
        NDArray bias = manager.zeros(new Shape(3, 4));
        bias.set(new NDIndex("1"), -Float.MAX_VALUE);
        AttentionRequest request = request(3, 4, AttentionMask.bias(bias), DataType.FLOAT32);
        NDArray context = kernel.get().attend(request).get(new NDIndex("0, 0, 1"));
        NDArray mean = request.value().get(new NDIndex("0, 0")).mean(new int[] {0});
        Numbers.assertClose("context", mean.toFloatArray(), context.toFloatArray(), 1e-5, 0);
    }

    @ParameterizedTest
    @EnumSource(TestKernel.class)
    void scoresFarApartDoNotOverflow(TestKernel kernel) {
        AttentionRequest request = request(4, 4, AttentionMask.causal(), DataType.FLOAT32);
        AttentionRequest steep =
                AttentionMask.causal()
                        .request(
                                request.query(),
                                request.key(),
                                request.value(),
                                1e4,
                                0,
                                true,
                                null);
        for (float value : kernel.get().attend(steep).toFloatArray()) {
            assertTrue(Float.isFinite(value));
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernel.class)
    void dropoutDropsInTrainingOnlyAndKeepsTheMean(TestKernel kernel) {
        NDArray query = manager.zeros(new Shape(1, 1, 2000, 2));
        NDArray key = manager.zeros(new Shape(1, 1, 8, 2));
        NDArray value = manager.ones(new Shape(1, 1, 8, 1));
        NDArray[] contexts = new NDArray[2];
        TestEngine.backward(
                () -> {
                    query.setRequiresGradient(true);
                    NDArray context = attend(kernel, query, key, value, true);
                    contexts[0] = context.duplicate();
                    return context.sum();
                });
        assertEquals(1, contexts[0].mean().getFloat(), 0.03);
        assertTrue(contexts[0].max().getFloat() > 1.2 && contexts[0].min().getFloat() < 0.8);
        contexts[1] = attend(kernel, query, key, value, false);
        assertEquals(1, contexts[1].max().getFloat(), 1e-5);
        assertEquals(1, contexts[1].min().getFloat(), 1e-5);
    }

    private static NDArray attend(
            TestKernel kernel, NDArray query, NDArray key, NDArray value, boolean training) {
        return kernel.get()
                .attend(AttentionMask.none().request(query, key, value, 1, 0.25f, training, null));
    }

    @Test
    void weightsAreThoseBeforeDropout() {
        NDArray query = Numbers.random(manager, 1, new Shape(1, 1, 6, 2));
        NDArray[] sums = new NDArray[1];
        TestEngine.backward(
                () -> {
                    query.setRequiresGradient(true);
                    WeightsRecorder recorder = new WeightsRecorder();
                    NDArray context =
                            TestKernel.REFERENCE
                                    .get()
                                    .attend(
                                            AttentionMask.none()
                                                    .request(
                                                            query, query, query, 1, 0.5f, true,
                                                            recorder));
                    sums[0] = recorder.weights().sum(new int[] {3}).duplicate();
                    return context.sum();
                });
        for (float sum : sums[0].toFloatArray()) {
            assertEquals(1, sum, 1e-5);
        }
    }

    @Test
    void mxnetHasNoHalfPrecisionMatrixProductsOnACpu() {
        assumeTrue(TestEngine.name().equals("MXNet") && !manager.getDevice().isGpu());
        NDArray half = manager.ones(new Shape(1, 1, 2, 2)).toType(DataType.FLOAT16, false);
        NDArray square = half.reshape(2, 2);
        var product =
                assertThrows(EngineException.class, () -> square.matMul(square).toByteBuffer());
        assertTrue(product.getMessage().contains("only supports float32/float64 for CPU"));
        var request = AttentionMask.none().request(half, half, half, 1, 0, false, null);
        var error =
                assertThrows(
                        EngineException.class, () -> TestKernel.REFERENCE.get().attend(request));
        assertTrue(error.getMessage().contains("only supports float32/float64 for CPU"));
    }

    @Test
    void shapesThatDoNotFitAreRefusedInWords() {
        NDArray query = manager.ones(new Shape(1, 4, 2, 3));
        NDArray key = manager.ones(new Shape(1, 3, 2, 3));
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> AttentionMask.none().request(query, key, key, 1, 0, false, null));
        assertTrue(error.getMessage().contains("G dividing N"), error.getMessage());
    }
}
