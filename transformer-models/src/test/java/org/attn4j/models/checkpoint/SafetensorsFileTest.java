package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("engine")
class SafetensorsFileTest {

    @TempDir private Path folder;

    private static NDManager manager() {
        return NDManager.newBaseManager(System.getProperty("attn4j.engine", "PyTorch"));
    }

    /** Writes a file with the given header and values, without any code that is under test. */
    private Path file(String header, byte[] values) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + json.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(values);
        return Files.write(Files.createTempFile(folder, "t", ".safetensors"), bytes.array());
    }

    private Path single(String type, String shape, byte[] values) throws IOException {
        return file(
                "{\"x\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[0,%d]}}"
                        .formatted(type, shape, values.length),
                values);
    }

    private static byte[] littleEndian(int size, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(size * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            for (int i = 0; i < size; i++) {
                bytes.put((byte) (value >>> 8 * i));
            }
        }
        return bytes.array();
    }

    @Test
    void readsEveryTypeIntoTheNextThatHoldsItsValues() throws IOException {
        try (NDManager manager = manager()) {
            assertArrayEquals(
                    new float[] {1.5f, -2f, Float.NEGATIVE_INFINITY},
                    read(manager, single("BF16", "[3]", littleEndian(2, 0x3fc0, 0xc000, 0xff80)))
                            .toFloatArray());
            assertArrayEquals(
                    new float[] {1.5f, -2f, 65504f},
                    read(manager, single("F16", "[3]", littleEndian(2, 0x3e00, 0xc000, 0x7bff)))
                            .toType(DataType.FLOAT32, false)
                            .toFloatArray());
            assertArrayEquals(
                    new float[] {0.5f, -1f},
                    read(manager, single("F32", "[2]", littleEndian(4, 0x3f000000, 0xbf800000)))
                            .toFloatArray());
            assertArrayEquals(
                    new double[] {-0.5},
                    read(manager, single("F64", "[1]", littleEndian(8, 0xbfe0000000000000L)))
                            .toDoubleArray());
            assertArrayEquals(
                    new int[] {-1, 32767, -32768},
                    read(manager, single("I16", "[3]", littleEndian(2, -1, 32767, -32768)))
                            .toIntArray());
            assertArrayEquals(
                    new int[] {65535, 1},
                    read(manager, single("U16", "[2]", littleEndian(2, 65535, 1))).toIntArray());
            assertArrayEquals(
                    new long[] {4294967295L, 7},
                    read(manager, single("U32", "[2]", littleEndian(4, 4294967295L, 7)))
                            .toLongArray());
            assertArrayEquals(
                    new int[] {-5, Integer.MAX_VALUE},
                    read(manager, single("I32", "[2]", littleEndian(4, -5, Integer.MAX_VALUE)))
                            .toIntArray());
            assertArrayEquals(
                    new long[] {Long.MIN_VALUE, 3},
                    read(manager, single("I64", "[2]", littleEndian(8, Long.MIN_VALUE, 3)))
                            .toLongArray());
            assertArrayEquals(
                    new long[] {Long.MAX_VALUE},
                    read(manager, single("U64", "[1]", littleEndian(8, Long.MAX_VALUE)))
                            .toLongArray());
            assertArrayEquals(
                    new byte[] {-128, 127},
                    read(manager, single("I8", "[2]", littleEndian(1, -128, 127))).toByteArray());
            assertArrayEquals(
                    new int[] {128, 255},
                    read(manager, single("U8", "[2]", littleEndian(1, 128, 255)))
                            .toType(DataType.INT32, false)
                            .toIntArray());
            assertArrayEquals(
                    new boolean[] {true, false, true},
                    read(manager, single("BOOL", "[3]", littleEndian(1, 1, 0, 7)))
                            .toBooleanArray());
        }
    }

    private static NDArray read(NDManager manager, Path file) throws IOException {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            return tensors.read("x", manager);
        }
    }

    @Test
    void readsScalarsAndEmptyTensors() throws IOException {
        try (NDManager manager = manager()) {
            NDArray scalar = read(manager, single("F32", "[]", littleEndian(4, 0x3f800000)));
            assertEquals(new Shape(), scalar.getShape());
            assertEquals(1f, scalar.getFloat());
            assertEquals(0, read(manager, single("F32", "[0]", new byte[0])).size());
        }
    }

    /** Sizes and names as the reference implementation has them. */
    @ParameterizedTest
    @CsvSource({
        "BOOL, 8",
        "F4, 4",
        "F6_E2M3, 6",
        "F6_E3M2, 6",
        "U8, 8",
        "I8, 8",
        "F8_E5M2, 8",
        "F8_E4M3, 8",
        "F8_E8M0, 8",
        "F8_E4M3FNUZ, 8",
        "F8_E5M2FNUZ, 8",
        "I16, 16",
        "U16, 16",
        "F16, 16",
        "BF16, 16",
        "I32, 32",
        "U32, 32",
        "F32, 32",
        "C64, 64",
        "F64, 64",
        "I64, 64",
        "U64, 64"
    })
    void everyTypeIsListedAndCopied(String type, int bits) throws IOException {
        byte[] values = new byte[bits]; // 8 values
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (type.equals("BOOL") ? i & 1 : i + 1);
        }
        Path file = single(type, "[2,4]", values);
        Path copy = folder.resolve("copy.safetensors");
        try (TensorSource source = TensorSource.open(file)) {
            TensorInfo info = source.info("x");
            assertEquals(type, info.type().toString());
            assertEquals(bits, info.bytes());
            SafetensorsWriter.builder().build().write(copy, List.of(source.content("x")));
        }
        try (TensorSource copied = TensorSource.open(copy)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            copied.content("x").writeTo(Channels.newChannel(out));
            assertArrayEquals(values, out.toByteArray());
            assertEquals(new Shape(2, 4), copied.info("x").shape());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F4, '[3]', 2, no whole bytes",
        "F4, '[]', 1, no whole bytes",
        "F6_E2M3, '[2,5]', 8, no whole bytes",
        "F6_E3M2, '[4]', 4, takes 3 bytes",
        "F4, '[4]', 4, takes 2 bytes",
        "C64, '[4]', 16, takes 32 bytes",
        "F8_E4M3FN, '[4]', 4, unknown dtype",
        "F4, '[999999999999999999,99]', 8, can be counted"
    })
    void sizesOfPartsOfBytesAreChecked(String type, String shape, int bytes, String problem)
            throws IOException {
        Path file = single(type, shape, new byte[bytes]);
        String message =
                assertThrows(IOException.class, () -> TensorSource.open(file)).getMessage();
        assertTrue(message.contains(problem) && message.contains("\"x\""), message);
    }

    @Test
    void refusesWhatNoArrayCanHold() throws IOException {
        try (NDManager manager = manager()) {
            Path large = single("U64", "[1]", littleEndian(8, -1));
            assertTrue(
                    assertThrows(IOException.class, () -> read(manager, large))
                            .getMessage()
                            .contains("int64"));
            Path tiny = single("F8_E4M3", "[2]", new byte[2]);
            assertTrue(
                    assertThrows(IOException.class, () -> read(manager, tiny))
                            .getMessage()
                            .contains("F8_E4M3"));
        }
    }

    @Test
    void copiesSoThatAnArrayMayBeChangedAndOutliveTheFile() throws IOException {
        Path file =
                single(
                        "F32",
                        "[2,2]",
                        littleEndian(4, 0x3f800000, 0x40000000, 0x40400000, 0x40800000));
        byte[] before = Files.readAllBytes(file);
        try (NDManager manager = manager()) {
            NDArray array = read(manager, file);
            array.addi(1);
            assertArrayEquals(new float[] {2, 3, 4, 5}, array.toFloatArray());
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void readsTensorsAtOddAddresses() throws IOException {
        byte[] values = new byte[9];
        System.arraycopy(littleEndian(4, 0x3f800000, 0x40000000), 0, values, 1, 8);
        Path file =
                file(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                                + "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]}}",
                        values);
        try (NDManager manager = manager()) {
            assertArrayEquals(new float[] {1, 2}, read(manager, file).toFloatArray());
        }
    }

    @Test
    void readsALargeTensorPieceByPiece() throws IOException {
        long[] values = new long[35];
        float[] expected = new float[35];
        for (int i = 0; i < 35; i++) {
            values[i] = Float.floatToIntBits(i) >>> 16;
            expected[i] = i;
        }
        Path file = single("BF16", "[5,7]", littleEndian(2, values));
        try (NDManager manager = manager();
                FileRegion region = FileRegion.open(file);
                SafetensorsFile tensors = SafetensorsFile.open(file)) {
            long dataStart = region.size() - 70;
            NDArray array =
                    TensorReader.read(
                            region, dataStart, tensors.info("x"), manager, DataType.FLOAT32, 16);
            assertEquals(new Shape(5, 7), array.getShape());
            assertArrayEquals(expected, array.toFloatArray());
        }
    }

    /** DJL's own decoder, which others wrote, is the judge of every value. */
    @Test
    void agreesWithAnIndependentReaderOnFilesOfOthers() throws IOException {
        List<Path> files = SharedFiles.files("goldens/models", ".safetensors");
        assertFalse(files.isEmpty());
        try (NDManager base = manager()) {
            for (Path file : files) {
                try (NDManager manager = base.newSubManager();
                        InputStream stream = Files.newInputStream(file);
                        SafetensorsFile tensors = SafetensorsFile.open(file)) {
                    NDList expected = NDList.decode(manager, stream);
                    assertEquals(expected.size(), tensors.names().size(), file.toString());
                    for (NDArray array : expected) {
                        NDArray actual = tensors.read(array.getName(), manager);
                        assertEquals(
                                array.getShape(), actual.getShape(), file + " " + array.getName());
                        assertEquals(
                                array.getDataType(),
                                actual.getDataType(),
                                file + " " + array.getName());
                        assertEquals(
                                array.toByteBuffer(),
                                actual.toByteBuffer(),
                                file + " " + array.getName());
                    }
                }
            }
        }
    }

    @Test
    void writesTheFilesOfHuggingFacesWriterByteForByte() throws IOException {
        int same = 0;
        for (Path original : SharedFiles.files("goldens/models", ".safetensors")) {
            if (original.endsWith("golden.safetensors")) {
                continue;
            }
            try (NDManager manager = manager();
                    SafetensorsFile tensors = SafetensorsFile.open(original)) {
                Map<String, NDArray> arrays = new LinkedHashMap<>();
                for (String name : tensors.names()) {
                    arrays.put(name, tensors.read(name, manager));
                }
                Path copy = folder.resolve("copy.safetensors");
                SafetensorsWriter.write(copy, arrays, tensors.metadata());
                assertEquals(-1, Files.mismatch(original, copy), original.toString());
                same++;
            }
        }
        assertTrue(same >= 34, "only " + same + " files");
    }

    @Test
    void readsBeyondTwoGigabytes() throws IOException {
        long far = (2L << 30) + 5;
        String header =
                ("{\"far\":{\"dtype\":\"I8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                                + "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}")
                        .formatted(far, far, far, far + 8);
        Path file = file(header, new byte[0]);
        long start = Files.size(file) + far;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(littleEndian(4, 0x3f800000, 0x40000000)), start);
        }
        try (NDManager manager = manager()) {
            assertArrayEquals(new float[] {1, 2}, read(manager, file).toFloatArray());
        }
    }

    @Test
    void readsFromManyThreadsAtOnce() throws Exception {
        Path file = single("F32", "[3]", littleEndian(4, 0x3f800000, 0x40000000, 0x40400000));
        try (NDManager manager = manager();
                SafetensorsFile tensors = SafetensorsFile.open(file)) {
            List<Callable<float[]>> readers =
                    Collections.nCopies(
                            64,
                            () -> {
                                try (NDManager own = manager.newSubManager()) {
                                    return tensors.read("x", own).toFloatArray();
                                }
                            });
            ExecutorService threads = Executors.newFixedThreadPool(4);
            for (Future<float[]> result : threads.invokeAll(readers)) {
                assertArrayEquals(new float[] {1, 2, 3}, result.get());
            }
            threads.shutdown();
        }
    }

    /** Rounding worked by hand: up, down, ties to even, overflow to infinity, not-a-number kept. */
    @Test
    void roundsToShorterFloatsWhenAsked() throws IOException {
        try (NDManager manager = manager()) {
            NDArray array =
                    manager.create(
                            new float[] {
                                1f,
                                Float.intBitsToFloat(0x3f808001),
                                Float.intBitsToFloat(0x3f807fff),
                                Float.intBitsToFloat(0x3f808000),
                                Float.intBitsToFloat(0x3f818000),
                                Float.MAX_VALUE,
                                Float.NaN,
                                -0f
                            });
            Path file = folder.resolve("bf16.safetensors");
            SafetensorsWriter.builder()
                    .build()
                    .write(file, List.of(TensorContent.of("x", array, TensorType.BF16)));
            byte[] bytes = Files.readAllBytes(file);
            ByteBuffer values =
                    ByteBuffer.wrap(bytes, bytes.length - 16, 16).order(ByteOrder.LITTLE_ENDIAN);
            int[] expected = {0x3f80, 0x3f81, 0x3f80, 0x3f80, 0x3f82, 0x7f80, 0x7fc0, 0x8000};
            for (int value : expected) {
                assertEquals(value, values.getShort() & 0xffff);
            }
            SafetensorsWriter.builder()
                    .build()
                    .write(
                            file,
                            List.of(
                                    TensorContent.of(
                                            "x",
                                            manager.create(new float[] {0.1f}),
                                            TensorType.F16)));
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                assertEquals(TensorType.F16, read.info("x").type());
                assertEquals(0.099975586f, read.read("x", manager, DataType.FLOAT32).getFloat());
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> TensorContent.of("x", manager.create(new int[] {1}), TensorType.F16));
        }
    }

    /** What an engine lays out otherwise in memory is written in the order of its indices. */
    @Test
    void writesViewsAndArraysWithGradients() throws IOException {
        try (NDManager manager = manager()) {
            NDArray matrix = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
            matrix.setRequiresGradient(true);
            Path file = folder.resolve("view.safetensors");
            SafetensorsWriter.write(file, Map.of("x", matrix.transpose(), "y", matrix), Map.of());
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                assertEquals(new Shape(3, 2), read.info("x").shape());
                assertArrayEquals(
                        new float[] {1, 4, 2, 5, 3, 6}, read.read("x", manager).toFloatArray());
                assertArrayEquals(
                        new float[] {1, 2, 3, 4, 5, 6}, read.read("y", manager).toFloatArray());
            }
        }
    }
}
