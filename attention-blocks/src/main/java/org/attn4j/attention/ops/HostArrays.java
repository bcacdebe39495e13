package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Arrays from numbers of Java's, in memory of the engine's own, and back.
 *
 * <p>DJL's {@code manager.create(float[])} goes through a buffer that the garbage collector may
 * take too early. On MXNet nothing holds it while the engine copies, so when another thread causes
 * a collection meanwhile, the array is filled with whatever stands there then. On PyTorch the array
 * lies in the buffer, which is gone with the array, while a gradient may still need it. Here the
 * buffer is held until the engine has copied it.
 */
public final class HostArrays {

    private HostArrays() {}

    /**
     * Copies numbers.
     *
     * @param manager where the array lives
     * @param values as many as the shape has elements
     * @param shape the shape
     * @return an array of float32
     */
    public static NDArray of(NDManager manager, float[] values, Shape shape) {
        ByteBuffer bytes = buffer(values.length, DataType.FLOAT32);
        bytes.asFloatBuffer().put(values);
        return copied(manager, bytes, shape, DataType.FLOAT32);
    }

    /**
     * Copies integers.
     *
     * @param manager where the array lives
     * @param values as many as the shape has elements
     * @param shape the shape
     * @return an array of int64
     */
    public static NDArray of(NDManager manager, long[] values, Shape shape) {
        ByteBuffer bytes = buffer(values.length, DataType.INT64);
        bytes.asLongBuffer().put(values);
        return copied(manager, bytes, shape, DataType.INT64);
    }

    /**
     * Copies integers.
     *
     * @param manager where the array lives
     * @param values as many as the shape has elements
     * @param shape the shape
     * @return an array of int32
     */
    public static NDArray of(NDManager manager, int[] values, Shape shape) {
        ByteBuffer bytes = buffer(values.length, DataType.INT32);
        bytes.asIntBuffer().put(values);
        return copied(manager, bytes, shape, DataType.INT32);
    }

    /**
     * Copies indices, which engines want in int64.
     *
     * @param manager where the array lives
     * @param indices R of them
     * @return (R) of int64
     */
    public static NDArray indices(NDManager manager, int... indices) {
        long[] wide = Arrays.stream(indices).asLongStream().toArray();
        return of(manager, wide, new Shape(wide.length));
    }

    /**
     * Copies truth values.
     *
     * @param manager where the array lives
     * @param values as many as the shape has elements
     * @param shape the shape
     * @return an array of booleans
     */
    public static NDArray of(NDManager manager, boolean[] values, Shape shape) {
        ByteBuffer bytes = buffer(values.length, DataType.BOOLEAN);
        for (boolean value : values) {
            bytes.put((byte) (value ? 1 : 0));
        }
        return copied(manager, bytes.rewind(), shape, DataType.BOOLEAN);
    }

    /**
     * Fills an array. DJL's {@code array.set} has the same fault on MXNet as its {@code create}.
     *
     * @param array an array of float32
     * @param values as many as it has elements
     */
    public static void set(NDArray array, float[] values) {
        ByteBuffer bytes = buffer(values.length, DataType.FLOAT32);
        set(array, bytes, bytes.asFloatBuffer().put(values).rewind());
    }

    /**
     * Fills an array.
     *
     * @param array an array of float64
     * @param values as many as it has elements
     */
    public static void set(NDArray array, double[] values) {
        ByteBuffer bytes = buffer(values.length, DataType.FLOAT64);
        set(array, bytes, bytes.asDoubleBuffer().put(values).rewind());
    }

    /**
     * Copies numbers to an array of Java's that is there already.
     *
     * @param array an array of float32
     * @param room takes its numbers, from the beginning
     */
    public static void read(NDArray array, float[] room) {
        try {
            ByteBuffer bytes = array.toByteBuffer(true).order(ByteOrder.nativeOrder());
            bytes.asFloatBuffer().get(room, 0, Math.toIntExact(array.size()));
        } finally {
            Reference.reachabilityFence(array);
        }
    }

    /** The buffer is a view of the bytes, which are held until the engine has copied them. */
    private static void set(NDArray array, ByteBuffer bytes, Buffer values) {
        try {
            array.set(values);
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    private static ByteBuffer buffer(int count, DataType type) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, type.getNumOfBytes()))
                .order(ByteOrder.nativeOrder());
    }

    private static NDArray copied(NDManager manager, ByteBuffer bytes, Shape shape, DataType type) {
        if (bytes.remaining() != Math.multiplyExact(shape.size(), (long) type.getNumOfBytes())) {
            throw new IllegalArgumentException(
                    "values must fill the shape, got %s values, shape=%s"
                            .formatted(bytes.remaining() / type.getNumOfBytes(), shape));
        }
        try (NDArray wrapped = manager.create(bytes, shape, type)) {
            return wrapped.duplicate();
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }
}
