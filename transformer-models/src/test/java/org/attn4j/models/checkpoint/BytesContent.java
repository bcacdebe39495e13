package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A tensor of bytes that needs no engine. */
record BytesContent(String name, byte[] values) implements TensorContent {

    @Override
    public TensorType type() {
        return TensorType.U8;
    }

    @Override
    public Shape shape() {
        return new Shape(values.length);
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        AtomicFile.writeFully(channel, ByteBuffer.wrap(values));
    }
}
