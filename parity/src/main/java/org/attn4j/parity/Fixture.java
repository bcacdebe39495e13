package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;

/**
 * A dump of a mechanism: a folder of {@code golden.json}, which says what is computed, and {@code
 * golden.safetensors} with the inputs and what must come out. Files are read with bounds and may
 * hold anything; what is wrong with them is told in one sentence.
 */
public final class Fixture {

    /** The name of the file that says what is computed. */
    public static final String DESCRIPTION = "golden.json";

    private static final String TENSORS = "golden.safetensors";
    private static final long MAX_DESCRIPTION = 4L << 20;

    private final String name;
    private final JsonObject description;
    private final FixtureTensors content;

    private Fixture(String name, JsonObject description, FixtureTensors content) {
        this.name = name;
        this.description = description;
        this.content = content;
    }

    /**
     * Reads a dump.
     *
     * @param folder the folder
     * @return its content
     * @throws IOException if there is none, or if a file is broken
     */
    public static Fixture read(Path folder) throws IOException {
        for (String file : List.of(DESCRIPTION, TENSORS)) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                throw new IOException(
                        folder
                                + " is no fixture: it needs golden.json and golden.safetensors, and "
                                + file
                                + " is not there");
            }
        }
        Path described = folder.resolve(DESCRIPTION);
        byte[] text = FixtureTensors.bounded(described, MAX_DESCRIPTION);
        JsonObject description =
                FixtureJson.object(described, new String(text, StandardCharsets.UTF_8));
        JsonElement name = description.get("name");
        if (name == null || !name.isJsonPrimitive() || !FixtureJson.isName(name.getAsString())) {
            throw new IOException(described + " has no name");
        }
        for (String part : List.of("params", "tensors", "dims")) {
            if (description.has(part) && !description.get(part).isJsonObject()) {
                throw new IOException(described + ": " + part + " must be an object");
            }
        }
        return new Fixture(
                name.getAsString(), description, FixtureTensors.read(folder.resolve(TENSORS)));
    }

    /**
     * Returns what is computed.
     *
     * @return the name in {@code golden.json}
     */
    public String name() {
        return name;
    }

    /**
     * Returns whether there is a tensor.
     *
     * @param tensor its full name, such as {@code in/query}
     * @return whether it is there
     */
    public boolean has(String tensor) {
        return content.tensors().containsKey(tensor);
    }

    /**
     * Returns whether there are all of some tensors.
     *
     * @param names their full names
     * @return whether they are there
     */
    public boolean hasAll(String... names) {
        for (String tensor : names) {
            if (!has(tensor)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Lists tensors.
     *
     * @param prefix how their names start, such as {@code out/}
     * @return the full names, sorted
     */
    public List<String> names(String prefix) {
        return content.tensors().keySet().stream().filter(n -> n.startsWith(prefix)).toList();
    }

    /**
     * Returns a tensor's shape.
     *
     * @param tensor its full name
     * @return the shape
     * @throws FixtureException if there is none of that name
     */
    public Shape shape(String tensor) {
        return tensor(tensor).shape();
    }

    /**
     * Returns whether a tensor holds floating-point numbers.
     *
     * @param tensor its full name
     * @return false for integers and booleans
     * @throws FixtureException if there is none of that name
     */
    public boolean isFloat(String tensor) {
        FixtureTensors.Type type = tensor(tensor).type();
        return type == FixtureTensors.Type.F32 || type == FixtureTensors.Type.F64;
    }

    /**
     * Returns the letters of a tensor's axes, where the dump gives them.
     *
     * @param tensor its full name
     * @return for instance {@code [B, T, S]}; empty if they are not given
     */
    public List<String> axes(String tensor) {
        List<String> axes = new ArrayList<>();
        if (description.has("tensors")
                && description.getAsJsonObject("tensors").get(tensor) instanceof JsonObject info
                && info.get("axes") instanceof JsonArray letters) {
            letters.forEach(letter -> axes.add(letter.getAsString()));
        }
        return axes.size() == shape(tensor).dimension() ? axes : List.of();
    }

    /**
     * Returns a parameter of the dump.
     *
     * @param key its name among the {@code params}
     * @return its value; null if it is missing or null
     */
    public JsonElement param(String key) {
        JsonElement value =
                description.has("params") ? description.getAsJsonObject("params").get(key) : null;
        return value == null || value.isJsonNull() ? null : value;
    }

    /**
     * Returns a parameter that is a whole number.
     *
     * @param key its name
     * @return its value
     * @throws FixtureException if it is missing or something else
     */
    public int integer(String key) {
        double value = number(key);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw wrong(key, "a whole number");
        }
        return (int) value;
    }

    /**
     * Returns a parameter that is a whole number and may be missing or null.
     *
     * @param key its name
     * @param otherwise what it is then
     * @return its value
     * @throws FixtureException if it is something else
     */
    public int integer(String key, int otherwise) {
        return param(key) == null ? otherwise : integer(key);
    }

    /**
     * Returns a parameter that is a number.
     *
     * @param key its name
     * @return its value
     * @throws FixtureException if it is missing or something else
     */
    public double number(String key) {
        JsonElement value = param(key);
        if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
            throw wrong(key, "a number");
        }
        return value.getAsDouble();
    }

    /**
     * Returns a parameter that is a number and may be missing or null.
     *
     * @param key its name
     * @param otherwise what it is then
     * @return its value
     * @throws FixtureException if it is something else
     */
    public double number(String key, double otherwise) {
        return param(key) == null ? otherwise : number(key);
    }

    /**
     * Returns a parameter that is true or false.
     *
     * @param key its name
     * @return its value; false if it is missing or null
     * @throws FixtureException if it is something else
     */
    public boolean flag(String key) {
        return flag(key, false);
    }

    /**
     * Returns a parameter that is true or false and may be missing or null.
     *
     * @param key its name
     * @param otherwise what it is then
     * @return its value
     * @throws FixtureException if it is something else
     */
    public boolean flag(String key, boolean otherwise) {
        JsonElement value = param(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw wrong(key, "true or false");
        }
        return value.getAsBoolean();
    }

    /**
     * Returns a parameter that is a text.
     *
     * @param key its name
     * @param otherwise what it is if it is missing or null
     * @return its value
     * @throws FixtureException if it is something else
     */
    public String text(String key, String otherwise) {
        JsonElement value = param(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw wrong(key, "a text");
        }
        return value.getAsString();
    }

    /**
     * Makes an array of a tensor.
     *
     * @param manager where it lives
     * @param tensor its full name
     * @return the array; float64 is narrowed to float32
     * @throws FixtureException if there is none of that name
     */
    public NDArray array(NDManager manager, String tensor) {
        FixtureTensors.Tensor found = tensor(tensor);
        ByteBuffer bytes = content.bytes(found);
        return switch (found.type()) {
            case F32, F64 -> HostArrays.of(manager, floats(tensor), found.shape());
            case I32 -> {
                int[] values = new int[bytes.remaining() / Integer.BYTES];
                bytes.asIntBuffer().get(values);
                yield HostArrays.of(manager, values, found.shape());
            }
            case I64 -> {
                long[] values = new long[bytes.remaining() / Long.BYTES];
                bytes.asLongBuffer().get(values);
                yield HostArrays.of(manager, values, found.shape());
            }
            case BOOL -> {
                boolean[] values = new boolean[bytes.remaining()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.get(i) != 0;
                }
                yield HostArrays.of(manager, values, found.shape());
            }
        };
    }

    /**
     * Returns the numbers of a tensor.
     *
     * @param tensor its full name
     * @return the numbers in row-major order, narrowed to float32
     * @throws FixtureException if there is none of that name
     */
    public float[] floats(String tensor) {
        double[] values = doubles(tensor);
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /**
     * Returns the numbers of a tensor; booleans as zeros and ones.
     *
     * @param tensor its full name
     * @return the numbers in row-major order
     * @throws FixtureException if there is none of that name
     */
    public double[] doubles(String tensor) {
        FixtureTensors.Tensor found = tensor(tensor);
        ByteBuffer bytes = content.bytes(found);
        double[] values = new double[Math.toIntExact(found.shape().size())];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (found.type()) {
                        case F32 -> bytes.getFloat();
                        case F64 -> bytes.getDouble();
                        case I32 -> bytes.getInt();
                        case I64 -> bytes.getLong();
                        case BOOL -> bytes.get() == 0 ? 0 : 1;
                    };
        }
        return values;
    }

    private FixtureTensors.Tensor tensor(String tensor) {
        FixtureTensors.Tensor found = content.tensors().get(tensor);
        if (found == null) {
            throw new FixtureException("fixture " + name + " has no tensor " + tensor);
        }
        return found;
    }

    private FixtureException wrong(String key, String form) {
        return new FixtureException(
                "fixture "
                        + name
                        + ": parameter "
                        + key
                        + " must be "
                        + form
                        + ", got "
                        + FixtureJson.shown(String.valueOf(param(key))));
    }
}
