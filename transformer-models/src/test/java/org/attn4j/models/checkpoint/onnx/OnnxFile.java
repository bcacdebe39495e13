package org.attn4j.models.checkpoint.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes ONNX messages as onnx.proto has them, field by field. */
final class OnnxFile {

    private final ByteArrayOutputStream graph = new ByteArrayOutputStream();
    private int names;

    static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, (long) number << 3 | 2);
        varint(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    static byte[] field(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] field(int number, long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, (long) number << 3);
        varint(out, value);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] raw(float... values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] floats(String name, float[] values, long... shape) {
        byte[] dimensions = new byte[0];
        for (long size : shape) {
            dimensions = join(dimensions, field(1, size));
        }
        return join(dimensions, field(2, 1L), field(8, name), field(9, raw(values)));
    }

    OnnxFile tensor(byte[] tensor) {
        graph.writeBytes(field(5, tensor));
        return this;
    }

    /** A tensor that counts on from a start. */
    OnnxFile counted(String name, float start, int... shape) {
        long[] sizes = new long[shape.length];
        int size = 1;
        for (int i = 0; i < shape.length; i++) {
            sizes[i] = shape[i];
            size *= shape[i];
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = start + i;
        }
        return tensor(floats(name, values, sizes));
    }

    OnnxFile longs(String name, long... values) {
        byte[] packed = new byte[0];
        for (long value : values) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            varint(out, value);
            packed = join(packed, out.toByteArray());
        }
        return tensor(
                join(
                        field(1, (long) values.length),
                        field(2, 7L),
                        field(7, packed),
                        field(8, name)));
    }

    /** The operators so far, which is the number in the next one's name. */
    int count() {
        return names;
    }

    /** Adds an operator and returns the name of what it makes. */
    String node(String operator, String... inputs) {
        String output = operator + "_" + names++;
        byte[] node = new byte[0];
        for (String input : inputs) {
            node = join(node, field(1, input));
        }
        graph.writeBytes(field(1, join(node, field(2, output), field(4, operator))));
        return output;
    }

    /** A layer norm's square root, a linear layer, and so on: a BERT of one layer. */
    static OnnxFile bert() {
        OnnxFile file = new OnnxFile();
        file.counted("embeddings.word_embeddings.weight", 0, 7, 4);
        file.counted("embeddings.position_embeddings.weight", 0, 5, 4);
        file.counted("embeddings.token_type_embeddings.weight", 0, 2, 4);
        file.norm("embeddings.LayerNorm");
        String layer = "encoder.layer.0.";
        for (String part : List.of("query", "key", "value")) {
            file.linear(layer + "attention.self." + part, 4, 4);
        }
        file.linear(layer + "attention.output.dense", 4, 4);
        file.norm(layer + "attention.output.LayerNorm");
        file.linear(layer + "intermediate.dense", 4, 6);
        file.linear(layer + "output.dense", 6, 4);
        file.norm(layer + "output.LayerNorm");
        file.tensor(floats("epsilon", new float[] {1e-12f}));
        file.node("Sqrt", file.node("Add", "variance", "epsilon"));
        file.node("Erf", "x");
        file.longs("two", 2).longs("head", 2);
        String batch = file.node("Unsqueeze", "batch");
        file.node("Reshape", "query", file.node("Concat", batch, "length", "two", "head"));
        return file;
    }

    private void norm(String name) {
        counted(name + ".weight", 1, 4).counted(name + ".bias", 2, 4);
    }

    private int products;

    private void linear(String name, int in, int out) {
        String weight = "onnx::MatMul_" + products++;
        counted(weight, 100 * products, in, out).counted(name + ".bias", 3, out);
        node("Add", name + ".bias", node("MatMul", "x", weight));
    }

    byte[] bytes() {
        return join(field(1, 8L), field(7, graph.toByteArray()));
    }
}
