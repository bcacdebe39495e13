package org.attn4j.datasets;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/** Rows of ids of one width, filled up. */
final class IdTable {

    private final long[] ids;
    private final int rows;
    private final int width;

    IdTable(int rows, int width, long filling) {
        ids = new long[Math.multiplyExact(rows, width)];
        this.rows = rows;
        this.width = width;
        Arrays.fill(ids, filling);
    }

    /** Puts ids into a row. */
    void put(int row, int at, int[] values) {
        for (int i = 0; i < values.length; i++) {
            ids[row * width + at + i] = values[i];
        }
    }

    /** Puts one id into a part of a row. */
    void fill(int row, int from, int to, long value) {
        Arrays.fill(ids, row * width + from, row * width + to, value);
    }

    void set(int row, int at, long value) {
        ids[row * width + at] = value;
    }

    /** The rows as an array of int64. */
    NDArray array(NDManager manager) {
        return IdArrays.of(manager, ids, new Shape(rows, width));
    }
}
