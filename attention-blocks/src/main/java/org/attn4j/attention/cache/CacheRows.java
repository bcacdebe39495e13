package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Rows;
import org.attn4j.common.Require;

/**
 * Rows of a cache and the positions that are kept of each.
 *
 * @param cache the cache, of keys and values alone
 * @param rows which of its rows, in the order wanted; one may be repeated
 * @param positions for each of them its positions, in the order wanted
 */
public record CacheRows(KeyValueCache cache, int[] rows, int[][] positions) {

    public CacheRows {
        Require.that(
                rows.length == positions.length,
                "there must be positions for each row, got %s rows and positions of %s",
                rows.length,
                positions.length);
        Require.that(!cache.hasState(), "only keys and values can be taken from a cache");
    }

    /** Those of arrays, each row filled up with its first position, (B', G, length, H). */
    KeyValues of(KeyValues held, int length) {
        try (NDArray index = index(held.key().getManager(), held.key().getShape(), length)) {
            return new KeyValues(
                    taken(held.key(), index, length), taken(held.value(), index, length));
        }
    }

    /** Where the heads of the positions lie, one after the other. */
    private NDArray index(NDManager manager, Shape shape, int length) {
        int groups = Math.toIntExact(shape.get(1));
        int stored = Math.toIntExact(shape.get(2));
        int[] places = new int[Math.multiplyExact(rows.length, Math.multiplyExact(groups, length))];
        int next = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int group = 0; group < groups; group++) {
                int first = Math.multiplyExact(rows[i] * groups + group, stored);
                int kept = positions[i].length;
                for (int j = 0; j < length; j++) {
                    places[next++] = first + (j < kept ? positions[i][j] : 0);
                }
            }
        }
        return HostArrays.indices(manager, places);
    }

    private NDArray taken(NDArray array, NDArray index, int length) {
        Shape shape = array.getShape(); // (B, G, S, H)
        try (NDArray flat = array.reshape(-1, shape.get(3)); // (B G S, H)
                NDArray kept = Rows.of(flat, index)) {
            return kept.reshape(rows.length, shape.get(1), length, shape.get(3));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CacheRows that
                && cache.equals(that.cache)
                && Arrays.equals(rows, that.rows)
                && Arrays.deepEquals(positions, that.positions);
    }

    @Override
    public int hashCode() {
        return 31 * cache.hashCode() + Arrays.hashCode(rows);
    }

    @Override
    public String toString() {
        return "CacheRows[rows=%s, positions=%s]"
                .formatted(Arrays.toString(rows), Arrays.deepToString(positions));
    }
}
