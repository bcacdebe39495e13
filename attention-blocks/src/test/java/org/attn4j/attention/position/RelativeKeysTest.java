package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class RelativeKeysTest {

    private static final int LENGTH = 16;

    private static Attention attention(boolean keys) {
        return MultiHeadAttention.builder()
                .setModelSize(8)
                .setHeads(4)
                .optRelativeKeys(new RelativeKeys(LENGTH, 2, keys))
                .build();
    }

    @Nested
    class QueriesCompare extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return attention(false);
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    @Nested
    class QueriesAndKeysCompare extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return attention(true);
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    /** The rows of the table are the distances −2 … 2, with the vectors (d, 1). */
    private static RelativeKeys byDistance(NDManager manager, boolean keys) {
        RelativeKeys relative = new RelativeKeys(3, 2, keys);
        NDArray table =
                manager.create(new float[] {-2, 1, -1, 1, 0, 1, 1, 1, 2, 1}, new Shape(5, 2));
        relative.getDirectParameters().get("weight").setInitializer((m, s, t) -> table.duplicate());
        relative.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        return relative;
    }

    @Test
    void queriesMeetTheVectorOfTheirDistanceToTheKey() {
        try (NDManager manager = TestEngine.manager()) {
            ParameterStore store = new ParameterStore(manager, false);
            // Two queries, the last of three places: (1, 10) at place 1 and (2, 20) at place 2.
            NDArray query = manager.create(new float[] {1, 10, 2, 20}, new Shape(1, 1, 2, 2));
            NDArray key = manager.create(new float[] {1, 0, 0, 1, 3, 0}, new Shape(1, 1, 3, 2));
            NDArray scores = byDistance(manager, false).scores(store, query, key, false);
            // Query at 1: distances 1, 0, −1 to the keys at 0, 1, 2; query at 2: 2, 1, 0.
            assertArrayEquals(new float[] {11, 10, 9, 24, 22, 20}, scores.toFloatArray());
            NDArray both = byDistance(manager, true).scores(store, query, key, false);
            // Beside it key · (d, 1): (1, 0) gives d, (0, 1) gives 1, (3, 0) gives 3 d.
            assertArrayEquals(new float[] {12, 11, 6, 26, 23, 20}, both.toFloatArray());
        }
    }

    @Test
    void sequencesBeyondTheTableAreRefused() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray long4 = manager.ones(new Shape(1, 1, 4, 2));
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    byDistance(manager, false)
                                            .scores(
                                                    new ParameterStore(manager, false),
                                                    long4,
                                                    long4,
                                                    false));
            assertTrue(e.getMessage().contains("maxLength=3"), e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> new RelativeKeys(0, 2, false));
        MultiHeadAttention.Builder shared =
                MultiHeadAttention.builder()
                        .setModelSize(8)
                        .setHeads(4)
                        .optKeyValueHeads(2)
                        .optRelativeKeys(new RelativeKeys(LENGTH, 2, false));
        assertThrows(IllegalArgumentException.class, shared::build);
    }
}
