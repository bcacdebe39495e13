package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file: parsed with every rule of the format enforced, and written
 * as the reference implementation writes it.
 *
 * <p>Source: the format description of huggingface/safetensors. A file is 8 bytes (little-endian)
 * with the header's length, the header, and the values, which lie gapless in the order of their
 * offsets.
 *
 * @param tensors the tensors by name, in the order of their values
 * @param metadata the free texts
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {

    /** The longest header that is read, as in the reference implementation. */
    static final int MAX_BYTES = 100_000_000;

    /**
     * The most tensors that one file may name; the largest published shards hold some ten thousand.
     */
    static final int MAX_TENSORS = 1 << 18;

    /** The most dimensions of a tensor. */
    static final int MAX_RANK = 32;

    private static final String METADATA = "__metadata__";

    /**
     * Parses and checks a header.
     *
     * @param file the file, for messages
     * @param json the header's text
     * @param dataBytes how many bytes follow the header
     * @return the header
     * @throws CheckpointFormatException if a rule is broken
     * @throws IOException if reading fails
     */
    static SafetensorsHeader parse(Path file, Reader json, long dataBytes) throws IOException {
        try {
            SafetensorsHeader header = new Parser(new JsonReader(json)).header();
            return new SafetensorsHeader(inOrder(header.tensors, dataBytes), header.metadata);
        } catch (BrokenRule e) {
            throw CheckpointFormatException.safetensors(file, e.getMessage());
        } catch (MalformedJsonException | EOFException | IllegalStateException e) {
            throw CheckpointFormatException.safetensors(file, "its header is not strict JSON");
        } catch (CharacterCodingException e) {
            throw CheckpointFormatException.safetensors(file, "its header is not UTF-8");
        }
    }

    /** Sorts the tensors by offset; they must follow one another from 0 to the end. */
    private static Map<String, TensorInfo> inOrder(Map<String, TensorInfo> tensors, long dataBytes)
            throws BrokenRule {
        List<TensorInfo> ordered = new ArrayList<>(tensors.values());
        ordered.sort(
                Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        Map<String, TensorInfo> result = new LinkedHashMap<>();
        long position = 0;
        for (TensorInfo info : ordered) {
            if (info.end() > dataBytes) {
                throw new BrokenRule(
                        "tensor %s ends at byte %s of the values, but there are only %s (the file is truncated?)",
                        PrintableName.quoted(info.name()), info.end(), dataBytes);
            }
            if (info.begin() != position) {
                throw new BrokenRule(
                        "tensor %s begins at byte %s, where the one before it ends at byte %s (%s)",
                        PrintableName.quoted(info.name()),
                        info.begin(),
                        position,
                        info.begin() < position ? "overlap" : "gap");
            }
            position = info.end();
            result.put(info.name(), info);
        }
        if (position != dataBytes) {
            throw new BrokenRule(
                    "the tensors end at byte %s, but %s bytes of values are there",
                    position, dataBytes);
        }
        return Collections.unmodifiableMap(result);
    }

    /**
     * Writes the header as the reference implementation does: compact JSON, metadata first, padded
     * with spaces so that the values begin at a multiple of 8.
     *
     * @return the bytes, without the length before them
     */
    byte[] toBytes() {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            quote(json, METADATA).append(":{");
            metadata.forEach(
                    (key, value) -> {
                        quote(json, key).append(':');
                        quote(json, value).append(',');
                    });
            json.setCharAt(json.length() - 1, '}');
            json.append(',');
        }
        for (TensorInfo info : tensors.values()) {
            quote(json, info.name())
                    .append(":{\"dtype\":\"")
                    .append(info.type())
                    .append("\",\"shape\":[");
            long[] shape = info.shape().getShape();
            for (int i = 0; i < shape.length; i++) {
                json.append(i == 0 ? "" : ",").append(shape[i]);
            }
            json.append("],\"data_offsets\":[")
                    .append(info.begin())
                    .append(',')
                    .append(info.end())
                    .append("]},");
        }
        if (json.length() > 1) {
            json.setLength(json.length() - 1);
        }
        json.append('}');
        byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = new byte[(text.length + 7) / 8 * 8];
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(text, 0, padded, 0, text.length);
        return padded;
    }

    private static StringBuilder quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < 0x20) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.append('"');
    }

    /** A rule of the format that a header breaks; the message says which, without the file. */
    private static final class BrokenRule extends Exception {

        private static final long serialVersionUID = 1L;

        BrokenRule(String format, Object... values) {
            super(String.format(format, values));
        }
    }

    /** Reads exactly the structure that a header has; anything else is refused where it is met. */
    private static final class Parser {

        private final JsonReader json;

        Parser(JsonReader json) {
            this.json = json;
            json.setStrictness(Strictness.STRICT);
        }

        SafetensorsHeader header() throws IOException, BrokenRule {
            Map<String, TensorInfo> tensors = new HashMap<>();
            Map<String, String> metadata = null;
            expect(JsonToken.BEGIN_OBJECT, "its header is not a JSON object");
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals(METADATA)) {
                    if (metadata != null) {
                        throw new BrokenRule("%s is there twice", METADATA);
                    }
                    metadata = metadata();
                    continue;
                }
                if (tensors.put(name, tensor(name)) != null) {
                    throw new BrokenRule("tensor %s is named twice", PrintableName.quoted(name));
                }
                if (tensors.size() > MAX_TENSORS) {
                    throw new BrokenRule("it names more than %s tensors", MAX_TENSORS);
                }
            }
            json.endObject();
            expect(JsonToken.END_DOCUMENT, "something follows the header's JSON object");
            return new SafetensorsHeader(
                    tensors, metadata == null ? Map.of() : Collections.unmodifiableMap(metadata));
        }

        private Map<String, String> metadata() throws IOException, BrokenRule {
            Map<String, String> metadata = new LinkedHashMap<>();
            expect(JsonToken.BEGIN_OBJECT, METADATA + " is not an object");
            json.beginObject();
            while (json.hasNext()) {
                String key = json.nextName();
                expect(JsonToken.STRING, METADATA + " holds something else than texts");
                if (metadata.put(key, json.nextString()) != null) {
                    throw new BrokenRule("%s holds %s twice", METADATA, PrintableName.quoted(key));
                }
            }
            json.endObject();
            return metadata;
        }

        private TensorInfo tensor(String name) throws IOException, BrokenRule {
            TensorType type = null;
            long[] shape = null;
            long[] offsets = null;
            expect(
                    JsonToken.BEGIN_OBJECT,
                    "tensor " + PrintableName.quoted(name) + " is not described by an object");
            json.beginObject();
            while (json.hasNext()) {
                String key = json.nextName();
                boolean repeated;
                switch (key) {
                    case "dtype" -> {
                        repeated = type != null;
                        type = type(name);
                    }
                    case "shape" -> {
                        repeated = shape != null;
                        shape = numbers(name, key, MAX_RANK);
                    }
                    case "data_offsets" -> {
                        repeated = offsets != null;
                        offsets = numbers(name, key, 2);
                    }
                    default ->
                            throw new BrokenRule(
                                    "tensor %s has an unknown key %s",
                                    PrintableName.quoted(name), PrintableName.quoted(key));
                }
                if (repeated) {
                    throw new BrokenRule("tensor %s has %s twice", PrintableName.quoted(name), key);
                }
            }
            json.endObject();
            if (type == null || shape == null || offsets == null || offsets.length != 2) {
                throw new BrokenRule(
                        "tensor %s lacks its dtype, shape or two data_offsets",
                        PrintableName.quoted(name));
            }
            return checked(name, type, shape, offsets[0], offsets[1]);
        }

        private TensorType type(String name) throws IOException, BrokenRule {
            expect(
                    JsonToken.STRING,
                    "the dtype of tensor " + PrintableName.quoted(name) + " is not a text");
            String type = json.nextString();
            try {
                return TensorType.valueOf(type);
            } catch (IllegalArgumentException e) {
                throw new BrokenRule(
                        "tensor %s has the unknown dtype %s",
                        PrintableName.quoted(name), PrintableName.quoted(type));
            }
        }

        private long[] numbers(String name, String key, int most) throws IOException, BrokenRule {
            String list = key + " of tensor " + PrintableName.quoted(name);
            expect(JsonToken.BEGIN_ARRAY, "the " + list + " is not a list");
            long[] numbers = new long[most];
            int count = 0;
            json.beginArray();
            while (json.hasNext()) {
                expect(JsonToken.NUMBER, "the " + list + " holds something else than numbers");
                String text = json.nextString();
                if (count == most) {
                    throw new BrokenRule("the %s has more than %s numbers", list, most);
                }
                if (!text.matches("\\d{1,18}")) {
                    throw new BrokenRule(
                            "the %s holds %s, which is no size", list, PrintableName.quoted(text));
                }
                numbers[count++] = Long.parseLong(text);
            }
            json.endArray();
            return Arrays.copyOf(numbers, count);
        }

        /** The values' size must be that of the shape, counted without overflow. */
        private static TensorInfo checked(
                String name, TensorType type, long[] shape, long begin, long end)
                throws BrokenRule {
            long bits = type.bits();
            boolean empty = false;
            try {
                for (long dimension : shape) {
                    empty |= dimension == 0;
                    bits = Math.multiplyExact(bits, Math.max(1, dimension));
                }
            } catch (ArithmeticException e) {
                throw new BrokenRule(
                        "the shape of tensor %s has more elements than can be counted",
                        PrintableName.quoted(name));
            }
            if (bits % Byte.SIZE != 0 && !empty) {
                throw new BrokenRule(
                        "tensor %s of shape %s and dtype %s takes %s bits, which are no whole bytes",
                        PrintableName.quoted(name), new Shape(shape), type, bits);
            }
            long bytes = empty ? 0 : bits / Byte.SIZE;
            if (end < begin) {
                throw new BrokenRule(
                        "tensor %s ends at byte %s, before its begin %s",
                        PrintableName.quoted(name), end, begin);
            }
            if (end - begin != bytes) {
                throw new BrokenRule(
                        "tensor %s of shape %s and dtype %s takes %s bytes, but its data_offsets span %s",
                        PrintableName.quoted(name), new Shape(shape), type, bytes, end - begin);
            }
            return new TensorInfo(name, type, new Shape(shape), begin, end);
        }

        private void expect(JsonToken token, String otherwise) throws IOException, BrokenRule {
            if (json.peek() != token) {
                throw new BrokenRule("%s", otherwise);
            }
        }
    }
}
