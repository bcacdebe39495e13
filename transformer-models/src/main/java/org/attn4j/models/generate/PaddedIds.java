package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;

/** Sequences of different lengths as one rectangular tensor. */
public final class PaddedIds {

    private PaddedIds() {}

    /**
     * Fills up short rows at their end.
     *
     * @param manager where the tensor lives
     * @param rows the sequences
     * @param padId what they are filled up with
     * @return (B, S) int64, with S at least 1
     */
    public static NDArray of(NDManager manager, List<int[]> rows, int padId) {
        int length = width(rows);
        long[] ids = new long[Math.multiplyExact(rows.size(), length)];
        Arrays.fill(ids, padId);
        for (int i = 0; i < rows.size(); i++) {
            int[] row = rows.get(i);
            for (int j = 0; j < row.length; j++) {
                ids[i * length + j] = row[j];
            }
        }
        return HostArrays.of(manager, ids, new Shape(rows.size(), length));
    }

    /**
     * Tells sequences from what fills them up.
     *
     * @param manager where the tensor lives
     * @param rows the sequences
     * @return (B, S) of booleans, true where a token of the sequence stands, whatever its id
     */
    public static NDArray filled(NDManager manager, List<int[]> rows) {
        int length = width(rows);
        boolean[] filled = new boolean[Math.multiplyExact(rows.size(), length)];
        for (int i = 0; i < rows.size(); i++) {
            Arrays.fill(filled, i * length, i * length + rows.get(i).length, true);
        }
        return HostArrays.of(manager, filled, new Shape(rows.size(), length));
    }

    private static int width(List<int[]> rows) {
        return Math.max(1, rows.stream().mapToInt(row -> row.length).max().orElse(0));
    }
}
