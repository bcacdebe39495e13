package org.attn4j.models.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LastTokenHeadTest {

    private static final int PAD = 9;

    private static float[] logits(NDManager manager, Integer padId, long[][] ids) {
        LastTokenHead head = new LastTokenHead(2, 2, padId, null);
        head.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 2));
        head.getParameters()
                .get(0)
                .getValue()
                .getArray()
                .set(new float[] {1, 0, 0, 1}); // the states themselves
        NDArray states =
                manager.arange(0f, ids.length * 6, 1).reshape(ids.length, 3, 2); // (B, T, D)
        return head.apply(
                        new ParameterStore(manager, false),
                        new BaseOutput(states, null),
                        ModelInputs.of(manager.create(ids)),
                        false)
                .require("logits")
                .toFloatArray();
    }

    @Test
    void takesTheLastTokenThatIsNoPadding() {
        try (NDManager manager = TestEngine.manager()) {
            long[][] ids = {{1, 2, 3}, {1, 2, PAD}, {PAD, 1, 2}, {1, PAD, 2}, {PAD, PAD, PAD}};
            assertArrayEquals(
                    new float[] {4, 5, 8, 9, 16, 17, 22, 23, 24, 25}, logits(manager, PAD, ids));
        }
    }

    @Test
    void withoutPaddingItTakesOneSequenceAtATime() {
        try (NDManager manager = TestEngine.manager()) {
            assertArrayEquals(
                    new float[] {4, 5}, logits(manager, null, new long[][] {{1, 2, PAD}}));
            long[][] two = {{1, 2, 3}, {1, 2, 3}};
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> logits(manager, null, two));
            assertTrue(e.getMessage().contains("no pad_token_id"), e.getMessage());
        }
    }
}
