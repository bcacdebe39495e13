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
 * is converted first, in one direct buffer of bounded size that serves piece after piece.
 */
final class TensorReader {

    /** The most bytes of a file wrapped at a time; below the 2 GB that a buffer can hold. */
    static final int PIECE = 1 << 28;

    /** The most bytes of a file converted at a time. */
    private static final int CONVERTED_PIECE = 1 << 24;

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
            int most)
            throws IOException {
        if (info.bytes() == 0) {
            return manager.create(info.shape(), type);
        }
        long begin = dataStart + info.begin();
        int width = info.type().bytes();
        boolean asItLies = begin % width == 0 && hasEngineLayout(info.type());
        int piece = asItLies ? most : Math.min(most, CONVERTED_PIECE);
        ByteBuffer room =
                asItLies
                        ? null
                        : direct(
                                (int) Math.min(piece, info.bytes())
                                        / width
                                        * info.type().dataType().getNumOfBytes());
        if (info.bytes() <= piece) {
            ByteBuffer bytes = region.slice(begin, (int) info.bytes());
            return array(bytes, room, info.type(), info.shape(), manager, type);
        }
        long elements = info.bytes() / width;
        long step = piece / width;
        try (NDManager scratch = manager.newSubManager()) {
            NDArray whole = scratch.create(new Shape(elements), type);
            for (long at = 0; at < elements; at += step) {
                long count = Math.min(step, elements - at);
                ByteBuffer bytes = region.slice(begin + at * width, (int) (count * width));
                try (NDArray values =
                        array(bytes, room, info.type(), new Shape(count), scratch, type)) {
                    whole.set(new NDIndex("{}:{}", at, at + count), values);
                }
            }
            NDArray shaped = whole.reshape(info.shape());
            shaped.attach(manager);
            return shaped;
        }
    }

    private static boolean hasEngineLayout(TensorType type) {
        return switch (type) {
            case F32, F64, F16, I8, U8, I32, I64 -> true;
            default -> false;
        };
    }

    private static NDArray array(
            ByteBuffer bytes,
            ByteBuffer room,
            TensorType stored,
            Shape shape,
            NDManager manager,
            DataType type)
            throws IOException {
        ByteBuffer values = room == null ? bytes : converted(bytes, stored, room.clear());
        try (NDArray wrapped = manager.create(values, shape, stored.dataType())) {
            // An engine may have aliased the buffer: the copy is what leaves this method.
            return wrapped.getDataType() == type ? wrapped.duplicate() : wrapped.toType(type, true);
        } finally {
            Reference.reachabilityFence(values);
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** Fills the room from its beginning; the result is that part of it, with address 0 aligned. */
    private static ByteBuffer converted(ByteBuffer bytes, TensorType type, ByteBuffer room)
            throws IOException {
        int count = bytes.remaining() / type.bytes();
        switch (type) {
            case BF16 -> widenBrainFloat(bytes.asShortBuffer(), room.asIntBuffer());
            case I16 -> widenShort(bytes.asShortBuffer(), room.asIntBuffer(), -1);
            case U16 -> widenShort(bytes.asShortBuffer(), room.asIntBuffer(), 0xffff);
            case U32 -> widenUnsignedInt(bytes.asIntBuffer(), room.asLongBuffer());
            case U64 -> checkUnsigned(room.put(bytes).flip().asLongBuffer());
            case BOOL -> normaliseBooleans(bytes, room);
            default -> room.put(bytes);
        }
        return room.clear()
                .slice(0, count * type.dataType().getNumOfBytes())
                .order(ByteOrder.nativeOrder());
    }

    /** A bfloat16 is the upper half of the float32 with the same value. */
    private static void widenBrainFloat(ShortBuffer source, IntBuffer bits) {
        for (int i = 0, n = source.remaining(); i < n; i++) {
            bits.put(i, source.get(i) << 16);
        }
    }

    private static void widenShort(ShortBuffer source, IntBuffer values, int mask) {
        for (int i = 0, n = source.remaining(); i < n; i++) {
            values.put(i, source.get(i) & mask);
        }
    }

    private static void widenUnsignedInt(IntBuffer source, LongBuffer values) {
        for (int i = 0, n = source.remaining(); i < n; i++) {
            values.put(i, Integer.toUnsignedLong(source.get(i)));
        }
    }

    private static void checkUnsigned(LongBuffer values) throws IOException {
        for (int i = 0, n = values.remaining(); i < n; i++) {
            if (values.get(i) < 0) {
                throw new IOException(
                        "a U64 tensor holds %s, which exceeds int64"
                                .formatted(Long.toUnsignedString(values.get(i))));
            }
        }
    }

    /** A truth value that is neither 0 nor 1 is undefined behaviour in native code. */
    private static void normaliseBooleans(ByteBuffer bytes, ByteBuffer target) {
        for (int i = 0, n = bytes.remaining(); i < n; i++) {
            target.put(i, (byte) (bytes.get(i) == 0 ? 0 : 1));
        }
    }
}
