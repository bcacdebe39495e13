package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LengthSortedBatchesTest {

    private static final List<int[]> SEQUENCES =
            List.of(
                    new int[] {5},
                    new int[] {6, 7, 8},
                    new int[] {},
                    new int[] {9, 10, 11, 12, 13, 14, 15},
                    new int[] {16, 17});

    @Test
    void putsLikeLengthsTogetherAndPads() {
        LengthSortedBatches batches = new LengthSortedBatches(SEQUENCES, 6, 64);
        assertEquals(3, batches.count());
        assertArrayEquals(new int[] {3}, batches.rows(0)); // longer than the budget
        assertArrayEquals(new int[] {1, 4}, batches.rows(1));
        assertArrayEquals(new int[] {0, 2}, batches.rows(2));
        try (NDManager manager = TestEngine.newManager()) {
            NDArray middle = batches.padded(manager, 1, 99);
            assertEquals(new Shape(2, 3), middle.getShape());
            assertArrayEquals(new long[] {6, 7, 8, 16, 17, 99}, middle.toLongArray());
            assertArrayEquals(new long[] {5, 99}, batches.padded(manager, 2, 99).toLongArray());
        }
    }

    @Test
    void restoresTheOrder() {
        LengthSortedBatches batches = new LengthSortedBatches(SEQUENCES, 1_000, 2);
        List<List<String>> results = new ArrayList<>();
        for (int i = 0; i < batches.count(); i++) {
            results.add(
                    Arrays.stream(batches.rows(i))
                            .mapToObj(row -> Arrays.toString(SEQUENCES.get(row)))
                            .toList());
            assertTrue(results.get(i).size() <= 2);
        }
        assertEquals(SEQUENCES.stream().map(Arrays::toString).toList(), batches.restore(results));
        assertThrows(IllegalArgumentException.class, () -> batches.restore(List.of()));
    }

    @Test
    void nothingGivesNothing() {
        LengthSortedBatches batches = new LengthSortedBatches(List.of(), 10, 10);
        assertEquals(0, batches.count());
        assertEquals(List.of(), batches.restore(List.of()));
    }
}
