package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.attn4j.attention.kernel.HostArrays;

/** Sequences of different lengths as one rectangular tensor. */
final class PaddedIds {

    private PaddedIds() {}

    /**
     * Fills up short rows at their end.
     *
     * @param manager where the tensor lives
     * @param rows the sequences
     * @param padId what they are filled up with
     * @return (B, S) int64, with S at least 1
     */
    static NDArray of(NDManager manager, List<int[]> rows, int padId) {
        int length = Math.max(1, rows.stream().mapToInt(row -> row.length).max().orElse(0));
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
}
