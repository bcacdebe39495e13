package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * A tensor of floats that is written in another float type, piece by piece, without an array in
 * between. As in PyTorch, float64 is rounded to float32 on its way to the short types.
 */
public final class ConvertedContent implements TensorContent {

    /** A multiple of every element's size. */
    private static final int PIECE = 1 << 20;

    private final TensorContent content;
    private final TensorType type;
    private long overflowed;

    /**
     * Creates the content.
     *
     * @param content the tensor as it is, of one of the float types of 16 to 64 bits
     * @param type the type to write, another of them
     * @throws IllegalArgumentException if either type is none
     */
    public ConvertedContent(TensorContent content, TensorType type) {
        if (!isFloat(content.type()) || !isFloat(type)) {
            throw new IllegalArgumentException(
                    "tensor %s of type %s cannot be converted to %s"
                            .formatted(PrintableName.of(content.name()), content.type(), type));
        }
        this.content = content;
        this.type = type;
    }

    /**
     * Returns whether tensors of a type can be converted.
     *
     * @param type the type
     * @return true for F64, F32, F16 and BF16
     */
    public static boolean isFloat(TensorType type) {
        return switch (type) {
            case F64, F32, F16, BF16 -> true;
            default -> false;
        };
    }

    @Override
    public String name() {
        return content.name();
    }

    @Override
    public TensorType type() {
        return type;
    }

    @Override
    public Shape shape() {
        return content.shape();
    }

    /**
     * Returns how many finite numbers were too large for the type, and became infinite.
     *
     * @return the count, once the content was written
     */
    public long overflowed() {
        return overflowed;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        overflowed = 0;
        content.writeTo(new Converting(channel));
    }

    /** Takes bytes of the one type and passes on bytes of the other. */
    private final class Converting implements WritableByteChannel {

        private final WritableByteChannel channel;
        private final ByteBuffer converted =
                ByteBuffer.allocateDirect(PIECE / content.type().bytes() * type.bytes())
                        .order(ByteOrder.LITTLE_ENDIAN);

        Converting(WritableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int taken = bytes.remaining();
            ByteBuffer source = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            if (taken % content.type().bytes() != 0) {
                throw new IOException("tensor " + name() + " was cut within a number");
            }
            while (source.hasRemaining()) {
                int end = Math.min(source.limit(), source.position() + PIECE);
                convert(source, end);
                AtomicFile.writeFully(channel, converted.flip());
            }
            bytes.position(bytes.limit());
            return taken;
        }

        private void convert(ByteBuffer source, int end) {
            converted.clear();
            while (source.position() < end) {
                double value = next(source);
                switch (type) {
                    case F64 -> converted.putDouble(value);
                    case F32 -> converted.putFloat(finite(value, (float) value));
                    case F16 -> {
                        short half = ShortFloats.toHalf((float) value);
                        finite(value, ShortFloats.fromHalf(half));
                        converted.putShort(half);
                    }
                    default -> {
                        short brain = ShortFloats.toBrainFloat((float) value);
                        finite(value, ShortFloats.fromBrainFloat(brain));
                        converted.putShort(brain);
                    }
                }
            }
        }

        private double next(ByteBuffer source) {
            return switch (content.type()) {
                case F64 -> source.getDouble();
                case F32 -> source.getFloat();
                case F16 -> ShortFloats.fromHalf(source.getShort());
                default -> ShortFloats.fromBrainFloat(source.getShort());
            };
        }

        private float finite(double before, float after) {
            if (Float.isInfinite(after) && !Double.isInfinite(before)) {
                overflowed++;
            }
            return after;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {
            // The channel belongs to the one who opened it.
        }
    }
}
