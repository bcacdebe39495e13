package org.attn4j.models.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Nearest;
import org.attn4j.common.Require;

/**
 * Reads a configuration record from JSON, or from a tree such as that of a YAML document, and
 * writes it, component by component. What the document leaves out has the value of a record of
 * defaults. Components are numbers, booleans, text, enums, attention mechanisms, records, and lists
 * and maps of these; others have a form of their own.
 *
 * <pre>{@code
 * RecordCodec<Size> codec = RecordCodec.snakeCase(new Size(512, 8)).key("width", "d_model");
 * Size size = codec.read(Settings.parse("{\"d_model\": 64}", "config.json"));
 * }</pre>
 *
 * @param <R> the record
 */
public final class RecordCodec<R extends Record> {

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final R defaults;
    private final boolean snakeCase;
    private final Map<String, String> keys = new HashMap<>();
    private final Map<String, Form<?>> forms = new HashMap<>();
    private final Map<String, Part<?>> parts = new HashMap<>();
    private final Map<String, Part<?>> sections = new HashMap<>();
    private final Set<String> derived = new HashSet<>();
    private final Set<String> optional = new HashSet<>();
    private Predicate<String> ignored = key -> false;

    /** How a component is written that no type tells; null is not written. */
    private record Form<T>(
            String wanted, Function<JsonElement, T> read, Function<T, JsonElement> write) {

        @SuppressWarnings("unchecked") // a component's value is given to its own form
        JsonElement written(Object value) {
            return write.apply((T) value);
        }
    }

    /** A component whose keys stand among those of the record; null is not written. */
    private record Part<T>(Function<Settings, T> read, Function<T, JsonObject> write) {

        @SuppressWarnings("unchecked") // a component's value is given to its own part
        JsonObject written(Object value) {
            return value == null ? new JsonObject() : write.apply((T) value);
        }
    }

    private RecordCodec(R defaults, boolean snakeCase) {
        this.defaults = defaults;
        this.snakeCase = snakeCase;
    }

    /**
     * Creates a codec for files whose keys are as those of Hugging Face: {@code hidden_size}, with
     * constants such as {@code inverse_sqrt}; {@code null} counts as left out.
     *
     * @param <R> the record
     * @param defaults the values of what a document leaves out
     * @return the codec
     */
    public static <R extends Record> RecordCodec<R> snakeCase(R defaults) {
        return new RecordCodec<>(defaults, true);
    }

    /**
     * Creates a codec for files whose keys are the names of the components, with constants such as
     * {@code inverse-sqrt}.
     *
     * @param <R> the record
     * @param defaults the values of what a document leaves out
     * @return the codec
     */
    public static <R extends Record> RecordCodec<R> camelCase(R defaults) {
        return new RecordCodec<>(defaults, false);
    }

    /**
     * Gives a component another key than its name. A component of a record within is named by the
     * dotted path, here and below.
     *
     * @param component the component
     * @param key its key
     * @return this codec
     */
    public RecordCodec<R> key(String component, String key) {
        keys.put(known(component), key);
        return this;
    }

    /**
     * Tells how a component is written whose type does not tell.
     *
     * @param <T> the type of the component
     * @param component the component
     * @param wanted what messages say its value must be
     * @param read from its JSON; fails for what does not fit
     * @param write to its JSON; null not to write it
     * @return this codec
     */
    public <T> RecordCodec<R> form(
            String component,
            String wanted,
            Function<JsonElement, T> read,
            Function<T, JsonElement> write) {
        forms.put(known(component), new Form<>(wanted, read, write));
        return this;
    }

    /**
     * Tells of a component whose keys stand among those of the record itself.
     *
     * @param <T> the type of the component
     * @param component the component
     * @param read from the settings of the record
     * @param write to its keys
     * @return this codec
     */
    public <T> RecordCodec<R> part(
            String component, Function<Settings, T> read, Function<T, JsonObject> write) {
        parts.put(known(component), new Part<>(read, write));
        return this;
    }

    /**
     * Tells of a component whose section of keys is read by a function, as that of one of several
     * kinds.
     *
     * @param <T> the type of the component
     * @param component the component
     * @param read from its section, which may be empty, all of which it reads
     * @param write to its section; a component that is null has none
     * @return this codec
     */
    public <T> RecordCodec<R> section(
            String component, Function<Settings, T> read, Function<T, JsonObject> write) {
        sections.put(known(component), new Part<>(read, write));
        return this;
    }

    /**
     * Names components that no document sets, because they follow from others.
     *
     * @param components the components
     * @return this codec
     */
    public RecordCodec<R> derived(String... components) {
        Arrays.stream(components).map(this::known).forEach(derived::add);
        return this;
    }

    /**
     * Names components that are not written where they are as in the record of defaults.
     *
     * @param components the components
     * @return this codec
     */
    public RecordCodec<R> optional(String... components) {
        Arrays.stream(components).map(this::known).forEach(optional::add);
        return this;
    }

    /**
     * Tells the keys of a document that configure nothing and are passed over.
     *
     * @param ignored whether a key is one
     * @return this codec
     */
    public RecordCodec<R> ignoring(Predicate<String> ignored) {
        this.ignored = ignored;
        return this;
    }

    private String known(String component) {
        Class<?> type = defaults.getClass();
        for (String name : component.split("\\.")) {
            RecordComponent[] components = type.getRecordComponents();
            type =
                    Arrays.stream(components)
                            .filter(it -> it.getName().equals(name))
                            .findFirst()
                            .map(RecordComponent::getType)
                            .orElse(null);
            Require.that(type != null, "%s has no component %s", defaults.getClass(), component);
        }
        return component;
    }

    /**
     * Reads a document.
     *
     * @param settings the document
     * @return the record
     * @throws IllegalArgumentException if there is a key that no component has, named with the
     *     nearest one that exists, or a value that does not fit
     */
    public R read(Settings settings) {
        return read(settings, defaults);
    }

    /**
     * Reads a document.
     *
     * @param settings the document
     * @param defaults the values of what it leaves out
     * @return the record
     * @throws IllegalArgumentException if there is a key that no component has, named with the
     *     nearest one that exists, or a value that does not fit
     */
    public R read(Settings settings, R defaults) {
        return read(settings, defaults, "", true);
    }

    /**
     * Reads what is the record's of settings that hold other things too.
     *
     * @param settings the settings, of which those of the record are marked as read
     * @param defaults the values of what they leave out
     * @return the record
     * @throws IllegalArgumentException if a value does not fit
     */
    public R readPart(Settings settings, R defaults) {
        return read(settings, defaults, "", false);
    }

    private <T extends Record> T read(Settings settings, T defaults, String path, boolean whole) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        if (whole) {
            refuseUnknown(settings, components, path);
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            Object otherwise = Records.value(components[i], defaults);
            values[i] =
                    derived.contains(path + components[i].getName())
                            ? otherwise
                            : component(settings, components[i], otherwise, path);
        }
        return construct(defaults, values, settings);
    }

    private void refuseUnknown(Settings settings, RecordComponent[] components, String path) {
        List<String> known =
                Arrays.stream(components)
                        .map(RecordComponent::getName)
                        .filter(name -> !derived.contains(path + name))
                        .map(name -> keyOf(path, name))
                        .toList();
        for (String key : settings.left()) {
            if (known.contains(key) || ignored.test(key)) {
                continue;
            }
            String nearest = Nearest.of(key, known);
            throw new IllegalArgumentException(
                    "%s: unknown key '%s%s', %s"
                            .formatted(
                                    settings.file(),
                                    settings.path(),
                                    key,
                                    nearest == null
                                            ? "known keys: " + String.join(", ", known)
                                            : "did you mean '%s%s'?"
                                                    .formatted(settings.path(), nearest)));
        }
    }

    private Object component(
            Settings settings, RecordComponent component, Object otherwise, String path) {
        String name = path + component.getName();
        if (parts.containsKey(name)) {
            return parts.get(name).read().apply(settings);
        }
        String key = keyOf(path, component.getName());
        JsonElement value = settings.take(key);
        if (value == null || value.isJsonNull() && snakeCase) {
            return otherwise;
        }
        Form<?> form = forms.get(name);
        if (form != null) {
            return settings.converted(key, value, form.wanted(), form.read());
        }
        if (sections.containsKey(name)) {
            return sections.get(name).read().apply(within(settings, key, value));
        }
        if (otherwise instanceof Record inner && !(otherwise instanceof AttentionSpec)) {
            return read(within(settings, key, value), inner, name + ".", true);
        }
        return value.isJsonNull() && component.getType() == String.class
                ? ""
                : settings.converted(key, () -> JsonValues.read(value, component.getGenericType()));
    }

    private static Settings within(Settings settings, String key, JsonElement value) {
        if (!(value instanceof JsonObject section)) {
            throw settings.invalid(key, "a section of keys");
        }
        return new Settings(section, settings.file(), settings.path() + key + ".");
    }

    private String keyOf(String path, String component) {
        String otherwise =
                snakeCase
                        ? component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT)
                        : component;
        return keys.getOrDefault(path + component, otherwise);
    }

    private static <T extends Record> T construct(T like, Object[] values, Settings settings) {
        try {
            return Records.make(like, values);
        } catch (IllegalArgumentException e) {
            String section = settings.path().replaceFirst("\\.$", ": ");
            throw new IllegalArgumentException(
                    "%s: %s%s".formatted(settings.file(), section, e.getMessage()), e);
        }
    }

    /**
     * Writes a record.
     *
     * @param record the record
     * @return JSON that {@link #read} reads back, in the order of the components
     */
    public JsonObject write(R record) {
        return write(record, defaults, "");
    }

    /**
     * Writes a record as text.
     *
     * @param record the record
     * @return its JSON, indented, with a line break at its end
     */
    public String writeText(R record) {
        return text(write(record));
    }

    /**
     * Returns the text of a document.
     *
     * @param json the document
     * @return its text, indented, with a line break at its end
     */
    public static String text(JsonObject json) {
        return GSON.toJson(json) + "\n";
    }

    /**
     * Writes a record as a tree, for a YAML document.
     *
     * @param record the record
     * @return maps, lists, text, numbers and booleans
     */
    public Map<String, Object> writeTree(R record) {
        return JsonValues.tree(write(record));
    }

    private JsonObject write(Record record, Record defaults, String path) {
        JsonObject json = new JsonObject();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String name = path + component.getName();
            Object value = Records.value(component, record);
            if (parts.containsKey(name)) {
                parts.get(name)
                        .written(value)
                        .entrySet()
                        .forEach(it -> json.add(it.getKey(), it.getValue()));
                continue;
            }
            Object otherwise = defaults == null ? null : Records.value(component, defaults);
            boolean left = optional.contains(name) && Objects.equals(value, otherwise);
            if (!derived.contains(name) && !left) {
                JsonElement written = written(value, otherwise, name);
                if (written != null) {
                    json.add(keyOf(path, component.getName()), written);
                }
            }
        }
        return json;
    }

    private JsonElement written(Object value, Object otherwise, String name) {
        Form<?> form = forms.get(name);
        if (form != null) {
            return form.written(value);
        }
        if (sections.containsKey(name)) {
            return value == null ? null : sections.get(name).written(value);
        }
        if (value instanceof Record inner && !(value instanceof AttentionSpec)) {
            return write(inner, (Record) otherwise, name + ".");
        }
        JsonElement written = JsonValues.write(value, snakeCase ? '_' : '-');
        return written instanceof JsonNull && snakeCase ? null : written;
    }
}
