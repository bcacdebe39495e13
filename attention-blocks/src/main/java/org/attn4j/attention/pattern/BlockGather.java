package org.attn4j.attention.pattern;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.attn4j.common.Require;

/**
 * Blocks of queries, and for each block the keys that it reads: Q blocks of M queries and K keys
 * each.
 *
 * <p>All queries of a block see all its keys, unless {@code seen} says otherwise, which is the same
 * for all blocks. A key that stands twice in a block counts twice.
 *
 * @param queries (Q, M) positions; −1 where a block is not full
 * @param keys (Q, K) positions; −1 where a block reads fewer
 * @param seen (M, K), whether the query in this position of a block sees the key in that one; null
 *     if every query sees all keys of its block
 */
public record BlockGather(int[][] queries, int[][] keys, boolean[][] seen) {

    /** Stands for no position. */
    public static final int NONE = -1;

    public BlockGather {
        Require.that(
                queries.length != 0 && queries.length == keys.length,
                "a gather needs keys for each block of queries, got %s blocks of"
                        + " queries and %s of keys",
                queries.length,
                keys.length);
    }

    /**
     * Returns the gather in which every query is a block of its own.
     *
     * @param queries the positions of the queries
     * @param columns the keys that a query sees
     * @return the gather
     */
    public static BlockGather singly(int[] queries, IntFunction<int[]> columns) {
        int[][] blocks = Arrays.stream(queries).mapToObj(i -> new int[] {i}).toArray(int[][]::new);
        int[][] keys = Arrays.stream(queries).mapToObj(columns).toArray(int[][]::new);
        return new BlockGather(blocks, level(keys), null);
    }

    /**
     * Returns Q.
     *
     * @return the number of blocks
     */
    public int blocks() {
        return queries.length;
    }

    /**
     * Returns M.
     *
     * @return queries in a block
     */
    public int blockSize() {
        return queries[0].length;
    }

    /**
     * Returns K.
     *
     * @return keys of a block
     */
    public int width() {
        return keys[0].length;
    }

    /** Blocks of consecutive positions, the last one filled up. */
    static int[][] consecutive(int first, int end, int blockSize) {
        int[][] blocks = new int[(end - first + blockSize - 1) / blockSize][];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = range(first + b * blockSize, first + (b + 1) * blockSize, first, end);
        }
        return blocks;
    }

    /**
     * The positions from {@code from} to before {@code to}, those outside of the limits left out.
     */
    static int[] range(int from, int to, int lowest, int end) {
        int[] positions = new int[to - from];
        for (int i = 0; i < positions.length; i++) {
            int position = from + i;
            positions[i] = position >= lowest && position < end ? position : NONE;
        }
        return positions;
    }

    /** Fills rows up to the same length, at least 1. */
    static int[][] level(int[][] rows) {
        int width = 1;
        for (int[] row : rows) {
            width = Math.max(width, row.length);
        }
        for (int i = 0; i < rows.length; i++) {
            int filled = rows[i].length;
            if (filled < width) {
                rows[i] = Arrays.copyOf(rows[i], width);
                Arrays.fill(rows[i], filled, width, NONE);
            }
        }
        return rows;
    }

    static int[] join(int[] one, int[] other) {
        int[] joined = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, joined, one.length, other.length);
        return joined;
    }
}
