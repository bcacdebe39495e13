package org.attn4j.visual;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.spec.AttentionProvider;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionRecorderTest {

    private static final int B = 2;
    private static final int T = 5;
    private static final int D = 8;

    private final NDManager manager = TestEngine.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<String> mechanisms() {
        return Mechanisms.fitting(AttentionSlot.ENCODER_SELF).stream()
                .map(AttentionProvider::info)
                .map(it -> it.name());
    }

    /** A fused kernel gives no weights, so another one computes when somebody looks. */
    @ParameterizedTest
    @MethodSource("mechanisms")
    void recordingLeavesTheOutputAsItIs(String name) {
        Attention attention = mechanism(name);
        NDArray x = Numbers.random(manager, 2, new Shape(B, T, D));
        ParameterStore parameters = new ParameterStore(manager, false);
        float[] unobserved =
                attention
                        .attend(parameters, AttentionInputs.self(x), false)
                        .context()
                        .toFloatArray();
        AttentionRecorder recorder = new AttentionRecorder();
        WeightsRecorder told = new WeightsRecorder();
        AttentionInputs inputs =
                AttentionInputs.self(x)
                        .withObserver(
                                (site, weights) -> {
                                    recorder.observe(site, weights);
                                    told.observe(site, weights);
                                });
        float[] observed = attention.attend(parameters, inputs, false).context().toFloatArray();
        // float32: sums of 8 products of numbers near 1, in another order, differ by a few 1e-7
        assertArrayEquals(unobserved, observed, 1e-6f);
        assertEquals(1, recorder.recorded().size());
        assertArrayEquals(told.weights().toFloatArray(), recorder.recorded().get(0).weights());
    }

    private Attention mechanism(String name) {
        AttentionSite site = new AttentionSite(AttentionSlot.ENCODER_SELF, 0, D, 2, 0, 16, null);
        Attention attention = Mechanisms.create(AttentionSpec.named(name), site);
        Shape shape = new Shape(B, T, D);
        attention.initialize(manager, DataType.FLOAT32, shape, shape, shape);
        return attention;
    }

    @Test
    void whatIsRecordedOutlivesThePass() {
        AttentionRecorder recorder = new AttentionRecorder();
        try (NDManager pass = manager.newSubManager()) {
            recorder.observe("a", weights(pass, 1, 2, 2, 3));
        }
        RecordedAttention recorded = recorder.recorded().get(0);
        assertEquals(List.of(1, 2, 2, 3), sizes(recorded));
        assertEquals(10, recorded.weight(0, 1, 1, 1));
        assertArrayEquals(new float[] {3, 4, 5}, recorded.row(0)[0][1]);
        float[][][] real = recorded.row(0, 1, 2);
        assertArrayEquals(new float[][][] {{{0, 1}}, {{6, 7}}}, real, "without the padding");
        assertThrows(IllegalArgumentException.class, () -> recorded.row(0, 3, 3));
    }

    @Test
    void aSecondPassIsAFurtherEntry() {
        AttentionRecorder recorder = new AttentionRecorder();
        recorder.at("layers.0").observe("self_attn", weights(manager, 1, 1, 1, 2));
        recorder.observe("other", weights(manager, 1, 1, 1, 2));
        recorder.at("layers.0").observe("self_attn", weights(manager, 1, 1, 1, 3));
        assertEquals(
                List.of("layers.0.self_attn 0", "other 0", "layers.0.self_attn 1"),
                recorder.recorded().stream().map(it -> it.site() + " " + it.pass()).toList());
        float[][][] joined = recorder.joined("layers.0.self_attn", 0);
        assertArrayEquals(new float[] {0, 1, Float.NaN}, joined[0][0]);
        assertArrayEquals(new float[] {0, 1, 2}, joined[0][1]);
    }

    @Test
    void halfPrecisionIsWidened() {
        AttentionRecorder recorder = new AttentionRecorder();
        recorder.observe("", weights(manager, 1, 1, 2, 2).toType(DataType.FLOAT16, false));
        assertArrayEquals(new float[] {0, 1, 2, 3}, recorder.recorded().get(0).weights());
    }

    @Test
    void whatIsNotThereIsRefused() {
        AttentionRecorder recorder = new AttentionRecorder();
        NDArray flat = weights(manager, 1, 1, 2, 2).reshape(2, 2);
        assertThrows(IllegalArgumentException.class, () -> recorder.observe("a", flat));
        recorder.observe("a", weights(manager, 1, 1, 2, 2));
        String message =
                assertThrows(IllegalArgumentException.class, () -> recorder.joined("b", 0))
                        .getMessage();
        assertTrue(message.contains("got b, observed [a]"), message);
        RecordedAttention recorded = recorder.recorded().get(0);
        assertThrows(IllegalArgumentException.class, () -> recorded.weight(0, 0, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> recorded.row(1));
    }

    /** (B, N, T, S) with 0, 1, 2 and so on. */
    private static NDArray weights(NDManager manager, long... sizes) {
        Shape shape = new Shape(sizes);
        float[] numbers = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        return HostArrays.of(manager, numbers, shape);
    }

    private static List<Integer> sizes(RecordedAttention it) {
        return List.of(it.batch(), it.heads(), it.queries(), it.keys());
    }
}
