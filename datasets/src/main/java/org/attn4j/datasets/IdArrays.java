package org.attn4j.datasets;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays of token ids. */
final class IdArrays {

    private IdArrays() {}

    /**
     * Makes an array.
     *
     * @param manager where it lives
     * @param ids as many as the shape has positions
     * @param shape its shape
     * @return the array, of int64
     */
    static NDArray of(NDManager manager, long[] ids, Shape shape) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(Math.multiplyExact(ids.length, Long.BYTES))
                        .order(ByteOrder.nativeOrder());
        bytes.asLongBuffer().put(ids);
        return of(manager, bytes, shape, DataType.INT64);
    }

    /**
     * Makes an array.
     *
     * @param manager where it lives
     * @param values as many as the shape has positions
     * @param shape its shape
     * @return the array, of booleans
     */
    static NDArray of(NDManager manager, boolean[] values, Shape shape) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length);
        for (boolean value : values) {
            bytes.put((byte) (value ? 1 : 0));
        }
        return of(manager, bytes.rewind(), shape, DataType.BOOLEAN);
    }

    private static NDArray of(NDManager manager, ByteBuffer bytes, Shape shape, DataType type) {
        try {
            return manager.create(bytes, shape, type);
        } finally {
            // MXNet copies from the buffer, and DJL does not hold it meanwhile: a collection that
            // another thread causes would take it.
            Reference.reachabilityFence(bytes);
        }
    }
}
