package org.attn4j.models.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The settings of a JSON object, read one by one, which knows those that nobody read. Nothing is
 * copied. An accessor returns null for a setting that is absent or {@code null}.
 */
public class Settings {

    private static final int LONGEST_SHOWN = 200;

    private final JsonObject json;
    private final String file;
    private final String path; // of an object within: rope_scaling.
    private final Set<String> read = new TreeSet<>();
    private final Map<String, String> renamed = new HashMap<>();

    /**
     * Creates a reader of settings.
     *
     * @param json the settings
     * @param file what messages call the document
     */
    public Settings(JsonObject json, String file) {
        this(json, file, "");
    }

    Settings(JsonObject json, String file, String path) {
        this.json = json;
        this.file = file;
        this.path = path;
    }

    /**
     * Creates a reader of a document.
     *
     * @param text the text of a JSON object
     * @param file what messages call the document
     * @return the settings
     * @throws IllegalArgumentException if the text is not a JSON object
     */
    public static Settings parse(String text, String file) {
        try {
            if (JsonParser.parseString(text) instanceof JsonObject object) {
                return new Settings(object, file);
            }
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(file + " is not JSON: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(file + " must hold one JSON object");
    }

    /**
     * Creates a reader of a tree, such as that of a YAML document.
     *
     * @param tree maps, lists, text, numbers and booleans
     * @param file what messages call the document
     * @return the settings
     */
    public static Settings ofTree(Map<String, Object> tree, String file) {
        return new Settings(JsonValues.object(tree), file);
    }

    /**
     * Returns what messages call the document.
     *
     * @return its name
     */
    public final String file() {
        return file;
    }

    /** The dotted way to these settings, with a dot at its end unless it is empty. */
    final String path() {
        return path;
    }

    /**
     * Returns the settings.
     *
     * @return the object that is read, not a copy
     */
    public final JsonObject json() {
        return json;
    }

    /**
     * Returns the names of all settings.
     *
     * @return the names, as the document has them
     */
    public final Set<String> keys() {
        return json.keySet();
    }

    /**
     * Returns whether a setting is there, if only as {@code null}. Does not mark it as read.
     *
     * @param key the setting
     * @return whether it is written
     */
    public final boolean contains(String key) {
        return given(key) != null;
    }

    /**
     * Returns whether a setting is there and not {@code null}. Does not mark it as read.
     *
     * @param key the setting
     * @return whether it has a value
     */
    public final boolean has(String key) {
        return contains(key) && !given(key).isJsonNull();
    }

    /**
     * Returns a setting as it is, and marks it as read.
     *
     * @param key the setting
     * @return its JSON, not a copy; null if it is absent or {@code null}
     */
    public final JsonElement get(String key) {
        read.add(key);
        return has(key) ? given(key) : null;
    }

    /** The setting, {@code JsonNull} included, or null; marks it as read. */
    final JsonElement take(String key) {
        read.add(key);
        return given(key);
    }

    private JsonElement given(String key) {
        return json.get(renamed.getOrDefault(key, key));
    }

    /**
     * Knows settings by other names too, as transformers' {@code attribute_map} does. A value under
     * the other name goes before one under the first, as it does there.
     *
     * @param names from the other names to those that are read
     */
    public final void aliases(Map<String, String> names) {
        names.forEach(
                (other, key) -> {
                    if (get(other) != null) {
                        renamed.put(key, other);
                    }
                });
    }

    /**
     * Marks settings as read.
     *
     * @param keys the settings
     */
    public final void noEffect(String... keys) {
        read.addAll(List.of(keys));
    }

    /**
     * Returns whether a setting was asked for, be it there or not.
     *
     * @param key the setting
     * @return whether it is read
     */
    public final boolean isRead(String key) {
        return read.contains(key);
    }

    /**
     * Returns the settings that nobody read.
     *
     * @return their names, sorted
     */
    public final Set<String> left() {
        Set<String> left = new TreeSet<>(json.keySet());
        left.removeAll(read);
        return left;
    }

    /**
     * Reads a setting of a type.
     *
     * @param <T> the type
     * @param key the setting
     * @param type a number, boolean, text, enum or {@code AttentionSpec}
     * @return its value, or null
     * @throws IllegalArgumentException if it is of another type
     */
    @SuppressWarnings("unchecked") // read returns what the type says
    public final <T> T value(String key, Class<T> type) {
        JsonElement value = get(key);
        return value == null ? null : (T) converted(key, () -> JsonValues.read(value, type));
    }

    /**
     * Reads a list of values of a type, or one value.
     *
     * @param <T> the type
     * @param key the setting
     * @param type a number, boolean, text, enum or {@code AttentionSpec}
     * @return its values, or null
     * @throws IllegalArgumentException if one is of another type
     */
    @SuppressWarnings("unchecked") // readList returns what the type says
    public final <T> List<T> list(String key, Class<T> type) {
        JsonElement value = get(key);
        return value == null
                ? null
                : (List<T>) converted(key, () -> JsonValues.readList(value, type));
    }

    /** What is read of a value, with errors that name the setting. */
    final Object converted(String key, Supplier<Object> reading) {
        try {
            return reading.get();
        } catch (JsonValues.Mismatch e) {
            throw invalid(key, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: %s%s: %s".formatted(file, path, key, e.getMessage()), e);
        }
    }

    /**
     * Reads a setting by a function that fails for what does not fit.
     *
     * @param <T> what is read
     * @param key the setting
     * @param wanted what it must be
     * @param parse from the value, which is not {@code null}
     * @return what was read, or null
     * @throws IllegalArgumentException if the function fails
     */
    public final <T> T value(String key, String wanted, Function<JsonElement, T> parse) {
        JsonElement value = get(key);
        return value == null ? null : converted(key, value, wanted, parse);
    }

    final <T> T converted(
            String key, JsonElement value, String wanted, Function<JsonElement, T> parse) {
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException
                | IllegalStateException
                | ArithmeticException
                | IndexOutOfBoundsException
                | UnsupportedOperationException
                | ClassCastException
                | JsonValues.Mismatch e) {
            IllegalArgumentException bad = invalid(key, wanted);
            bad.initCause(e);
            throw bad;
        }
    }

    /**
     * Returns the error for a value that does not fit.
     *
     * @param key the setting
     * @param wanted what it must be
     * @return the error, to be thrown
     */
    public final IllegalArgumentException invalid(String key, String wanted) {
        return new IllegalArgumentException(
                "%s: %s%s must be %s, got %s"
                        .formatted(file, path, key, wanted, shortened(given(key))));
    }

    /** A value as a message shows it: the file decides how long it is. */
    static String shortened(JsonElement value) {
        String text = String.valueOf(value);
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
