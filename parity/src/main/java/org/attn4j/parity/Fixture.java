package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.PrintableName;
import org.attn4j.models.checkpoint.TensorInfo;
import org.attn4j.models.checkpoint.TensorSource;

/**
 * A dump of a mechanism: a folder of {@code golden.json}, which says what is computed, and {@code
 * golden.safetensors} with the inputs and what must come out. Files may hold anything; what is
 * wrong with them is told in one sentence.
 */
public final class Fixture implements AutoCloseable {

    /** The name of the file that says what is computed. */
    public static final String DESCRIPTION = "golden.json";

    private static final String TENSORS = "golden.safetensors";

    /** What may be printed: short, and without what steers a terminal. */
    private static final String NAME = "[\\x20-\\x7e]{1,120}";

    private final String name;
    private final JsonObject description;
    private final TensorSource tensors;

    private Fixture(String name, JsonObject description, TensorSource tensors) {
        this.name = name;
        this.description = description;
        this.tensors = tensors;
    }

    /**
     * Opens a dump.
     *
     * @param folder the folder
     * @return the dump; close it
     * @throws IOException if there is none, or if a file is broken
     */
    public static Fixture open(Path folder) throws IOException {
        for (String file : List.of(DESCRIPTION, TENSORS)) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                throw new IOException(
                        "%s is no fixture: it needs %s and %s, and %s is not there"
                                .formatted(folder, DESCRIPTION, TENSORS, file));
            }
        }
        Path described = folder.resolve(DESCRIPTION);
        JsonObject description = JsonFiles.read(described);
        JsonElement name = description.get("name");
        if (!(name instanceof JsonPrimitive) || !name.getAsString().matches(NAME)) {
            throw new IOException(described + " has no name");
        }
        for (String part : List.of("params", "tensors")) {
            if (description.has(part) && !description.get(part).isJsonObject()) {
                throw new IOException(described + ": " + part + " must be an object");
            }
        }
        TensorSource tensors = TensorSource.open(folder.resolve(TENSORS));
        for (String tensor : tensors.names()) {
            if (!tensor.matches(NAME)) {
                tensors.close();
                throw new IOException(
                        "%s: tensor %s has no printable name"
                                .formatted(tensors.path(), PrintableName.quoted(tensor)));
            }
        }
        return new Fixture(name.getAsString(), description, tensors);
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
        return tensors.names().contains(tensor);
    }

    /**
     * Returns whether there are all of some tensors.
     *
     * @param names their full names
     * @return whether they are there
     */
    public boolean hasAll(String... names) {
        return tensors.names().containsAll(List.of(names));
    }

    /**
     * Lists tensors.
     *
     * @param prefix how their names start, such as {@code out/}
     * @return the full names, sorted
     */
    public List<String> names(String prefix) {
        return tensors.names().stream().filter(n -> n.startsWith(prefix)).sorted().toList();
    }

    /**
     * Returns a tensor's shape.
     *
     * @param tensor its full name
     * @return the shape
     * @throws FixtureException if there is none of that name
     */
    public Shape shape(String tensor) {
        return info(tensor).shape();
    }

    /**
     * Returns whether a tensor holds floating-point numbers.
     *
     * @param tensor its full name
     * @return false for integers and booleans
     * @throws FixtureException if there is none of that name
     */
    public boolean isFloat(String tensor) {
        return info(tensor).type().dataType().isFloating();
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
        DataType type = info(tensor).type().dataType();
        return read(manager, tensor, type == DataType.FLOAT64 ? DataType.FLOAT32 : type);
    }

    /**
     * Returns the numbers of a tensor; booleans as zeros and ones.
     *
     * @param manager on which engine they are read
     * @param tensor its full name
     * @return the numbers in row-major order
     * @throws FixtureException if there is none of that name
     */
    public double[] numbers(NDManager manager, String tensor) {
        try (NDArray array = read(manager, tensor, info(tensor).type().dataType())) {
            return Comparison.numbers(array);
        }
    }

    private NDArray read(NDManager manager, String tensor, DataType type) {
        try {
            return tensors.read(tensor, manager, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TensorInfo info(String tensor) {
        if (!has(tensor)) {
            throw new FixtureException("fixture " + name + " has no tensor " + tensor);
        }
        return tensors.info(tensor);
    }

    @Override
    public void close() throws IOException {
        tensors.close();
    }

    private FixtureException wrong(String key, String form) {
        return new FixtureException(
                "fixture %s: parameter %s must be %s, got %s"
                        .formatted(
                                name, key, form, PrintableName.quoted(String.valueOf(param(key)))));
    }
}
