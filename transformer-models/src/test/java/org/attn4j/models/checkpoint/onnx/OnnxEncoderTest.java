package org.attn4j.models.checkpoint.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.TensorContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEncoderTest {

    @TempDir Path folder;

    private OnnxEncoder read(byte[] bytes) throws IOException {
        return OnnxEncoder.read(Files.write(folder.resolve("model.onnx"), bytes));
    }

    private static TensorContent tensor(OnnxEncoder encoder, String name) {
        return encoder.weights().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static float[] values(TensorContent tensor) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tensor.writeTo(Channels.newChannel(out));
        ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private String problem(byte[] bytes) {
        String message =
                assertThrows(CheckpointFormatException.class, () -> read(bytes)).getMessage();
        assertTrue(message.contains("model.onnx: "), message);
        assertEquals(1, message.lines().count());
        return message;
    }

    @Test
    void aLinearLayersWeightIsNamedByItsBiasAndTransposed() throws IOException {
        OnnxEncoder encoder = read(OnnxFile.bert().bytes());
        assertEquals(21, encoder.weights().size());
        TensorContent weight = tensor(encoder, "encoder.layer.0.intermediate.dense.weight");
        assertEquals(new Shape(6, 4), weight.shape());
        float[] expected = new float[24]; // the file has 500, 501 … as (4, 6)
        for (int out = 0; out < 6; out++) {
            for (int in = 0; in < 4; in++) {
                expected[4 * out + in] = 500 + 6 * in + out;
            }
        }
        assertArrayEquals(expected, values(weight));
        TensorContent words = tensor(encoder, "embeddings.word_embeddings.weight");
        assertEquals(new Shape(7, 4), words.shape());
        assertEquals(27, values(words)[27]);
    }

    @Test
    void theConfigurationIsReadFromShapesAndGraph() throws IOException {
        JsonObject config = read(OnnxFile.bert().bytes()).config();
        assertEquals(2, config.get("num_attention_heads").getAsInt());
        assertEquals(1, config.get("num_hidden_layers").getAsInt());
        assertEquals(4, config.get("hidden_size").getAsInt());
        assertEquals(6, config.get("intermediate_size").getAsInt());
        assertEquals(7, config.get("vocab_size").getAsInt());
        assertEquals(5, config.get("max_position_embeddings").getAsInt());
        assertEquals("gelu", config.get("hidden_act").getAsString());
        assertEquals("1.0E-12", config.get("layer_norm_eps").getAsString());
    }

    @Test
    void aFileThatEndsAnywhereIsRefused() throws IOException {
        byte[] whole = OnnxFile.bert().bytes();
        for (int length = 0; length < whole.length; length++) {
            problem(Arrays.copyOf(whole, length));
        }
    }

    @Test
    void aChangedByteIsReadOrRefusedAndNothingElse() throws IOException {
        byte[] whole = OnnxFile.bert().bytes();
        for (int at = 0; at < whole.length; at++) {
            for (int change : new int[] {0xFF, 0x01, 0x80}) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) change;
                try {
                    for (TensorContent tensor : read(changed).weights()) {
                        assertEquals(tensor.bytes(), 4L * values(tensor).length);
                    }
                } catch (CheckpointFormatException e) {
                    assertTrue(e.getMessage().contains("model.onnx"), e.getMessage());
                }
            }
        }
    }

    @Test
    void aTensorMustHaveTheBytesOfItsShape() {
        byte[] tensor = OnnxFile.floats("encoder.x.weight", new float[] {1, 2}, 3_000_000_000L);
        assertTrue(problem(OnnxFile.bert().tensor(tensor).bytes()).contains("encoder.x.weight"));
        byte[] overflowing =
                OnnxFile.floats("e", new float[0], 1L << 30, 1L << 30, 1L << 30, 1L << 30);
        problem(OnnxFile.bert().tensor(overflowing).bytes());
    }

    @Test
    void weightsInAnotherFileAreRefused() {
        byte[] tensor =
                OnnxFile.join(
                        OnnxFile.field(2, 1L), OnnxFile.field(8, "far"), OnnxFile.field(14, 1L));
        assertTrue(
                problem(OnnxFile.bert().tensor(tensor).bytes()).contains("kept in another file"));
    }

    @Test
    void anAdditionalWeightOrAMissingBiasIsRefused() {
        OnnxFile more = OnnxFile.bert().counted("encoder.layer.0.more.weight", 0, 4);
        assertTrue(problem(more.bytes()).contains("22 tensors"));
        OnnxFile unnamed = OnnxFile.bert().counted("onnx::MatMul_99", 0, 4, 4);
        unnamed.node("MatMul", "x", "onnx::MatMul_99");
        assertTrue(problem(unnamed.bytes()).contains("onnx::MatMul_99"));
    }

    /** Looked at in every way there is, these are more than 16 to the power of 40. */
    @Test
    void shapesOfShapesAreNotLookedIntoForEver() throws IOException {
        OnnxFile file = OnnxFile.bert();
        String shape = "unknown";
        for (int i = 0; i < 40; i++) {
            String[] same = new String[16];
            Arrays.fill(same, shape);
            shape = file.node("Concat", same);
        }
        file.node("Reshape", "x", shape);
        file.node("Reshape", "x", file.node("Identity", "Identity_" + file.count()));
        assertEquals(2, read(file.bytes()).config().get("num_attention_heads").getAsInt());
    }
}
