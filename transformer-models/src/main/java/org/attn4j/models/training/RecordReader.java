package org.attn4j.models.training;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.models.checkpoint.PrintableName;

/**
 * Reads records from JSON whose names are those of the components in small letters with
 * underscores. What is not as it should be is refused by its path, such as {@code
 * selection.best[0].step}; what a record itself refuses, too.
 */
final class RecordReader {

    private static final int LONGEST_NUMBER = 30;

    private RecordReader() {}

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException naming the field and its rule
     */
    static <R> R read(JsonElement json, Class<R> type) {
        return type.cast(value(json, type, ""));
    }

    private static Object value(JsonElement json, Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class
                    ? list(json, generic.getActualTypeArguments()[0], path)
                    : map(json, generic.getActualTypeArguments()[1], path);
        }
        Class<?> kind = (Class<?>) type;
        if (kind.isRecord()) {
            return record(json, kind, path);
        }
        if (!(json instanceof JsonPrimitive primitive)) {
            throw unfit(path, kind.isEnum() || kind == String.class ? "a text" : "a number", json);
        }
        if (kind == String.class) {
            return primitive.getAsString();
        }
        if (kind.isEnum()) {
            return constant(primitive, kind, path);
        }
        if (kind == boolean.class) {
            if (!primitive.isBoolean()) {
                throw unfit(path, "true or false", json);
            }
            return primitive.getAsBoolean();
        }
        return kind == double.class || kind == Double.class
                ? number(primitive, path)
                : whole(primitive, kind, path);
    }

    private static Object record(JsonElement json, Class<?> type, String path) {
        JsonObject object = object(json, path);
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = name(components[i]);
            String inner = path.isEmpty() ? name : path + "." + name;
            JsonElement given = object.get(name);
            boolean missing = given == null || given.isJsonNull();
            Class<?> kind = components[i].getType();
            if (missing && !kind.isEnum() && kind != Map.class) { // those have defaults
                throw new IllegalArgumentException(inner + " is missing");
            }
            values[i] = missing ? null : value(given, components[i].getGenericType(), inner);
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            String where = path.isEmpty() ? "" : path + ": ";
            throw new IllegalArgumentException(where + e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    private static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static JsonObject object(JsonElement json, String path) {
        if (json instanceof JsonObject object) {
            return object;
        }
        throw unfit(path.isEmpty() ? "the whole" : path, "an object", json);
    }

    private static List<Object> list(JsonElement json, Type type, String path) {
        if (!(json instanceof JsonArray array)) {
            throw unfit(path, "a list", json);
        }
        List<Object> values = new ArrayList<>();
        for (JsonElement element : array) {
            values.add(value(element, type, path + "[" + values.size() + "]"));
        }
        return values;
    }

    private static Map<String, Object> map(JsonElement json, Type type, String path) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : object(json, path).entrySet()) {
            String inner = path + "." + PrintableName.of(entry.getKey());
            values.put(entry.getKey(), value(entry.getValue(), type, inner));
        }
        return values;
    }

    private static Object constant(JsonPrimitive json, Class<?> type, String path) {
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> ((Enum<?>) each).name().equals(json.getAsString()))
                .findFirst()
                .orElseThrow(
                        () ->
                                unfit(
                                        path,
                                        "one of " + Arrays.toString(type.getEnumConstants()),
                                        json));
    }

    private static double number(JsonPrimitive json, String path) {
        try {
            return Double.parseDouble(json.getAsString()); // NaN among them
        } catch (NumberFormatException e) {
            throw unfit(path, "a number", json);
        }
    }

    private static Object whole(JsonPrimitive json, Class<?> type, String path) {
        try {
            String text = json.getAsString();
            if (text.length() > LONGEST_NUMBER) {
                throw new NumberFormatException();
            }
            long value = new BigDecimal(text).longValueExact();
            if (type == int.class) {
                return Math.toIntExact(value);
            }
            return value;
        } catch (NumberFormatException | ArithmeticException e) {
            String most = type == int.class ? "2^31" : "2^63";
            throw unfit(path, "a whole number below " + most, json);
        }
    }

    private static IllegalArgumentException unfit(String path, String what, JsonElement json) {
        return new IllegalArgumentException(
                "%s must be %s, got %s".formatted(path, what, PrintableName.of(json.toString())));
    }
}
