package org.attn4j.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;

/**
 * Takes float32 and passes it on as GGUF's Q8_0: of 32 numbers a scale in float16, so that the
 * largest is ±127, and 32 int8 that it multiplies.
 */
record GgufBlocks(WritableByteChannel channel) implements WritableByteChannel {

    /** The numbers of a block. */
    static final int SIZE = 32;

    static final int BYTES = Short.BYTES + SIZE;

    private static final int MOST = 127;
    private static final int BLOCKS_AT_ONCE = 4096;

    private static final float LARGEST_HALF = 65504;

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int taken = bytes.remaining();
        Require.that(
                taken % (SIZE * Float.BYTES) == 0,
                "Q8_0 is written in blocks of %s numbers, got %s bytes of float32",
                SIZE,
                taken);
        FloatBuffer numbers = bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer blocks =
                ByteBuffer.allocate(BLOCKS_AT_ONCE * BYTES).order(ByteOrder.LITTLE_ENDIAN);
        float[] block = new float[SIZE];
        while (numbers.hasRemaining()) {
            numbers.get(block);
            put(block, blocks);
            if (!blocks.hasRemaining() || !numbers.hasRemaining()) {
                AtomicFile.writeFully(channel, blocks.flip());
                blocks.clear();
            }
        }
        bytes.position(bytes.limit());
        return taken;
    }

    private static void put(float[] block, ByteBuffer target) {
        float largest = 0;
        for (float value : block) {
            largest = Math.max(largest, Math.abs(value));
        }
        float scale = largest / MOST;
        target.putShort(half(scale));
        float factor = scale == 0 ? 0 : 1 / scale;
        for (float value : block) {
            int rounded = Math.round(Math.abs(value) * factor); // halves away from zero
            target.put((byte) (value < 0 ? -rounded : rounded));
        }
    }

    /** A number that is not negative in float16: 5 bits of exponent, 10 of fraction. */
    private static short half(float value) {
        Require.that(value <= LARGEST_HALF, "a scale fits float16, got %s", value);
        int exponent = Math.max(Math.getExponent(value), -14); // below it steps stay the same
        int steps = (int) Math.rint(Math.scalb((double) value, 10 - exponent));
        return (short) ((exponent + 14 << 10) + steps); // 1024 steps are one exponent more
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
