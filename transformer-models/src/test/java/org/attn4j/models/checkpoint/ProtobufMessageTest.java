package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Messages of protocol buffers, byte by byte and as they are read. */
class ProtobufMessageTest {

    private static byte[] written(ProtobufMessage message) throws IOException {
        byte[] bytes = message.bytes();
        assertEquals(message.length(), bytes.length);
        return bytes;
    }

    @Test
    void fieldsAreTagsAndValues() throws IOException {
        // 300 = 2·128 + 44: the lower seven bits first, the upper bit where more follow
        assertArrayEquals(
                new byte[] {0x08, (byte) 0xAC, 0x02},
                written(new ProtobufMessage().number(1, 300)));
        assertArrayEquals(
                new byte[] {0x15, 0, 0, (byte) 0x80, 0x3F},
                written(new ProtobufMessage().real(2, 1)));
        assertArrayEquals(
                new byte[] {0x19, 0, 0, 0, 0, 0, 0, (byte) 0xF0, 0x3F},
                written(new ProtobufMessage().real(3, 1.0)));
        assertArrayEquals(
                new byte[] {(byte) 0xA2, 0x01, 2, 'a', 'b'}, // field 20: a tag of two bytes
                written(new ProtobufMessage().text(20, "ab")));
        assertArrayEquals(
                new byte[] {0x1A, 2, 0x08, 1},
                written(new ProtobufMessage().message(3, new ProtobufMessage().number(1, 1))));
    }

    @Test
    void largeNumbersAreReadAsTheyWere() throws IOException {
        for (long value : new long[] {0, 127, 128, 1L << 35, Long.MAX_VALUE, -1}) {
            ProtobufReader reader =
                    new ProtobufReader(written(new ProtobufMessage().number(5, value)));
            assertEquals(5, reader.next());
            assertEquals(value, reader.number());
            assertEquals(0, reader.next());
        }
    }
}
