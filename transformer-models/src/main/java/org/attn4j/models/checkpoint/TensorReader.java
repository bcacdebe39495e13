package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/**
 * Carries values from a file's map into arrays without a detour through the Java heap.
 *
 * <p>What has the engine's own layout is wrapped where it lies and copied once by the engine, so
 * that the result is aligned, owned by the engine and independent of the map (an engine may alias
 * the buffer it is given, and writing to a read-only map kills the process). What has not
 * (bfloat16, small and unsigned integers, values at odd addresses, truth values other than 0 and 1)
 * is converted in a direct buffer first.
 */
final class TensorReader {

    /** The most bytes of a file handled at a time; below the 2 GB that a buffer can hold. */
    static final int PIECE = 1 << 28;

    private TensorReader() {}

    static NDArray read(
            FileRegion region, long dataStart, TensorInfo info, NDManager manager, DataType type)
            throws IOException {
        return read(region, dataStart, info, manager, type, PIECE);
    }

    static NDArray read(
            FileRegion region,
            long dataStart,
            TensorInfo info,
            NDManager manager,
            DataType type,
            int piece)
            throws IOException {
        if (info.bytes() == 0) {
            return manager.create(info.shape(), type);
        }
        long begin = dataStart + info.begin();
        if (info.bytes() <= piece) {
            ByteBuffer bytes = region.slice(begin, (int) info.bytes());
            return array(bytes, info.type(), info.shape(), manager, type);
        }
        // Larger than a buffer: filled piece by piece.
        long elements = info.bytes() / info.type().bytes();
        long step = piece / info.type().bytes();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray whole = scratch.create(new Shape(elements), type);
            for (long at = 0; at < elements; at += step) {
                long count = Math.min(step, elements - at);
                ByteBuffer bytes =
                        region.slice(
                                begin + at * info.type().bytes(),
                                (int) (count * info.type().bytes()));
                try (NDArray values = array(bytes, info.type(), new Shape(count), scratch, type)) {
                    whole.set(new NDIndex("{}:{}", at, at + count), values);
                }
            }
            NDArray shaped = whole.reshape(info.shape());
            shaped.attach(manager);
            return shaped;
        }
    }

    private static NDArray array(
            ByteBuffer bytes, TensorType stored, Shape shape, NDManager manager, DataType type)
            throws IOException {
        ByteBuffer values = asEngineLayout(bytes, stored);
        try (NDArray wrapped = manager.create(values, shape, stored.dataType())) {
            // An engine may have aliased the buffer: the copy is what leaves this method.
            return wrapped.getDataType() == type ? wrapped.duplicate() : wrapped.toType(type, true);
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    private static ByteBuffer asEngineLayout(ByteBuffer bytes, TensorType type) throws IOException {
        return switch (type) {
            case F32, F64, F16, I8, U8, I32, I64 ->
                    bytes.alignmentOffset(0, type.bytes()) == 0
                            ? bytes
                            : direct(bytes.remaining()).put(bytes).flip();
            case BF16 -> widenBrainFloat(bytes);
            case I16, U16 -> widenShort(bytes, type == TensorType.I16 ? -1 : 0xffff);
            case U32 -> widenUnsignedInt(bytes);
            case U64 -> checkedUnsignedLong(bytes);
            case BOOL -> normalisedBoolean(bytes);
            default ->
                    throw new IOException(
                            "tensors of type " + type + " cannot be read into an array");
        };
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** A bfloat16 is the upper half of the float32 with the same value. */
    private static ByteBuffer widenBrainFloat(ByteBuffer bytes) {
        ShortBuffer source = bytes.asShortBuffer();
        ByteBuffer target = direct(source.remaining() * Float.BYTES);
        IntBuffer bits = target.asIntBuffer();
        for (int i = 0, n = source.remaining(); i < n; i++) {
            bits.put(i, source.get(i) << 16);
        }
        return target;
    }

    private static ByteBuffer widenShort(ByteBuffer bytes, int mask) {
        ShortBuffer source = bytes.asShortBuffer();
        ByteBuffer target = direct(source.remaining() * Integer.BYTES);
        IntBuffer values = target.asIntBuffer();
        for (int i = 0, n = source.remaining(); i < n; i++) {
            values.put(i, source.get(i) & mask);
        }
        return target;
    }

    private static ByteBuffer widenUnsignedInt(ByteBuffer bytes) {
        IntBuffer source = bytes.asIntBuffer();
        ByteBuffer target = direct(source.remaining() * Long.BYTES);
        LongBuffer values = target.asLongBuffer();
        for (int i = 0, n = source.remaining(); i < n; i++) {
            values.put(i, Integer.toUnsignedLong(source.get(i)));
        }
        return target;
    }

    private static ByteBuffer checkedUnsignedLong(ByteBuffer bytes) throws IOException {
        ByteBuffer target = direct(bytes.remaining());
        LongBuffer values = target.put(bytes).flip().asLongBuffer();
        for (int i = 0, n = values.remaining(); i < n; i++) {
            if (values.get(i) < 0) {
                throw new IOException(
                        "a U64 tensor holds "
                                + Long.toUnsignedString(values.get(i))
                                + ", which exceeds int64");
            }
        }
        return target;
    }

    /** A truth value that is neither 0 nor 1 is undefined behaviour in native code. */
    private static ByteBuffer normalisedBoolean(ByteBuffer bytes) {
        ByteBuffer target = direct(bytes.remaining());
        for (int i = 0, n = bytes.remaining(); i < n; i++) {
            target.put(i, (byte) (bytes.get(i) == 0 ? 0 : 1));
        }
        return target;
    }
}
