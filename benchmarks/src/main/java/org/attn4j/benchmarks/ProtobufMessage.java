package org.attn4j.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.checkpoint.TensorContent;

/**
 * A message in the wire format of protocol buffers, to be written. Tensors are asked for their
 * values when it is, one at a time.
 */
final class ProtobufMessage {

    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    /** Some of the bytes. */
    private interface Piece {

        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private final List<Piece> pieces = new ArrayList<>();
    private long length;

    /** The number of bytes. */
    long length() {
        return length;
    }

    /** Adds a whole number. */
    ProtobufMessage number(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    /** Adds a 32-bit float. */
    ProtobufMessage real(int field, float value) {
        tag(field, FIXED32);
        bytes(
                ByteBuffer.allocate(Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(value)
                        .array());
        return this;
    }

    /** Adds a text. */
    ProtobufMessage text(int field, String text) {
        return data(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds bytes. */
    ProtobufMessage data(int field, byte[] data) {
        tag(field, LENGTH);
        varint(data.length);
        bytes(data);
        return this;
    }

    /** Adds the values of a tensor as bytes. */
    ProtobufMessage values(int field, TensorContent tensor) {
        tag(field, LENGTH);
        varint(tensor.bytes());
        pieces.add(tensor::writeTo);
        length += tensor.bytes();
        return this;
    }

    /** Adds a message as it is now. */
    ProtobufMessage message(int field, ProtobufMessage message) {
        tag(field, LENGTH);
        varint(message.length);
        pieces.addAll(message.pieces);
        length += message.length;
        return this;
    }

    void writeTo(WritableByteChannel channel) throws IOException {
        for (Piece piece : pieces) {
            piece.writeTo(channel);
        }
    }

    private void tag(int field, int wire) {
        varint((long) field << 3 | wire);
    }

    private void varint(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        bytes(bytes.toByteArray());
    }

    private void bytes(byte[] bytes) {
        pieces.add(channel -> WholeBuffer.write(channel, ByteBuffer.wrap(bytes)));
        length += bytes.length;
    }
}
