package org.attn4j.cli.task.retrieval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.datasets.Collator;

/**
 * A row of texts as ids.
 *
 * @param columns the ids of each text
 * @param target the score, or the teacher's vector
 * @param texts the texts themselves, by which rows are told apart
 */
record EncodedTexts(List<long[]> columns, float[] target, List<String> texts) {

    int length() {
        return columns.stream().mapToInt(ids -> ids.length).max().orElseThrow();
    }

    /** Ids and mask (B, T) of each column, and the targets, (B) or (B, E). */
    static Collator<EncodedTexts> collator(long padId) {
        return (manager, rows, seed) -> {
            NDList data = new NDList();
            for (int column = 0; column < rows.get(0).columns.size(); column++) {
                int own = column;
                data.addAll(padded(manager, rows, row -> row.columns.get(own), padId));
            }
            return new Collator.Columns(data, new NDList(targets(manager, rows)));
        };
    }

    static <E> NDList padded(
            NDManager manager, List<E> rows, Function<E, long[]> values, long padId) {
        int width = rows.stream().mapToInt(row -> values.apply(row).length).max().orElseThrow();
        NDArray ids = filled(manager, rows, values, padId, width);
        NDArray mask =
                filled(
                        manager,
                        rows,
                        row -> {
                            long[] ones = new long[values.apply(row).length];
                            Arrays.fill(ones, 1);
                            return ones;
                        },
                        0,
                        width);
        return new NDList(ids, mask);
    }

    /** Rows of one width, (B, T). */
    static <E> NDArray filled(
            NDManager manager, List<E> rows, Function<E, long[]> values, long fill, int width) {
        long[] flat = new long[rows.size() * width];
        Arrays.fill(flat, fill);
        for (int i = 0; i < rows.size(); i++) {
            long[] own = values.apply(rows.get(i));
            System.arraycopy(own, 0, flat, i * width, own.length);
        }
        return HostArrays.of(manager, flat, new Shape(rows.size(), width));
    }

    private static NDArray targets(NDManager manager, List<EncodedTexts> rows) {
        int size = rows.get(0).target.length;
        float[] flat = new float[rows.size() * size];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i).target, 0, flat, i * size, size);
        }
        Shape shape = size == 1 ? new Shape(rows.size()) : new Shape(rows.size(), size);
        return HostArrays.of(manager, flat, shape);
    }
}
