package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.benchmarks.GgufModel.Encoding;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.checkpoint.TensorContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of GGUF, and numbers in Q8_0, against bytes that were worked out by hand. */
class GgufModelTest {

    @TempDir Path folder;

    private String written(GgufModel model) throws IOException {
        Path file = folder.resolve("model.gguf");
        model.writeTo(file);
        return HexFormat.of().formatHex(Files.readAllBytes(file));
    }

    @Test
    void tensorsBeginAtMultiplesOf32() throws IOException {
        try (NDManager manager = new EngineOptions().open().newManager()) {
            GgufModel model =
                    new GgufModel()
                            .set("a", 7)
                            .add(tensor(manager, "t", new Shape(2, 3)), Encoding.F32)
                            .add(tensor(manager, "u", new Shape(1)), Encoding.F32);
            String head = // 115 bytes
                    "47475546" // GGUF
                            + "03000000" // version
                            + "0200000000000000" // tensors
                            + "0100000000000000" // settings
                            + ("0100000000000000" + "61" + "04000000" + "07000000") // a = 7
                            + ("0100000000000000" + "74" + "02000000") // t has two dimensions
                            + ("0300000000000000" + "0200000000000000") // the last one first
                            + ("00000000" + "0000000000000000") // float32, at 0
                            + ("0100000000000000" + "75" + "01000000" + "0100000000000000")
                            + ("00000000" + "2000000000000000"); // u at 32, after 24 bytes of t
            String t = "0000803f" + "00000040" + "00004040" + "00008040" + "0000a040" + "0000c040";
            String u = "0000803f";
            assertEquals(
                    head + "00".repeat(13) + t + "00".repeat(8) + u + "00".repeat(28),
                    written(model));
        }
    }

    /** 1, 2, 3, … */
    private static TensorContent tensor(NDManager manager, String name, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return TensorContent.of(name, HostArrays.of(manager, values, shape));
    }

    @Test
    void settingsAreOfTheirTypes() throws IOException {
        GgufModel model =
                new GgufModel()
                        .set("a", "b")
                        .set("c", 1f)
                        .set("d", true)
                        .set("e", new int[] {-1, 2})
                        .set("f", List.of("g"));
        String one = "0100000000000000";
        assertEquals(
                "4747554603000000"
                        + ("0000000000000000" + "0500000000000000")
                        + (one + "61" + "08000000" + one + "62")
                        + (one + "63" + "06000000" + "0000803f")
                        + (one + "64" + "07000000" + "01")
                        + (one + "65" + "09000000" + "05000000" + "0200000000000000")
                        + ("ffffffff" + "02000000")
                        + (one + "66" + "09000000" + "08000000" + one)
                        + (one + "67")
                        + "00".repeat(16), // after 144 bytes
                written(model));
    }

    @Test
    void blocksAreAScaleAndInt8() throws IOException {
        // 127 is 127 times a scale of 1; halves are rounded away from zero
        assertBlock(0x3c00, new float[] {127, -127, 2.5f, -2.5f, 0.4f}, 127, -127, 3, -3, 0);
        // 1/127 is 2⁻⁷ · 1.0079: 1032.06 / 1024, and the exponent −7 is written as 8
        assertBlock(0x2008, new float[] {1, -0.5f}, 127, -64);
        // 2⁻²⁰ is 16 · 2⁻²⁴, below the normal numbers of float16
        assertBlock(0x0010, new float[] {127 * 0x1p-20f, 0x1p-20f}, 127, 1);
        assertBlock(0, new float[] {});
    }

    /** The first numbers of a block whose others are 0. */
    private static void assertBlock(int scale, float[] first, int... expected) throws IOException {
        ByteBuffer numbers =
                ByteBuffer.allocate(GgufBlocks.SIZE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < first.length; i++) {
            numbers.putFloat(i * Float.BYTES, first[i]);
        }
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        new GgufBlocks(Channels.newChannel(written)).write(numbers);
        ByteBuffer block =
                ByteBuffer.allocate(GgufBlocks.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putShort((short) scale);
        for (int value : expected) {
            block.put((byte) value);
        }
        assertArrayEquals(block.array(), written.toByteArray());
    }

    @Test
    void rowsThatAreNoBlocksAreRefused() {
        try (NDManager manager = new EngineOptions().open().newManager()) {
            TensorContent narrow = tensor(manager, "t", new Shape(32, 16));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new GgufModel().add(narrow, Encoding.Q8_0));
        }
    }
}
