package org.attn4j.models.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message in the wire format of protocol buffers, to be written. Tensors are asked for their
 * values when it is, one at a time.
 */
public final class ProtobufMessage {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    /** Some of the bytes. */
    private interface Piece {

        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private final List<Piece> pieces = new ArrayList<>();
    private long length;

    /** Begins a message without fields. */
    public ProtobufMessage() {
        // each field is added
    }

    /**
     * Returns the number of bytes.
     *
     * @return as many as are written
     */
    public long length() {
        return length;
    }

    /**
     * Adds a whole number.
     *
     * @param field its number
     * @param value the value
     * @return this
     */
    public ProtobufMessage number(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    /**
     * Adds a 32-bit float.
     *
     * @param field its number
     * @param value the value
     * @return this
     */
    public ProtobufMessage real(int field, float value) {
        tag(field, FIXED32);
        bytes(ordered(Float.BYTES).putFloat(value).array());
        return this;
    }

    /**
     * Adds a 64-bit float.
     *
     * @param field its number
     * @param value the value
     * @return this
     */
    public ProtobufMessage real(int field, double value) {
        tag(field, FIXED64);
        bytes(ordered(Double.BYTES).putDouble(value).array());
        return this;
    }

    private static ByteBuffer ordered(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Adds a text.
     *
     * @param field its number
     * @param text the text, written in UTF-8
     * @return this
     */
    public ProtobufMessage text(int field, String text) {
        return data(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds bytes.
     *
     * @param field its number
     * @param data the bytes
     * @return this
     */
    public ProtobufMessage data(int field, byte[] data) {
        tag(field, LENGTH);
        varint(data.length);
        bytes(data);
        return this;
    }

    /**
     * Adds the values of a tensor as bytes.
     *
     * @param field its number
     * @param tensor the tensor
     * @return this
     */
    public ProtobufMessage values(int field, TensorContent tensor) {
        tag(field, LENGTH);
        varint(tensor.bytes());
        pieces.add(tensor::writeTo);
        length += tensor.bytes();
        return this;
    }

    /**
     * Adds a message as it is now.
     *
     * @param field its number
     * @param message the message
     * @return this
     */
    public ProtobufMessage message(int field, ProtobufMessage message) {
        tag(field, LENGTH);
        varint(message.length);
        pieces.addAll(message.pieces);
        length += message.length;
        return this;
    }

    /**
     * Writes the message.
     *
     * @param channel where it goes
     * @throws IOException if it cannot be written
     */
    public void writeTo(WritableByteChannel channel) throws IOException {
        for (Piece piece : pieces) {
            piece.writeTo(channel);
        }
    }

    /**
     * Returns the message, which must be small.
     *
     * @return its bytes
     * @throws IOException if the values of a tensor cannot be read
     */
    public byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writeTo(Channels.newChannel(bytes));
        return bytes.toByteArray();
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
        pieces.add(channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(bytes)));
        length += bytes.length;
    }
}
