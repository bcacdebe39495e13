package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Malformed files: each is refused with a sentence, none crashes or takes memory. */
class SafetensorsHeaderTest {

    private static final Path MODELS = Path.of("src/test/resources/goldens/models");

    @TempDir private Path folder;

    private Path file(byte[] header, long claimed, int dataBytes) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(claimed).put(header);
        return Files.write(folder.resolve("hostile.safetensors"), bytes.array());
    }

    private String refusal(String header, int dataBytes) throws IOException {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        Path file = file(bytes, bytes.length, dataBytes);
        String message =
                assertThrows(
                                CheckpointFormatException.class,
                                () -> SafetensorsFile.open(file).close())
                        .getMessage();
        assertTrue(message.startsWith(file + " is not a valid safetensors file: "), message);
        return message;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                                                       | does not begin with {",
                "{\"x\":1}                                                                | not described by an object",
                "{\"x\":{}}                                                               | lacks its dtype",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}                                | lacks its dtype",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}           | lacks its dtype",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}       | more than 2 numbers",
                "{\"x\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}         | unknown dtype \"F33\"",
                "{\"x\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}              | is not a text",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":4,\"data_offsets\":[0,4]}}           | is not a list",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}        | -1",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}       | 1.0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}}       | 1e0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}     | something else than numbers",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}   | can be counted",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}} | can be counted",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}    | is no size",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}         | takes 8 bytes",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,0]}}         | before its begin",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}         | truncated",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}          | gap",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}          | but 4 bytes of values",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}} | overlap",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}} | twice",
                "{\"x\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}} | twice",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"more\":[[[]]]}}  | unknown key \"more\"",
                "{\"__metadata__\":{\"a\":1}}                                             | something else than texts",
                "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}                             | twice",
                "{\"__metadata__\":{},\"__metadata__\":{}}                                | twice",
                "{\"__metadata__\":[]}                                                    | is not an object",
                "{'x':{}}                                                                 | strict JSON",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},}         | strict JSON",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}{}        | strict JSON",
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}           | strict JSON",
            })
    void saysWhichRuleIsBroken(String header, String problem) throws IOException {
        String message = refusal(header, 4);
        assertTrue(message.contains(problem), message);
    }

    @Test
    void refusesSpaceBeforeTheHeader() throws IOException {
        assertTrue(refusal(" {}", 0).contains("does not begin with {"));
    }

    @Test
    void refusesTooManyDimensions() throws IOException {
        String message =
                refusal(
                        "{\"x\":{\"dtype\":\"U8\",\"shape\":["
                                + "1,".repeat(32)
                                + "1],\"data_offsets\":[0,1]}}",
                        1);
        assertTrue(message.contains("more than 32 numbers"), message);
    }

    @Test
    void refusesADeeplyNestedHeader() throws IOException {
        assertTrue(
                refusal("{\"__metadata__\":" + "[".repeat(100_000), 0).contains("not an object"));
        assertTrue(refusal("{\"x\":" + "{\"a\":".repeat(100_000), 0).contains("unknown key"));
    }

    @Test
    void refusesTextThatIsNotUtf8() throws IOException {
        byte[] header =
                "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}"
                        .getBytes(StandardCharsets.UTF_8);
        header[2] = (byte) 0xff;
        Path file = file(header, header.length, 4);
        assertTrue(
                assertThrows(
                                CheckpointFormatException.class,
                                () -> SafetensorsFile.open(file).close())
                        .getMessage()
                        .contains("UTF-8"));
    }

    @Test
    void refusesLengthsThatTheFileCannotHave() throws IOException {
        for (long claimed :
                new long[] {0, 1, 3, 100, 99_999_999, 100_000_001, 1L << 40, Long.MAX_VALUE, -1}) {
            Path file = file("{}".getBytes(StandardCharsets.UTF_8), claimed, 0);
            String message =
                    assertThrows(
                                    CheckpointFormatException.class,
                                    () -> SafetensorsFile.open(file).close())
                            .getMessage();
            assertTrue(
                    message.contains("header of " + Long.toUnsignedString(claimed) + " bytes"),
                    message);
        }
        Path empty = Files.write(folder.resolve("empty.safetensors"), new byte[0]);
        assertThrows(CheckpointFormatException.class, () -> SafetensorsFile.open(empty).close());
    }

    @Test
    void refusesAHeaderOfGigabytesInAFileOfGigabytes() throws IOException {
        Path file = folder.resolve("large.safetensors");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(4L << 30);
            large.write(
                    ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(3L << 30)
                            .array());
        }
        assertThrows(CheckpointFormatException.class, () -> SafetensorsFile.open(file).close());
    }

    @Test
    void saysThatAFileIsMissing() {
        NoSuchFileException missing =
                assertThrows(
                        NoSuchFileException.class,
                        () -> SafetensorsFile.open(folder.resolve("none.safetensors")).close());
        assertTrue(missing.getMessage().contains("check the path"), missing.getMessage());
    }

    @Test
    void acceptsWhatTheFormatAllows() throws IOException {
        byte[] header =
                ("{\"b\":{\"shape\":[],\"data_offsets\":[2,3],\"dtype\":\"BOOL\"},"
                                + "\"a\":{\"dtype\":\"I8\",\"shape\":[2,1],\"data_offsets\":[0,2]},"
                                + "\"e\\u00e9\":{\"dtype\":\"F64\",\"shape\":[0,7],\"data_offsets\":[3,3]}}   \n ")
                        .getBytes(StandardCharsets.UTF_8);
        try (SafetensorsFile file = SafetensorsFile.open(file(header, header.length, 3))) {
            assertEquals("[a, b, eé]", file.names().toString());
            assertEquals(1, file.info("b").bytes());
            assertThrows(IllegalArgumentException.class, () -> file.info("c"));
        }
    }

    /** A length of 640 bytes begins as a pickle does. */
    @Test
    void acceptsALengthThatLooksLikeAnotherFormat() throws IOException {
        byte[] header = "{}".concat(" ".repeat(638)).getBytes(StandardCharsets.UTF_8);
        try (SafetensorsFile file = SafetensorsFile.open(file(header, header.length, 0))) {
            assertEquals("[]", file.names().toString());
        }
    }

    /** A few small tensors of a file that others wrote. */
    private byte[] good() throws IOException {
        Path small = folder.resolve("good.safetensors");
        try (SafetensorsFile model =
                SafetensorsFile.open(MODELS.resolve("bert_mlm_legacy_names_a/model.safetensors"))) {
            SafetensorsWriter.builder()
                    .build()
                    .write(
                            small,
                            model.names().stream()
                                    .filter(name -> model.info(name).bytes() < 1000)
                                    .limit(12)
                                    .map(model::content)
                                    .toList());
        }
        return Files.readAllBytes(small);
    }

    private static int headerEnd(byte[] file) {
        return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong() + 8;
    }

    /**
     * Every mutant either opens, and then all of it can be read, or is refused as a broken file.
     */
    @Test
    void survivesRandomDamageToAFile() throws IOException {
        byte[] good = good();
        Random random = new Random(20_26);
        int refused = 0;
        int rounds = 1000;
        Path file = folder.resolve("mutant.safetensors");
        for (int round = 0; round < rounds; round++) {
            Files.write(file, mutate(good, headerEnd(good), random));
            try (SafetensorsFile mutant = SafetensorsFile.open(file)) {
                for (String name : mutant.names()) {
                    mutant.content(name).writeTo(new Nowhere());
                }
            } catch (CheckpointFormatException e) {
                refused++;
            }
            Files.delete(file);
        }
        assertTrue(refused > rounds / 2 && refused < rounds, "refused " + refused);
    }

    @Test
    void survivesRandomDamageToAHeader() throws IOException {
        byte[] file = good();
        byte[] good = Arrays.copyOfRange(file, 8, headerEnd(file));
        int dataBytes = file.length - headerEnd(file);
        Random random = new Random(7);
        int refused = 0;
        int rounds = 6000;
        for (int round = 0; round < rounds; round++) {
            byte[] mutant = mutate(good, good.length, random);
            for (int more = random.nextInt(3); more > 0; more--) {
                mutant = mutate(mutant, mutant.length, random);
            }
            Reader text = new StringReader(new String(mutant, StandardCharsets.ISO_8859_1));
            try {
                SafetensorsHeader.parse(folder, text, dataBytes);
            } catch (CheckpointFormatException e) {
                refused++;
            }
        }
        assertTrue(refused > rounds / 2 && refused < rounds, "refused " + refused);
    }

    private static byte[] mutate(byte[] good, int headerBytes, Random random) {
        byte[] mutant = good.clone();
        if (headerBytes == 0) {
            return mutant;
        }
        int at = random.nextInt(headerBytes);
        switch (random.nextInt(5)) {
            case 0 -> mutant[at] = (byte) random.nextInt(256);
            case 1 -> mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length));
            case 2 -> mutant[random.nextInt(Math.min(8, headerBytes))] = (byte) random.nextInt(256);
            case 3 -> {
                // One digit becomes another: sizes and offsets that look right.
                for (int i = at; i < headerBytes; i++) {
                    if (Character.isDigit(mutant[i])) {
                        mutant[i] = (byte) ('0' + random.nextInt(10));
                        break;
                    }
                }
            }
            default -> {
                int from = random.nextInt(headerBytes);
                int length = Math.min(1 + random.nextInt(40), headerBytes - Math.max(at, from));
                System.arraycopy(good, from, mutant, at, length);
            }
        }
        return mutant;
    }

    private static final class Nowhere implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            bytes.get(new byte[count]);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
