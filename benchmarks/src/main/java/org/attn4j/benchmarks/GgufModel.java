package org.attn4j.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorType;

/** A model in llama.cpp's format GGUF, version 3, that is put together and written. */
final class GgufModel {

    private static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    /** Types of values. */
    private static final int UINT32 = 4;

    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** How the numbers of a tensor are stored. */
    enum Encoding {
        F32(0),
        /** In blocks of 32 with a scale each, see {@link GgufBlocks}. */
        Q8_0(8);

        private final int id;

        Encoding(int id) {
            this.id = id;
        }

        private long bytes(TensorContent tensor) {
            return this == F32
                    ? tensor.bytes()
                    : tensor.shape().size() / GgufBlocks.SIZE * GgufBlocks.BYTES;
        }
    }

    private record Tensor(TensorContent content, Encoding encoding) {

        private long bytes() {
            return encoding.bytes(content);
        }

        private void writeTo(WritableByteChannel channel) throws IOException {
            content.writeTo(encoding == Encoding.F32 ? channel : new GgufBlocks(channel));
        }
    }

    private final Bytes settings = new Bytes();
    private final List<Tensor> tensors = new ArrayList<>();
    private int settingCount;

    GgufModel set(String key, int value) {
        key(key, UINT32).number(value);
        return this;
    }

    GgufModel set(String key, float value) {
        key(key, FLOAT32).number(Float.floatToIntBits(value));
        return this;
    }

    GgufModel set(String key, boolean value) {
        key(key, BOOL).one(value ? 1 : 0);
        return this;
    }

    GgufModel set(String key, String value) {
        key(key, STRING).text(value);
        return this;
    }

    GgufModel set(String key, List<String> values) {
        Bytes bytes = key(key, ARRAY).number(STRING).large(values.size());
        values.forEach(bytes::text);
        return this;
    }

    GgufModel set(String key, int[] values) {
        Bytes bytes = key(key, ARRAY).number(INT32).large(values.length);
        for (int value : values) {
            bytes.number(value);
        }
        return this;
    }

    private Bytes key(String key, int type) {
        settingCount++;
        return settings.text(key).number(type);
    }

    /**
     * Adds a tensor of float32.
     *
     * @throws IllegalArgumentException if it cannot be encoded so
     */
    GgufModel add(TensorContent content, Encoding encoding) {
        long row = content.shape().get(content.shape().dimension() - 1);
        Require.that(
                content.type() == TensorType.F32,
                "weights must be F32, got %s of type %s",
                content.name(),
                content.type());
        Require.that(
                encoding == Encoding.F32 || row % GgufBlocks.SIZE == 0,
                "rows of Q8_0 are multiples of %s numbers, got %s of %s",
                GgufBlocks.SIZE,
                content.name(),
                row);
        tensors.add(new Tensor(content, encoding));
        return this;
    }

    /** Writes the model. */
    void writeTo(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            AtomicFile.writeFully(channel, head().written());
            for (Tensor tensor : tensors) {
                pad(channel);
                tensor.writeTo(channel);
            }
            pad(channel);
        }
    }

    /** What stands before the tensors' numbers. */
    private Bytes head() {
        Bytes head =
                new Bytes()
                        .number(MAGIC)
                        .number(VERSION)
                        .large(tensors.size())
                        .large(settingCount)
                        .all(settings);
        long offset = 0;
        for (Tensor tensor : tensors) {
            long[] shape = tensor.content().shape().getShape();
            head.text(tensor.content().name()).number(shape.length);
            for (int i = shape.length - 1; i >= 0; i--) { // what changes fastest comes first
                head.large(shape[i]);
            }
            head.number(tensor.encoding().id).large(offset);
            offset += tensor.bytes() + padding(tensor.bytes());
        }
        return head;
    }

    private static void pad(FileChannel channel) throws IOException {
        AtomicFile.writeFully(channel, ByteBuffer.allocate(padding(channel.position())));
    }

    private static int padding(long bytes) {
        return (int) Math.floorMod(-bytes, (long) ALIGNMENT);
    }

    /** Numbers and texts, little-endian. */
    private static final class Bytes {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Bytes one(int value) {
            bytes.write(value);
            return this;
        }

        Bytes number(int value) {
            bytes.writeBytes(ordered(Integer.BYTES).putInt(value).array());
            return this;
        }

        Bytes large(long value) {
            bytes.writeBytes(ordered(Long.BYTES).putLong(value).array());
            return this;
        }

        Bytes text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            large(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }

        Bytes all(Bytes other) {
            bytes.writeBytes(other.bytes.toByteArray());
            return this;
        }

        ByteBuffer written() {
            return ByteBuffer.wrap(bytes.toByteArray());
        }

        private static ByteBuffer ordered(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
