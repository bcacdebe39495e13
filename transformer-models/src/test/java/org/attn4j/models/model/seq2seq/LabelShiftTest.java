package org.attn4j.models.model.seq2seq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;

class LabelShiftTest {

    private static final long[][] LABELS = {{7, 8, 2, -100}, {5, 6, 9, 2}};

    @Test
    void startTokenStandsBeforeLabelsAndPaddingForThoseThatDoNotCount() {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            long[] shifted =
                    LabelShift.startingWith(3, 1).shift(manager.create(LABELS)).toLongArray();
            assertArrayEquals(new long[] {3, 7, 8, 2, 3, 5, 6, 9}, shifted);
            long[][] early = {{7, -100, -100}};
            assertArrayEquals(
                    new long[] {3, 7, 1},
                    LabelShift.startingWith(3, 1).shift(manager.create(early)).toLongArray());
        }
    }

    @Test
    void lastTokenMovesToTheFrontForMbart() {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            long[][] labels = {{7, 8, 2, 110, -100}, {5, 6, 9, 2, 111}};
            assertArrayEquals(
                    new long[] {110, 7, 8, 2, 110, 111, 5, 6, 9, 2},
                    LabelShift.wrapping(1).shift(manager.create(labels)).toLongArray());
        }
    }

    @Test
    void saysWhatTheConfigurationLacks() {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            LabelShift shift = LabelShift.startingWith(null, 1);
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> shift.shift(manager.create(LABELS)))
                            .getMessage();
            assertTrue(message.contains("decoder_start_token_id"), message);
        }
    }
}
