package org.attn4j.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Bytes that are written to the last one: a channel may take fewer at a time. */
final class WholeBuffer {

    private WholeBuffer() {}

    static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
