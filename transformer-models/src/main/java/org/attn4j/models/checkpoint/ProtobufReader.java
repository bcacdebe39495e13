package org.attn4j.models.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a message in the wire format of protocol buffers, field by field. A damaged message is
 * refused with an {@link IllegalArgumentException}; nothing is allocated that the message does not
 * have the bytes for.
 */
public final class ProtobufReader {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer bytes;
    private int wire;

    /**
     * Starts before the first field.
     *
     * @param bytes the message
     */
    public ProtobufReader(byte[] bytes) {
        this(ByteBuffer.wrap(bytes));
    }

    /**
     * Starts before the first field.
     *
     * @param bytes the message, from the buffer's position to its limit
     */
    public ProtobufReader(ByteBuffer bytes) {
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Goes to the next field.
     *
     * @return its number, or 0 at the end
     */
    public int next() {
        if (!bytes.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        wire = (int) (tag & 7);
        long field = tag >>> 3;
        require(field > 0 && field < 1 << 29, "a field has no valid number");
        return (int) field;
    }

    /**
     * Reads the field's whole number.
     *
     * @return the number
     */
    public long number() {
        require(wire == VARINT, "a number is not written as one");
        return varint();
    }

    /**
     * Reads the field's truth value.
     *
     * @return the value
     */
    public boolean flag() {
        return number() != 0;
    }

    /**
     * Reads the field's 32-bit float.
     *
     * @return the float
     */
    public float real() {
        require(wire == FIXED32, "a float is not written as one");
        requireBytes(Float.BYTES);
        return bytes.getFloat();
    }

    /**
     * Reads the field's message.
     *
     * @return a reader of it
     */
    public ProtobufReader message() {
        return new ProtobufReader(slice());
    }

    /**
     * Reads the field's bytes.
     *
     * @return a copy
     */
    public byte[] data() {
        ByteBuffer content = slice();
        byte[] copy = new byte[content.remaining()];
        content.get(copy);
        return copy;
    }

    /**
     * Reads the field's bytes.
     *
     * @return a view of them, little-endian
     */
    public ByteBuffer slice() {
        int length = length();
        ByteBuffer content = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + length);
        return content;
    }

    /**
     * Reads the field's whole numbers, packed or one alone.
     *
     * @return the numbers
     */
    public long[] numbers() {
        if (wire == VARINT) {
            return new long[] {varint()};
        }
        ProtobufReader packed = message();
        int count = 0;
        for (int i = 0; i < packed.bytes.limit(); i++) {
            count += packed.bytes.get(i) >= 0 ? 1 : 0;
        }
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = packed.varint();
        }
        require(!packed.bytes.hasRemaining(), "a number has no end");
        return numbers;
    }

    /**
     * Reads the field's text.
     *
     * @return the text
     */
    public String text() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text is not UTF-8", e);
        }
    }

    /** Leaves the field unread. */
    public void skip() {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> leave(Long.BYTES);
            case LENGTH -> leave(length());
            case FIXED32 -> leave(Integer.BYTES);
            default -> throw new IllegalArgumentException("a field is of the unknown kind " + wire);
        }
    }

    private void leave(int length) {
        requireBytes(length);
        bytes.position(bytes.position() + length);
    }

    private int length() {
        require(wire == LENGTH, "a text or message is not written as one");
        long length = varint();
        require(
                length >= 0 && length <= bytes.remaining(),
                "a text or message is longer than the file");
        return (int) length;
    }

    private void requireBytes(int length) {
        require(length <= bytes.remaining(), "it ends within a field");
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            requireBytes(1);
            byte next = bytes.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number has no end");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
