package org.attn4j.attention.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class KeyValueCacheTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /**
     * Two rows, one head, a place with one feature: the key is the number, the value its negative.
     */
    private static KeyValues place(NDManager manager, float row0, float row1) {
        NDArray key = manager.create(new float[] {row0, row1}, new Shape(2, 1, 1, 1));
        return new KeyValues(key, key.neg());
    }

    @Test
    void aGrowingCacheKeepsAllPlacesInOrder() {
        GrowingCache cache = new GrowingCache(manager);
        assertEquals(0, cache.length());
        cache.update(() -> place(manager, 1, 10));
        cache.update(() -> place(manager, 2, 20));
        KeyValues all = cache.update(() -> place(manager, 3, 30));
        assertEquals(3, cache.length());
        assertArrayEquals(new float[] {1, 2, 3, 10, 20, 30}, all.key().toFloatArray());
        assertArrayEquals(new float[] {-1, -2, -3, -10, -20, -30}, all.value().toFloatArray());
    }

    @Test
    void rowsAreKeptRepeatedAndReordered() {
        GrowingCache cache = new GrowingCache(manager);
        cache.update(() -> place(manager, 1, 10));
        cache.update(() -> place(manager, 2, 20));
        cache.select(manager.create(new long[] {1, 1, 0}));
        KeyValues all =
                cache.update(
                        () -> {
                            NDArray key =
                                    manager.create(new float[] {5, 6, 7}, new Shape(3, 1, 1, 1));
                            return new KeyValues(key, key.neg());
                        });
        assertArrayEquals(new float[] {10, 20, 5, 10, 20, 6, 1, 2, 7}, all.key().toFloatArray());
    }

    @Test
    void aStaticCacheKeepsWhatAGrowingOneKeeps() {
        StaticCache cache = new StaticCache(manager, 4);
        cache.update(() -> place(manager, 1, 10));
        cache.update(() -> place(manager, 2, 20));
        cache.select(manager.create(new long[] {1, 0}));
        KeyValues all = cache.update(() -> place(manager, 3, 30));
        assertEquals(3, cache.length());
        assertArrayEquals(new float[] {10, 20, 3, 1, 2, 30}, all.key().toFloatArray());
        assertArrayEquals(new float[] {-10, -20, -3, -1, -2, -30}, all.value().toFloatArray());
        assertEquals(2 * 2 * 4 * 4, cache.bytes());
        cache.update(() -> place(manager, 4, 40));
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> cache.update(() -> place(manager, 5, 50)));
        assertTrue(e.getMessage().contains("room for 4 positions"), e.getMessage());
        cache.close();
        assertEquals(0, cache.bytes());
    }

    @Test
    void aStaticCacheOfNoCapacityFindsRoom() {
        StaticCache cache = new StaticCache(manager);
        GrowingCache growing = new GrowingCache(manager);
        for (int i = 1; i <= 60; i++) {
            int number = i;
            float[] all =
                    growing.update(() -> place(manager, number, -number)).key().toFloatArray();
            KeyValues found = cache.update(() -> place(manager, number, -number));
            assertArrayEquals(all, found.key().toFloatArray());
        }
        assertEquals(60, cache.length());
    }

    @Test
    void rowsOfSeveralCachesAreJoinedWithThePlacesThatAreKept() {
        StaticCache cache = new StaticCache(manager);
        cache.update(() -> place(manager, 1, 10));
        cache.update(() -> place(manager, 2, 20));
        cache.update(() -> place(manager, 3, 30));
        StaticCache other = new StaticCache(manager);
        other.update(() -> place(manager, 7, 70));
        cache.join(
                List.of(
                        new CacheRows(cache, new int[] {1, 0}, new int[][] {{0, 2}, {1}}),
                        new CacheRows(other, new int[] {0}, new int[][] {{0}})));
        assertEquals(2, cache.length());
        assertEquals(1, other.length());
        KeyValues all =
                cache.update(
                        () -> {
                            NDArray key =
                                    manager.create(new float[] {4, 5, 6}, new Shape(3, 1, 1, 1));
                            return new KeyValues(key, key.neg());
                        });
        // A row that keeps fewer places is filled up with its first of all.
        assertArrayEquals(new float[] {10, 30, 4, 2, 1, 5, 7, 7, 6}, all.key().toFloatArray());
        assertArrayEquals(
                new float[] {-10, -30, -4, -2, -1, -5, -7, -7, -6}, all.value().toFloatArray());
    }

    @Test
    void aMemoryCacheComputesOnce() {
        MemoryCache cache = new MemoryCache(manager);
        KeyValues first = cache.update(() -> place(manager, 1, 10));
        KeyValues second =
                cache.update(
                        () -> {
                            throw new AssertionError("computed again");
                        });
        assertSame(first, second);
        cache.select(manager.create(new long[] {1}));
        assertArrayEquals(new float[] {10}, cache.update(() -> null).key().toFloatArray());
    }

    @Test
    void arraysLiveOnTheManagerOfTheCacheAndOldOnesAreClosed() {
        try (NDManager own = manager.newSubManager()) {
            GrowingCache growing = new GrowingCache(own);
            MemoryCache memory = new MemoryCache(own);
            StaticCache fixed = new StaticCache(own, 5);
            for (int i = 0; i < 5; i++) {
                try (NDManager step = manager.newSubManager()) {
                    float number = i;
                    growing.update(() -> place(step, number, number));
                    memory.update(() -> place(step, number, number));
                    fixed.update(() -> place(step, number, number));
                    fixed.select(step.create(new long[] {1, 0}));
                    growing.select(step.create(new long[] {1, 0}));
                    memory.select(step.create(new long[] {1, 0}));
                }
                assertEquals(6, own.getManagedArrays().size()); // keys and values of each
            }
            fixed.close();
            growing.close();
            memory.close();
            assertEquals(0, own.getManagedArrays().size());
            assertEquals(0, growing.length());
        }
    }

    @Test
    void stateIsKeptByNameAndFollowsTheRows() {
        for (KeyValueCache cache :
                List.of(
                        new GrowingCache(manager),
                        new StaticCache(manager, 3),
                        new MemoryCache(manager))) {
            assertNull(cache.state("sum"));
            cache.state("sum", manager.create(new float[] {1, 2, 3}));
            cache.state("steps", manager.create(new float[] {4, 5, 6}, new Shape(3, 1)));
            cache.select(manager.create(new long[] {2, 2, 0, 1}));
            assertArrayEquals(new float[] {3, 3, 1, 2}, cache.state("sum").toFloatArray());
            assertEquals(new Shape(4, 1), cache.state("steps").getShape());
            cache.state("sum", null);
            assertNull(cache.state("sum"));
            cache.close();
            assertNull(cache.state("steps"));
        }
    }

    @Test
    void stateLivesOnTheManagerOfTheCacheAndIsClosedWhenReplaced() {
        try (NDManager own = manager.newSubManager()) {
            KeyValueCache cache = new MemoryCache(own);
            NDArray kept;
            try (NDManager step = manager.newSubManager()) {
                kept = step.create(new float[] {1, 2});
                cache.state("sum", kept);
                cache.state("sum", kept); // the same again is not closed
            }
            assertArrayEquals(new float[] {1, 2}, cache.state("sum").toFloatArray());
            cache.state("sum", manager.create(new float[] {3, 4}));
            assertEquals(1, own.getManagedArrays().size());
            cache.select(manager.create(new long[] {1}));
            assertEquals(1, own.getManagedArrays().size());
            cache.close();
            assertEquals(0, own.getManagedArrays().size());
        }
    }

    @Test
    void placesOfAMechanismWithoutKeysAreCounted() {
        KeyValueCache cache = new GrowingCache(manager);
        cache.advance(3);
        cache.advance(1);
        assertEquals(4, cache.length());
        cache.close();
        assertEquals(0, cache.length());
    }
}
