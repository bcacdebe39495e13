package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The engine's kernel against the reference on random shapes, each shape more than once since a
 * kernel is recompiled as it is used.
 */
@Tag("engine")
class AttentionKernelAgreementTest {

    private static final double VALUES = 1e-5;
    private static final double GRADIENTS = 1e-4;

    private final Random random = new Random(7);

    @Test
    void withoutAMask() {
        repeatedly((m, shape) -> AttentionMask.none());
    }

    @Test
    void causal() {
        repeatedly((m, shape) -> AttentionMask.causal());
    }

    @Test
    void slidingWindow() {
        repeatedly((m, shape) -> AttentionMask.window(2, random.nextInt(3)));
    }

    @Test
    void padding() {
        repeatedly((m, shape) -> AttentionMask.keys(visible(m, 0.7, shape.b, shape.s)));
    }

    @Test
    void paddingAndCausalWithRowsThatSeeNothing() {
        repeatedly(
                (m, shape) ->
                        AttentionMask.keys(visible(m, 0.4, shape.b, shape.s))
                                .and(AttentionMask.causal()));
    }

    @Test
    void everythingHidden() {
        repeatedly((m, shape) -> AttentionMask.keys(m.zeros(new Shape(shape.b, shape.s))));
    }

    @Test
    void patternForEachHead() {
        repeatedly(
                (m, shape) ->
                        AttentionMask.dense(visible(m, 0.5, shape.b, shape.n, shape.t, shape.s)));
    }

    @Test
    void patternForEachBatch() {
        repeatedly((m, shape) -> AttentionMask.dense(visible(m, 0.5, shape.b, shape.t, shape.s)));
    }

    @Test
    void biasForEachHead() {
        repeatedly((m, shape) -> AttentionMask.bias(normal(m, 1, shape.n, 1, shape.s)));
    }

    @Test
    void realisedOnceForAllLayers() {
        repeatedly(
                (m, shape) ->
                        AttentionMask.keys(visible(m, 0.6, shape.b, shape.s))
                                .and(AttentionMask.bias(normal(m, shape.t, shape.s)))
                                .realise(m, shape.t, shape.s));
    }

    @Test
    void gradientReachesTheBias() {
        try (NDManager m = TestEngine.manager()) {
            NDArray bias = normal(m, 1, 2, 4, 5);
            bias.setRequiresGradient(true);
            Sizes shape = new Sizes(3, 2, 2, 4, 5, 6, 6);
            Inputs inputs = Inputs.random(this, m, shape);
            // the mask passes gradients if its arrays are made where they are recorded
            Supplier<AttentionRequest> request =
                    () -> inputs.request(AttentionMask.bias(bias), 0.5);
            float[] expected = gradients(Kernels.reference().attention(), request, bias).get(0);
            float[] actual = gradients(Kernels.of(m).attention(), request, bias).get(0);
            Numbers.assertClose("bias", expected, actual, GRADIENTS, GRADIENTS);
        }
    }

    @Test
    void requestForWeightsIsAnswered() {
        try (NDManager m = TestEngine.manager()) {
            Inputs in = Inputs.random(this, m, new Sizes(2, 2, 2, 3, 4, 5, 5));
            AttentionRequest plain = in.request(AttentionMask.none(), 0.4);
            WeightsRecorder recorder = new WeightsRecorder();
            AttentionRequest asking =
                    AttentionMask.none()
                            .request(in.query, in.key, in.value, 0.4, 0, false, recorder);
            AttentionKernel kernel = Kernels.of(m).attention();
            Numbers.assertClose(
                    "context",
                    kernel.attend(plain).toFloatArray(),
                    kernel.attend(asking).toFloatArray(),
                    VALUES,
                    VALUES);
            assertEquals(new Shape(2, 2, 3, 4), recorder.weights().getShape());
        }
    }

    @Test
    void droppedWeightsKeepTheMeanOfTheContext() {
        try (NDManager m = TestEngine.manager()) {
            Inputs in = Inputs.random(this, m, new Sizes(1, 4, 2, 3, 5, 4, 4));
            AttentionMask mask =
                    AttentionMask.keys(m.create(new float[] {1, 1, 1, 0, 1}, new Shape(1, 5)));
            AttentionRequest plain = in.request(mask, 0.5);
            AttentionRequest dropping =
                    mask.request(in.query, in.key, in.value, 0.5, 0.3f, true, null);
            NDArray expected = Kernels.reference().attention().attend(plain);
            NDArray sum = expected.zerosLike();
            int runs = 4000;
            AttentionKernel kernel = Kernels.of(m).attention();
            for (int i = 0; i < runs; i++) {
                try (NDArray context = TestEngine.training(() -> kernel.attend(dropping))) {
                    sum.addi(context);
                }
            }
            // The standard deviation of a mean of 4000 is about 0.01.
            Numbers.assertClose(
                    "mean", expected.toFloatArray(), sum.div(runs).toFloatArray(), 0.08, 0);
            AttentionRequest predicting =
                    mask.request(in.query, in.key, in.value, 0.5, 0.3f, false, null);
            Numbers.assertClose(
                    "predicting",
                    expected.toFloatArray(),
                    kernel.attend(predicting).toFloatArray(),
                    VALUES,
                    VALUES);
        }
    }

    @Test
    void inputsWithNamesThatTheEngineReadsMeaningInto() {
        try (NDManager m = TestEngine.manager()) {
            Inputs in = Inputs.random(this, m, new Sizes(1, 1, 1, 2, 3, 4, 4));
            AttentionRequest request = in.request(AttentionMask.none(), 0.5);
            float[] expected = Kernels.of(m).attention().attend(request).toFloatArray();
            in.query.setName("encoder.query");
            in.key.setName("keys[]");
            in.value.setName("module_method:nothing");
            float[] actual = Kernels.of(m).attention().attend(request).toFloatArray();
            Numbers.assertClose("named", expected, actual, 0, 0);
        }
    }

    @Test
    void otherPrecisions() {
        assumeTrue(TestEngine.isPyTorch(), "MXNet computes attention in float32 alone");
        try (NDManager m = TestEngine.manager()) {
            Inputs in = Inputs.random(this, m, new Sizes(2, 2, 1, 4, 4, 3, 3));
            NDArray visible = m.create(new float[] {1, 1, 0, 1, 0, 0, 0, 0}, new Shape(2, 4));
            for (AttentionMask mask :
                    new AttentionMask[] {AttentionMask.causal(), AttentionMask.keys(visible)}) {
                AttentionKernel reference = Kernels.reference().attention();
                float[] expected = reference.attend(in.request(mask, 0.5)).toFloatArray();
                for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT16}) {
                    AttentionRequest request = in.to(type).request(mask, 0.5);
                    NDArray actual = Kernels.of(m).attention().attend(request);
                    assertEquals(type, actual.getDataType());
                    Numbers.assertClose(
                            type + " of " + mask,
                            expected,
                            actual.toType(DataType.FLOAT32, false).toFloatArray(),
                            type == DataType.FLOAT16 ? 1e-2 : VALUES,
                            0);
                }
            }
        }
    }

    @Test
    void contextGoesToTheManagerOfTheQuery() {
        try (NDManager m = TestEngine.manager();
                NDManager step = m.newSubManager()) {
            Inputs in = Inputs.random(this, m, new Sizes(1, 2, 1, 3, 3, 4, 4));
            in.query.attach(step);
            NDArray context =
                    Kernels.of(m).attention().attend(in.request(AttentionMask.causal(), 0.5));
            assertEquals(step, context.getManager());
        }
    }

    private interface MaskOf {
        AttentionMask make(NDManager manager, Sizes shape);
    }

    private record Sizes(int b, int n, int g, int t, int s, int h, int hv) {}

    private record Inputs(NDArray query, NDArray key, NDArray value) {

        static Inputs random(AttentionKernelAgreementTest test, NDManager m, Sizes z) {
            return new Inputs(
                    test.normal(m, z.b, z.n, z.t, z.h),
                    test.normal(m, z.b, z.g, z.s, z.h),
                    test.normal(m, z.b, z.g, z.s, z.hv));
        }

        Inputs to(DataType type) {
            return new Inputs(
                    query.toType(type, false), key.toType(type, false), value.toType(type, false));
        }

        AttentionRequest request(AttentionMask mask, double scale) {
            return mask.request(query, key, value, scale, 0, true, null);
        }
    }

    /**
     * Sizes that meet every branch: one query, as many queries as keys, fewer, more; shared heads;
     * values of another size.
     */
    private static final List<Sizes> SIZES =
            List.of(
                    new Sizes(2, 2, 2, 5, 5, 4, 4),
                    new Sizes(1, 4, 2, 1, 6, 8, 8),
                    new Sizes(3, 4, 1, 3, 7, 4, 6),
                    new Sizes(2, 6, 3, 7, 4, 5, 5),
                    new Sizes(2, 2, 2, 1, 1, 3, 3),
                    new Sizes(1, 2, 1, 33, 40, 16, 16));

    private void repeatedly(MaskOf masks) {
        for (int round = 0; round < 3; round++) {
            for (Sizes sizes : SIZES) {
                try (NDManager m = TestEngine.manager()) {
                    compare(m, sizes, masks.make(m, sizes));
                }
            }
        }
    }

    private void compare(NDManager m, Sizes sizes, AttentionMask mask) {
        Inputs in = Inputs.random(this, m, sizes);
        for (NDArray array : List.of(in.query, in.key, in.value)) {
            array.setRequiresGradient(true);
        }
        AttentionRequest request = in.request(mask, 0.1 + random.nextDouble());
        AttentionKernel reference = Kernels.reference().attention();
        AttentionKernel kernel = Kernels.of(m).attention();
        Numbers.assertClose(
                "context of " + sizes,
                reference.attend(request).toFloatArray(),
                kernel.attend(request).toFloatArray(),
                VALUES,
                VALUES);
        List<float[]> expected = gradients(reference, () -> request, in.query, in.key, in.value);
        List<float[]> actual = gradients(kernel, () -> request, in.query, in.key, in.value);
        for (int i = 0; i < expected.size(); i++) {
            assertFalse(Float.isNaN(actual.get(i)[0]));
            Numbers.assertClose(
                    "gradient " + i + " of " + sizes,
                    expected.get(i),
                    actual.get(i),
                    GRADIENTS,
                    GRADIENTS);
        }
    }

    private static List<float[]> gradients(
            AttentionKernel kernel, Supplier<AttentionRequest> request, NDArray... of) {
        for (NDArray array : of) {
            NDArray gradient = array.getGradient();
            if (gradient != null) {
                Kernels.reference().optimizer().zero(new NDList(gradient));
            }
        }
        TestEngine.backward(
                () -> {
                    NDArray context = kernel.attend(request.get());
                    // a cotangent that differs everywhere
                    return context.mul(context.add(0.3)).sum();
                });
        return List.of(of).stream().map(a -> a.getGradient().toFloatArray()).toList();
    }

    private NDArray normal(NDManager m, long... shape) {
        return array(m, new Shape(shape), () -> (float) random.nextGaussian());
    }

    private NDArray visible(NDManager m, double share, long... shape) {
        return array(m, new Shape(shape), () -> random.nextDouble() < share ? 1f : 0f);
    }

    private static NDArray array(NDManager m, Shape shape, Supplier<Float> element) {
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.get();
        }
        return m.create(values, shape);
    }
}
