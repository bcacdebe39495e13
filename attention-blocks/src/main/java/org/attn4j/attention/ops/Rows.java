package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;

/**
 * Rows of an array, by number. They are looked up as an embedding looks vectors up, which copies
 * them as wholes: libtorch takes 4 to 10 times as long for an index, number by number.
 */
public final class Rows {

    private Rows() {}

    /**
     * Takes rows.
     *
     * @param array (R, …)
     * @param index which rows, (R') of int64; the same row may be there several times
     * @return (R', …), on the manager of the array
     */
    public static NDArray of(NDArray array, NDArray index) {
        Shape shape = array.getShape();
        Shape row = shape.slice(1);
        if (row.dimension() == 0 || row.size() == 0 || !array.getDataType().isFloating()) {
            return array.get(new NDIndex("{}", index));
        }
        boolean flat = row.dimension() == 1;
        NDArray table = flat ? array : array.reshape(shape.get(0), row.size());
        NDArray rows =
                index.getNDArrayInternal()
                        .embedding(index, table, SparseFormat.DENSE)
                        .singletonOrThrow(); // (R', row)
        rows.attach(array.getManager());
        if (flat) {
            return rows;
        }
        NDArray shaped = rows.reshape(new Shape(index.size()).addAll(row));
        rows.close();
        table.close();
        return shaped;
    }
}
