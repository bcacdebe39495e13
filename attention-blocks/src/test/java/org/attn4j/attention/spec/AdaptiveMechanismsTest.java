package org.attn4j.attention.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Map;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.AdaptiveSpanAttention;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AdaptiveMechanismsTest {

    private static AttentionSite site(AttentionSlot slot) {
        return new AttentionSite(slot, 0, 8, 2, 0, 12, null);
    }

    /** The weights of self-attention, (1, N, 6, 6). */
    private static NDArray weights(
            NDManager manager, AttentionSlot slot, String name, Map<String, Object> options) {
        Attention attention = Mechanisms.create(new AttentionSpec(name, options), site(slot));
        manager.getEngine().setRandomSeed(1);
        attention.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 8));
        NDArray x = Numbers.random(manager, 1, new Shape(1, 6, 8));
        WeightsRecorder recorder = new WeightsRecorder();
        AttentionOutput output =
                attention.attend(
                        new ParameterStore(manager, false),
                        AttentionInputs.self(x).withObserver(recorder),
                        false);
        assertEquals(new Shape(1, 6, 8), output.context().getShape(), name);
        return recorder.weights();
    }

    private static long zeros(NDArray weights) {
        return weights.eq(0).toType(DataType.INT64, false).sum().getLong();
    }

    @Test
    void optionsReachTheBlock() {
        try (NDManager manager = TestEngine.manager()) {
            AttentionSlot decoder = AttentionSlot.DECODER_SELF;
            AttentionSlot encoder = AttentionSlot.ENCODER_SELF;
            Map<String, Object> narrow = Map.of("ramp", 1, "initialSpan", 1);
            assertEquals(2 * (36 - 11), zeros(weights(manager, decoder, "adaptive-span", narrow)));
            assertEquals(2 * (36 - 16), zeros(weights(manager, encoder, "adaptive-span", narrow)));
            long sparse = zeros(weights(manager, encoder, "sparsemax", Map.of()));
            long less = zeros(weights(manager, encoder, "entmax", Map.of("alpha", 1.5)));
            long least = zeros(weights(manager, encoder, "entmax", Map.of("alpha", 1.05)));
            assertTrue(sparse >= less && less > least, sparse + ", " + less + ", " + least);
            weights(manager, encoder, "entmax", Map.of());
            weights(manager, encoder, "talking-heads", Map.of("keyHeads", 4, "valueHeads", 1));
            weights(manager, encoder, "cosine", Map.of());
            weights(manager, encoder, "qk-norm", Map.of());
            weights(manager, encoder, "qk-norm", Map.of("kind", "layer"));
            AdaptiveSpanAttention span =
                    (AdaptiveSpanAttention)
                            Mechanisms.create(
                                    new AttentionSpec("adaptive-span", Map.of("maxSpan", 5)),
                                    site(decoder));
            span.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 8));
            manager.full(new Shape(2), 1.5f)
                    .copyTo(span.span().getDirectParameters().get("span").getArray());
            ParameterStore store = new ParameterStore(manager, false);
            assertEquals(5, span.span().spans(store, manager, false).max().getFloat());
        }
    }

    @Test
    void wrongPlacesAndOptionsAreRefusedWithTheReason() {
        refused("adaptive-span", Map.of(), AttentionSlot.CROSS, "self-attention");
        refused("sentinel", Map.of(), AttentionSlot.DECODER_SELF, "cross-attention");
        refused("qk-norm", Map.of("kind", "batch"), AttentionSlot.CROSS, "length or layer");
        refused("entmax", Map.of("alpha", 3), AttentionSlot.CROSS, "alpha must be");
        refused("talking-heads", Map.of("keyHeads", 3), AttentionSlot.CROSS, "divisible");
    }

    private static void refused(
            String name, Map<String, Object> options, AttentionSlot slot, String words) {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Mechanisms.create(new AttentionSpec(name, options), site(slot)));
        assertTrue(error.getMessage().contains(words), error.getMessage());
    }
}
