package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKernelTest {

    @TempDir private Path folder;
    private Path file;

    /** 1, 2, 3, 4 as float32 from byte 8 on; byte 24 begins the same at an odd address. */
    @BeforeEach
    void writeFile() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(41).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(-1);
        for (int i = 1; i <= 4; i++) {
            bytes.putFloat(i);
        }
        bytes.put((byte) 7);
        for (int i = 1; i <= 4; i++) {
            bytes.putFloat(i);
        }
        file = Files.write(folder.resolve("a file, \u00e4\u4e16%41.bin"), bytes.array());
    }

    private MappedFile map(NDManager manager) {
        Optional<MappedFile> mapped = Kernels.of(manager).files().map(file, 41);
        Assumptions.assumeTrue(mapped.isPresent(), "this engine or system maps no files");
        return mapped.get();
    }

    @Test
    void whereTheEngineCanTheFileIsTheArray() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            boolean windows = System.getProperty("os.name").startsWith("Windows");
            boolean maps = Kernels.of(manager).files().map(file, 41).isPresent();
            assertEquals(TestEngine.isPyTorch() && !windows, maps);
        }
    }

    @Test
    void typesAreReadAsTheyAreOrConverted() throws IOException {
        try (NDManager manager = NDManager.newBaseManager();
                MappedFile mapped = map(manager)) {
            NDArray floats =
                    mapped.array(manager, 8, DataType.FLOAT32, new Shape(2, 2), DataType.FLOAT32);
            assertEquals(new Shape(2, 2), floats.getShape());
            assertArrayEquals(new float[] {1, 2, 3, 4}, floats.toFloatArray());
            assertArrayEquals(
                    new float[] {1, 2, 3, 4},
                    mapped.array(manager, 25, DataType.FLOAT32, new Shape(4), DataType.FLOAT32)
                            .toFloatArray());
            assertArrayEquals(
                    new float[] {0, 1, 0, 2},
                    mapped.array(manager, 8, DataType.BFLOAT16, new Shape(4), DataType.FLOAT32)
                            .toFloatArray());
            assertArrayEquals(
                    new int[] {0, 0x3f80, 0, 0x4000},
                    mapped.array(manager, 8, DataType.INT16, new Shape(4), DataType.INT32)
                            .toIntArray());
            assertArrayEquals(
                    new boolean[] {false, false, true, true},
                    mapped.array(manager, 8, DataType.BOOLEAN, new Shape(4), DataType.BOOLEAN)
                            .toBooleanArray());
            assertArrayEquals(
                    new long[] {-1},
                    mapped.array(manager, 0, DataType.INT64, new Shape(1), DataType.INT64)
                            .toLongArray());
            NDArray scalar =
                    mapped.array(manager, 12, DataType.FLOAT32, new Shape(), DataType.FLOAT64);
            assertEquals(new Shape(), scalar.getShape());
            assertEquals(2, scalar.getDouble());
        }
    }

    @Test
    void changesStayInMemoryAndAreNobodyElses() throws IOException {
        byte[] before = Files.readAllBytes(file);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray one;
            try (MappedFile mapped = map(manager);
                    MappedFile again = map(manager)) {
                one = mapped.array(manager, 8, DataType.FLOAT32, new Shape(4), DataType.FLOAT32);
                one.addi(1);
                assertArrayEquals(
                        new float[] {1, 2, 3, 4},
                        again.array(manager, 8, DataType.FLOAT32, new Shape(4), DataType.FLOAT32)
                                .toFloatArray());
            }
            Files.delete(file); // the array outlives the map and the file's name
            assertArrayEquals(new float[] {2, 3, 4, 5}, one.toFloatArray());
            writeFile();
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    /** Arrays of one file are not views of each other for autograd. */
    @Test
    void oneArrayMayChangeWhileAnotherIsRemembered() throws IOException {
        try (NDManager manager = NDManager.newBaseManager();
                MappedFile mapped = map(manager)) {
            NDArray weight =
                    mapped.array(manager, 8, DataType.FLOAT32, new Shape(2), DataType.FLOAT32);
            NDArray other =
                    mapped.array(manager, 16, DataType.FLOAT32, new Shape(2), DataType.FLOAT32);
            weight.setRequiresGradient(true);
            try (GradientCollector collector =
                    Engine.getEngine(TestEngine.name()).newGradientCollector()) {
                NDArray loss = weight.mul(weight).sum();
                other.addi(1);
                collector.backward(loss);
            }
            assertArrayEquals(new float[] {2, 4}, weight.getGradient().toFloatArray());
        }
    }

    @Test
    void whatIsNotInTheFileIsRefusedBeforeTheEngineSeesIt() throws IOException {
        try (NDManager manager = NDManager.newBaseManager();
                MappedFile mapped = map(manager)) {
            Shape four = new Shape(4);
            for (long position : new long[] {-4, 26, 41, Long.MAX_VALUE}) {
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                mapped.array(
                                        manager,
                                        position,
                                        DataType.FLOAT32,
                                        four,
                                        DataType.FLOAT32));
            }
            assertTrue(!mapped.supports(DataType.UINT64, DataType.INT64));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> mapped.array(manager, 0, DataType.UINT64, four, DataType.INT64));
        }
    }

    @Test
    void aFileThatIsNotThereOrTooShortIsNotMapped() {
        try (NDManager manager = NDManager.newBaseManager()) {
            FileKernel files = Kernels.of(manager).files();
            assertTrue(files.map(folder.resolve("nothing"), 41).isEmpty());
            assertTrue(files.map(file, 1000).isEmpty());
            assertTrue(files.map(folder, 41).isEmpty());
        }
    }
}
