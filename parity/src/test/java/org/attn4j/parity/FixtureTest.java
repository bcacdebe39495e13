package org.attn4j.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixtureTest {

    private static final String GOOD =
            "{\"in/x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    @TempDir Path folder;

    private Fixture fixture(String description, String header, float... values) throws IOException {
        Files.writeString(folder.resolve("golden.json"), description);
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        write(text.length, text, values);
        return Fixture.open(folder);
    }

    private static double[] numbers(Fixture fixture, String tensor) {
        try (NDManager manager = TestEngine.manager()) {
            return fixture.numbers(manager, tensor);
        }
    }

    private void write(long length, byte[] header, float... values) throws IOException {
        ByteBuffer file =
                ByteBuffer.allocate(8 + header.length + 4 * values.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .put(header);
        for (float value : values) {
            file.putFloat(value);
        }
        Files.write(folder.resolve("golden.safetensors"), file.array());
    }

    private String refused(String description, String header, float... values) {
        return assertThrows(IOException.class, () -> fixture(description, header, values))
                .getMessage();
    }

    @Test
    void tensorsAndParametersAreRead() throws IOException {
        Fixture fixture =
                fixture(
                        "{\"name\":\"n\",\"params\":{\"heads\":3,\"eps\":1e-5,\"causal\":true,"
                                + "\"none\":null,\"kind\":\"dot\"},\"tensors\":{\"in/x\":{\"axes\":[\"T\"]}}}",
                        GOOD,
                        1.5f,
                        -2);
        assertEquals("n", fixture.name());
        assertEquals(new Shape(2), fixture.shape("in/x"));
        assertArrayEquals(new double[] {1.5, -2}, numbers(fixture, "in/x"));
        assertEquals(List.of("T"), fixture.axes("in/x"));
        assertEquals(3, fixture.integer("heads"));
        assertEquals(1e-5, fixture.number("eps"));
        assertTrue(fixture.flag("causal"));
        assertFalse(fixture.flag("none"));
        assertEquals(7, fixture.integer("none", 7));
        assertEquals("dot", fixture.text("kind", ""));
        assertTrue(fixture.hasAll("in/x"));
        assertFalse(fixture.hasAll("in/x", "in/y"));
    }

    @Test
    void whatIsMissingOrWrongIsNamed() throws IOException {
        Fixture fixture = fixture("{\"name\":\"n\",\"params\":{\"heads\":1.5}}", GOOD, 1, 2);
        assertEquals(
                "fixture n has no tensor in/y",
                assertThrows(FixtureException.class, () -> fixture.shape("in/y")).getMessage());
        assertEquals(
                "fixture n: parameter heads must be a whole number, got \"1.5\"",
                assertThrows(FixtureException.class, () -> fixture.integer("heads")).getMessage());
        assertThrows(FixtureException.class, () -> fixture.number("absent"));
        assertThrows(FixtureException.class, () -> fixture.flag("heads"));
    }

    @Test
    void aFolderWithoutTheFilesIsNoFixture() {
        String message = assertThrows(IOException.class, () -> Fixture.open(folder)).getMessage();
        assertTrue(message.contains("golden.json"), message);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 200, 1L << 40, Long.MAX_VALUE})
    void aHeaderOfAnotherLengthIsRefused(long length) throws IOException {
        Files.writeString(folder.resolve("golden.json"), "{\"name\":\"n\"}");
        write(length, GOOD.getBytes(StandardCharsets.UTF_8), 1, 2);
        assertThrows(IOException.class, () -> Fixture.open(folder));
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        fixture("{\"name\":\"n\"}", GOOD, 1, 2);
        byte[] whole = Files.readAllBytes(folder.resolve("golden.safetensors"));
        for (int length = 0; length < whole.length; length++) {
            Files.write(folder.resolve("golden.safetensors"), Arrays.copyOf(whole, length));
            assertThrows(IOException.class, () -> Fixture.open(folder), "cut to " + length);
        }
    }

    /** What else a header may be is tested where checkpoints are read. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | header",
                "{\"in/x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | span",
                "{\"in/x\":{\"dtype\":\"F32\",\"shape\":[2]}} | data_offsets",
                "{\"in/\\u001b[2J\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | printable"
            })
    void aBrokenHeaderIsRefused(String header, String part) {
        String message = refused("{\"name\":\"n\"}", header, 1, 2);
        assertTrue(message.contains(part), message);
        assertFalse(message.contains("\u001b"), message);
    }

    @Test
    void aBrokenDescriptionIsRefused() {
        for (String description :
                List.of(
                        "",
                        "[1]",
                        "{",
                        "{}",
                        "{\"name\":{}}",
                        "{\"name\":\"a\\nb\"}",
                        "{\"name\":\"n\",\"params\":[]}",
                        "[".repeat(100_000))) {
            refused(description, GOOD, 1, 2);
        }
    }

    @Test
    void aTypeOfEachKindIsRead() throws IOException {
        Files.writeString(folder.resolve("golden.json"), "{\"name\":\"n\"}");
        String header =
                "{\"b\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]},"
                        + "\"i\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[2,6]},"
                        + "\"l\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[6,14]},"
                        + "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[14,22]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + 22).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length)
                .put(text)
                .put((byte) 0)
                .put((byte) 1)
                .putInt(-5)
                .putLong(1L << 40);
        file.putDouble(0.25);
        Files.write(folder.resolve("golden.safetensors"), file.array());
        Fixture fixture = Fixture.open(folder);
        assertArrayEquals(new double[] {0, 1}, numbers(fixture, "b"));
        assertArrayEquals(new double[] {-5}, numbers(fixture, "i"));
        assertArrayEquals(new double[] {1L << 40}, numbers(fixture, "l"));
        assertArrayEquals(new double[] {0.25}, numbers(fixture, "d"));
        assertFalse(fixture.isFloat("l"));
        assertTrue(fixture.isFloat("d"));
    }
}
