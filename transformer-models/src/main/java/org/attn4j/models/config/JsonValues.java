package org.attn4j.models.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.common.Require;

/** Converts between JSON and the types that a component of a configuration may have. */
final class JsonValues {

    private static final Gson GSON =
            new GsonBuilder()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .serializeSpecialFloatingPointValues()
                    .create();

    private JsonValues() {}

    /** A value of another type than the one that is wanted; the message says what is wanted. */
    static final class Mismatch extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Mismatch(String wanted) {
            super(wanted);
        }
    }

    /** Reads text, numbers, booleans, enums, {@link AttentionSpec}, and lists and maps of these. */
    static Object read(JsonElement value, Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == Map.class
                    ? readMap(value, (Class<?>) arguments[0], arguments[1])
                    : readList(value, arguments[0]);
        }
        Class<?> wanted = (Class<?>) type;
        if (wanted == AttentionSpec.class) {
            return AttentionSpec.of(plain(value));
        }
        if (!(value instanceof JsonPrimitive primitive)) {
            throw new Mismatch(wanted(wanted));
        }
        if (wanted.isEnum()) {
            return readEnum(primitive.getAsString(), wanted);
        }
        if (wanted == String.class) {
            return primitive.getAsString();
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            check(primitive.isBoolean(), wanted);
            return primitive.getAsBoolean();
        }
        if (wanted.isRecord()) {
            throw new IllegalStateException(wanted + " needs a record of defaults");
        }
        check(primitive.isNumber() && Double.isFinite(primitive.getAsDouble()), wanted);
        if (wanted == double.class || wanted == Double.class) {
            return primitive.getAsDouble();
        }
        if (wanted == float.class) {
            return primitive.getAsFloat();
        }
        return readWhole(primitive.getAsBigDecimal(), wanted);
    }

    private static Object readWhole(BigDecimal number, Class<?> wanted) {
        boolean small = wanted == int.class || wanted == Integer.class;
        try {
            long whole = number.longValueExact();
            if (small && whole != (int) whole) {
                throw new Mismatch("a whole number of at most " + Integer.MAX_VALUE);
            }
            return small ? (Object) (int) whole : (Object) whole;
        } catch (ArithmeticException e) {
            throw new Mismatch(wanted(wanted));
        }
    }

    /** Reads a list, of which one value may stand alone. */
    static List<Object> readList(JsonElement value, Type element) {
        try {
            List<JsonElement> items =
                    value instanceof JsonArray array ? array.asList() : List.of(value);
            return items.stream().map(item -> read(item, element)).toList();
        } catch (Mismatch e) {
            String one = e.getMessage();
            throw new Mismatch(
                    "a list of " + (one.startsWith("a ") ? one.substring(2) + "s" : one));
        }
    }

    private static Map<Object, Object> readMap(JsonElement value, Class<?> keys, Type values) {
        if (!(value instanceof JsonObject object)) {
            throw new Mismatch("a section of keys");
        }
        Map<Object, Object> map = new LinkedHashMap<>();
        object.entrySet()
                .forEach(
                        entry ->
                                map.put(
                                        read(new JsonPrimitive(entry.getKey()), keys),
                                        read(entry.getValue(), values)));
        return Collections.unmodifiableMap(map);
    }

    /** Reads the name of a constant, in any case, with dashes or underscores. */
    private static Object readEnum(String name, Class<?> type) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(name.replace('-', '_'))) {
                return constant;
            }
        }
        throw new Mismatch(wanted(type));
    }

    private static void check(boolean fits, Class<?> wanted) {
        if (!fits) {
            throw new Mismatch(wanted(wanted));
        }
    }

    private static String wanted(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                    .map(name -> name.replace('_', '-'))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        boolean real = type == double.class || type == Double.class || type == float.class;
        return type == String.class ? "a text" : real ? "a number" : "a whole number";
    }

    /** Writes what {@link #read} reads; constants in lower case, with this between their words. */
    static JsonElement write(Object value, char between) {
        if (value instanceof Enum<?> constant) {
            return new JsonPrimitive(spelled(constant, between));
        }
        if (value instanceof AttentionSpec spec) {
            return GSON.toJsonTree(spec.toObject());
        }
        if (value instanceof Collection<?> items) {
            JsonArray array = new JsonArray();
            items.forEach(item -> array.add(write(item, between)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((key, it) -> object.add(text(key, between), write(it, between)));
            return object;
        }
        return value == null ? JsonNull.INSTANCE : GSON.toJsonTree(value);
    }

    private static String text(Object key, char between) {
        return key instanceof Enum<?> constant ? spelled(constant, between) : key.toString();
    }

    private static String spelled(Enum<?> constant, char between) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', between);
    }

    /** A tree of maps, lists, text, numbers and booleans; whole numbers are {@code Integer}. */
    static Object plain(JsonElement value) {
        if (value instanceof JsonObject object) {
            Map<String, Object> map = new LinkedHashMap<>();
            object.entrySet().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (value instanceof JsonArray array) {
            return array.asList().stream().map(JsonValues::plain).toList();
        }
        Object plain = GSON.fromJson(value, Object.class);
        Require.that(plain != null, "null is no value");
        return plain instanceof Long whole && whole == whole.intValue() ? whole.intValue() : plain;
    }

    /** An object as maps, lists, text, numbers, booleans and null. */
    @SuppressWarnings("unchecked") // an object becomes a map
    static Map<String, Object> tree(JsonObject object) {
        return (Map<String, Object>) GSON.fromJson(object, Object.class);
    }

    /** The JSON of such a tree. */
    static JsonObject object(Map<String, Object> tree) {
        return GSON.toJsonTree(tree).getAsJsonObject();
    }
}
