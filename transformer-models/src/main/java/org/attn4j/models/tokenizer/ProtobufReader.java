package org.attn4j.models.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a message in the wire format of protocol buffers, field by field. A damaged message is
 * refused; nothing is allocated that the message does not have the bytes for.
 */
final class ProtobufReader {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int wire;

    ProtobufReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ProtobufReader(byte[] bytes, int begin, int end) {
        this.bytes = bytes;
        this.at = begin;
        this.end = end;
    }

    /** Goes to the next field and returns its number, or 0 at the end. */
    int next() {
        if (at == end) {
            return 0;
        }
        long tag = varint();
        wire = (int) (tag & 7);
        long field = tag >>> 3;
        require(field > 0 && field < 1 << 29, "a field has no valid number");
        return (int) field;
    }

    /** Reads the field's whole number. */
    long number() {
        require(wire == VARINT, "a number is not written as one");
        return varint();
    }

    boolean flag() {
        return number() != 0;
    }

    /** Reads the field's 32-bit float. */
    float real() {
        require(wire == FIXED32, "a float is not written as one");
        int begin = take(Float.BYTES);
        int bits = 0;
        for (int i = Float.BYTES - 1; i >= 0; i--) {
            bits = bits << 8 | bytes[begin + i] & 0xFF;
        }
        return Float.intBitsToFloat(bits);
    }

    /** Reads the field's message. */
    ProtobufReader message() {
        int length = length();
        int begin = take(length);
        return new ProtobufReader(bytes, begin, begin + length);
    }

    byte[] data() {
        int length = length();
        int begin = take(length);
        return Arrays.copyOfRange(bytes, begin, begin + length);
    }

    /** Reads the field's text. */
    String text() {
        int length = length();
        try {
            ByteBuffer content = ByteBuffer.wrap(bytes, take(length), length);
            return StandardCharsets.UTF_8.newDecoder().decode(content).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text is not UTF-8", e);
        }
    }

    /** Leaves the field unread. */
    void skip() {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> take(Long.BYTES);
            case LENGTH -> take(length());
            case FIXED32 -> take(Integer.BYTES);
            default -> throw new IllegalArgumentException("a field is of the unknown kind " + wire);
        }
    }

    private int length() {
        require(wire == LENGTH, "a text or message is not written as one");
        long length = varint();
        require(length >= 0 && length <= end - at, "a text or message is longer than the file");
        return (int) length;
    }

    private int take(int length) {
        require(length <= end - at, "it ends within a field");
        int begin = at;
        at += length;
        return begin;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes[take(1)];
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
