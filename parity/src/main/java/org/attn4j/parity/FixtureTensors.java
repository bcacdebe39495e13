package org.attn4j.parity;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tensors of a dump, read whole onto the heap. Dumps are small, so this reader takes the few
 * types that they hold, up to {@link #MAX_BYTES}; a model's weights are read by the checkpoint
 * package of transformer-models, which maps files and knows all of the format. Nothing is allocated
 * by a size that a file claims and does not have.
 */
final class FixtureTensors {

    /** The largest file that is read. */
    static final long MAX_BYTES = 256L << 20;

    private static final long MAX_HEADER = 4L << 20;
    private static final int MAX_RANK = 16;

    /** The types of elements. */
    enum Type {
        F32(4),
        F64(8),
        I32(4),
        I64(8),
        BOOL(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /** Where a tensor lies among the values. */
    record Tensor(Type type, Shape shape, int begin, int end) {}

    private final Map<String, Tensor> tensors;
    private final ByteBuffer values;

    private FixtureTensors(Map<String, Tensor> tensors, ByteBuffer values) {
        this.tensors = tensors;
        this.values = values;
    }

    static FixtureTensors read(Path file) throws IOException {
        byte[] bytes = bounded(file, MAX_BYTES);
        if (bytes.length < Long.BYTES) {
            throw new IOException(
                    file + " is no safetensors file: it has " + bytes.length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long length = buffer.getLong();
        if (length < 2 || length > MAX_HEADER || length > buffer.remaining()) {
            throw new IOException(
                    file
                            + " is truncated or no safetensors file: its header should take "
                            + Long.toUnsignedString(length)
                            + " bytes of "
                            + bytes.length);
        }
        String json = new String(bytes, Long.BYTES, (int) length, StandardCharsets.UTF_8);
        ByteBuffer values =
                buffer.slice(Long.BYTES + (int) length, bytes.length - Long.BYTES - (int) length);
        JsonObject header = FixtureJson.object(file, json);
        Map<String, Tensor> tensors = new TreeMap<>();
        for (Map.Entry<String, JsonElement> entry : header.entrySet()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(
                        entry.getKey(),
                        tensor(file, entry.getKey(), entry.getValue(), values.capacity()));
            }
        }
        return new FixtureTensors(
                Collections.unmodifiableMap(tensors), values.order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Reads a file of at most so many bytes, whatever size it claims to have. */
    static byte[] bounded(Path file, long most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) most);
            if (in.read() >= 0) {
                throw new IOException(
                        file + " is larger than the " + most + " bytes that are read");
            }
            return bytes;
        }
    }

    private static Tensor tensor(Path file, String name, JsonElement info, int available)
            throws IOException {
        String what = file + ": tensor " + FixtureJson.shown(name);
        if (!info.isJsonObject() || !FixtureJson.isName(name)) {
            throw new IOException(
                    what + " is not described by an object, or has no printable name");
        }
        Type type = type(what, info.getAsJsonObject().get("dtype"));
        long[] shape = sizes(what, "shape", info.getAsJsonObject().get("shape"));
        long[] offsets = sizes(what, "data_offsets", info.getAsJsonObject().get("data_offsets"));
        if (shape.length > MAX_RANK || offsets.length != 2) {
            throw new IOException(what + " has too many dimensions, or not two data_offsets");
        }
        long bytes = type.bytes;
        for (long size : shape) {
            if (size == 0) {
                throw new IOException(what + " is empty");
            }
            bytes = size > MAX_BYTES || bytes > MAX_BYTES ? MAX_BYTES + 1 : bytes * size;
        }
        if (offsets[1] > available) {
            throw new IOException(
                    what
                            + " ends at byte "
                            + offsets[1]
                            + " of the values, but there are only "
                            + available
                            + " (the file is truncated?)");
        }
        if (offsets[1] - offsets[0] != bytes) {
            throw new IOException(
                    what
                            + " of shape "
                            + new Shape(shape)
                            + " and type "
                            + type
                            + " does not fill bytes "
                            + offsets[0]
                            + " to "
                            + offsets[1]);
        }
        return new Tensor(type, new Shape(shape), (int) offsets[0], (int) offsets[1]);
    }

    private static Type type(String what, JsonElement type) throws IOException {
        for (Type known : Type.values()) {
            if (type != null && type.isJsonPrimitive() && known.name().equals(type.getAsString())) {
                return known;
            }
        }
        throw new IOException(what + " must be of type F32, F64, I32, I64 or BOOL");
    }

    private static long[] sizes(String what, String key, JsonElement list) throws IOException {
        if (list == null || !list.isJsonArray()) {
            throw new IOException(what + " has no list " + key);
        }
        JsonArray array = list.getAsJsonArray();
        long[] sizes = new long[array.size()];
        for (int i = 0; i < sizes.length; i++) {
            String text = array.get(i).toString();
            if (!text.matches("\\d{1,15}")) {
                throw new IOException(what + " has something else than sizes in its " + key);
            }
            sizes[i] = Long.parseLong(text);
        }
        return sizes;
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    ByteBuffer bytes(Tensor tensor) {
        return values.slice(tensor.begin, tensor.end - tensor.begin).order(ByteOrder.LITTLE_ENDIAN);
    }
}
