package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedTensorsTest {

    @TempDir private Path folder;

    private static NDManager manager() {
        return NDManager.newBaseManager(TestEngine.name());
    }

    /** A file of one tensor of each type, with any bytes, each at an even or at an odd place. */
    private Path ofEveryType(int bytesBefore) throws IOException {
        Random random = new Random(5);
        List<String> entries = new ArrayList<>();
        int at = bytesBefore;
        if (bytesBefore > 0) {
            entries.add(
                    "\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}"
                            .formatted(bytesBefore, bytesBefore));
        }
        for (TensorType type : TensorType.values()) {
            int end = at + 8 * type.bits() / Byte.SIZE;
            entries.add(
                    "\"%s\":{\"dtype\":\"%s\",\"shape\":[2,4],\"data_offsets\":[%d,%d]}"
                            .formatted(type, type, at, end));
            at = end;
        }
        byte[] values = new byte[at];
        random.nextBytes(values);
        for (int i = 0; i < 8; i++) { // U64 is the last, and must be below 2^63
            values[at - 1 - 8 * i] &= 0x7f;
        }
        String json = "{" + String.join(",", entries) + "}";
        json += " ".repeat((8 - json.length() % 8) % 8);
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + values.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).put(values);
        return Files.write(folder.resolve(bytesBefore + ".safetensors"), bytes.array());
    }

    @Test
    void everyTensorIsTheSameMappedAsRead() throws IOException {
        for (int before : new int[] {0, 1, 2, 4}) {
            try (NDManager manager = manager();
                    SafetensorsFile file = SafetensorsFile.open(ofEveryType(before))) {
                for (TensorType type : TensorType.values()) {
                    if (!type.isReadable()) {
                        IOException e =
                                assertThrows(
                                        IOException.class,
                                        () -> file.map(type.name(), manager, DataType.FLOAT32));
                        assertTrue(e.getMessage().contains("convert the file"), e.getMessage());
                        continue;
                    }
                    for (DataType wanted : List.of(type.dataType(), DataType.FLOAT32)) {
                        NDArray read = file.read(type.name(), manager, wanted);
                        NDArray mapped = file.map(type.name(), manager, wanted);
                        assertEquals(type.name(), mapped.getName());
                        assertEquals(wanted, mapped.getDataType());
                        assertEquals(read.getShape(), mapped.getShape());
                        assertEquals(
                                read.toByteBuffer(),
                                mapped.toByteBuffer(),
                                type + " after " + before + " bytes, as " + wanted);
                    }
                }
            }
        }
    }

    @Test
    void aChangedArrayLeavesTheFileAlone() throws IOException {
        Path path = ofEveryType(0);
        byte[] before = Files.readAllBytes(path);
        try (NDManager manager = manager();
                SafetensorsFile file = SafetensorsFile.open(path)) {
            NDArray array = file.map("I32", manager, DataType.INT32);
            int[] values = array.toIntArray();
            array.addi(1);
            assertEquals(values[0] + 1, array.toIntArray()[0]);
            assertArrayEquals(values, file.map("I32", manager, DataType.INT32).toIntArray());
        }
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    void anArrayKeepsTheFileThatItCameFromWhenAnotherTakesItsName() throws IOException {
        Path path = folder.resolve("model.safetensors");
        try (NDManager manager = manager()) {
            SafetensorsWriter.write(path, Map.of("x", manager.ones(new Shape(4))), Map.of());
            NDArray array;
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                array = file.map("x", manager, DataType.FLOAT32);
            }
            SafetensorsWriter.write(path, Map.of("x", array.mul(3)), Map.of());
            assertArrayEquals(new float[] {1, 1, 1, 1}, array.toFloatArray());
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertArrayEquals(
                        new float[] {3, 3, 3, 3},
                        file.map("x", manager, DataType.FLOAT32).toFloatArray());
            }
        }
    }

    @Test
    void aFileThatWasReplacedAfterItsHeaderWasReadIsNoticed() throws IOException {
        Path path = folder.resolve("model.safetensors");
        Path other = folder.resolve("other.safetensors");
        try (NDManager manager = manager()) {
            boolean maps = Kernels.of(manager).files().map(ofEveryType(0), 10).isPresent();
            Assumptions.assumeTrue(maps, "this engine or system maps no files");
            SafetensorsWriter.write(path, Map.of("x", manager.ones(new Shape(4))), Map.of());
            SafetensorsWriter.write(other, Map.of("yy", manager.ones(new Shape(4))), Map.of());
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
                IOException e =
                        assertThrows(
                                IOException.class, () -> file.map("x", manager, DataType.FLOAT32));
                assertTrue(e.getMessage().contains("was replaced"), e.getMessage());
            }
        }
    }

    @Test
    void mapsBeyondTwoGigabytes() throws IOException {
        long far = (2L << 30) + 8;
        byte[] header =
                ("{\"far\":{\"dtype\":\"I8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                                + "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}")
                        .formatted(far, far, far, far + 8)
                        .getBytes(StandardCharsets.UTF_8);
        Path path = folder.resolve("far.safetensors");
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(start.putLong(header.length).flip());
            channel.write(ByteBuffer.wrap(header));
            ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(end.putFloat(1).putFloat(2).flip(), 8 + header.length + far);
        }
        try (NDManager manager = manager();
                SafetensorsFile file = SafetensorsFile.open(path)) {
            assertArrayEquals(
                    new float[] {1, 2}, file.map("x", manager, DataType.FLOAT32).toFloatArray());
        }
    }

    @Test
    void whereNothingCanBeMappedItIsRead() throws IOException {
        try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix());
                NDManager manager = manager()) {
            Path path =
                    Files.write(
                            memory.getPath("x.safetensors"), Files.readAllBytes(ofEveryType(1)));
            try (SafetensorsFile file = SafetensorsFile.open(path);
                    SafetensorsFile ordinary =
                            SafetensorsFile.open(folder.resolve("1.safetensors"))) {
                for (String name : List.of("F32", "BF16", "I64", "BOOL")) {
                    DataType type = file.info(name).type().dataType();
                    assertEquals(
                            ordinary.map(name, manager, type).toByteBuffer(),
                            file.map(name, manager, type).toByteBuffer());
                }
            }
        }
    }

    @Test
    void aFolderIsNoFile() throws IOException {
        Path path = Files.createDirectories(folder.resolve("model.safetensors"));
        IOException e = assertThrows(IOException.class, () -> SafetensorsFile.open(path).close());
        assertEquals(path + " is a folder, where a file is wanted; check the path", e.getMessage());
        Path json = Files.createDirectories(folder.resolve("config.json"));
        e = assertThrows(IOException.class, () -> JsonFiles.read(json));
        assertEquals(json + " is a folder, where a file is wanted; check the path", e.getMessage());
    }
}
