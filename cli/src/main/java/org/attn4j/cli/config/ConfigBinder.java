package org.attn4j.cli.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Nearest;

/**
 * Binds a tree of maps (a YAML document) to configuration records, component by component, with a
 * record of defaults for what the tree leaves out, and writes records back as such a tree.
 *
 * <p>A key that no component has is refused with the nearest one that exists. An attention
 * mechanism is a name, or a map of its name and options.
 */
final class ConfigBinder {

    private final String file;

    /**
     * Creates a binder.
     *
     * @param file what the errors call the document
     */
    ConfigBinder(String file) {
        this.file = file;
    }

    /**
     * Binds a tree to a record.
     *
     * @param defaults the values of all keys that the tree leaves out
     * @param tree the document
     * @param derived dotted paths of components that a person does not set, because they follow
     *     from others
     */
    <R extends Record> R bind(R defaults, Map<String, Object> tree, Set<String> derived) {
        return bind(defaults, tree, "", derived);
    }

    private <R extends Record> R bind(
            R defaults, Map<String, Object> tree, String path, Set<String> derived) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        List<String> known =
                Arrays.stream(components)
                        .map(RecordComponent::getName)
                        .filter(name -> !derived.contains(path + name))
                        .toList();
        for (String key : tree.keySet()) {
            if (!known.contains(key)) {
                throw unknownKey(path, key, known);
            }
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            Object fallback = valueOf(components[i], defaults);
            values[i] =
                    tree.containsKey(name)
                            ? convert(
                                    tree.get(name),
                                    components[i].getType(),
                                    components[i].getGenericType(),
                                    fallback,
                                    path + name,
                                    derived)
                            : fallback;
        }
        return construct(defaults, components, values, path);
    }

    private ConfigException unknownKey(String path, String key, List<String> known) {
        String nearest = Nearest.of(key, known);
        String mend =
                nearest == null
                        ? "known keys: " + String.join(", ", known)
                        : "did you mean '%s%s'?".formatted(path, nearest);
        return new ConfigException("%s: unknown key '%s%s', %s".formatted(file, path, key, mend));
    }

    private Object convert(
            Object value,
            Class<?> type,
            Type generic,
            Object fallback,
            String path,
            Set<String> derived) {
        if (type == AttentionSpec.class) {
            return attention(value, path);
        }
        if (type.isRecord()) {
            return bindNested(value, fallback, path, derived);
        }
        if (List.class.isAssignableFrom(type)) {
            Class<?> element = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
            List<?> items = value instanceof List<?> list ? list : List.of(value);
            List<Object> converted = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                converted.add(scalar(items.get(i), element, path + "[" + i + "]"));
            }
            return List.copyOf(converted);
        }
        return scalar(value, type, path);
    }

    private AttentionSpec attention(Object value, String path) {
        try {
            return AttentionSpec.of(value);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("%s: %s: %s".formatted(file, path, e.getMessage()), e);
        }
    }

    @SuppressWarnings("unchecked")
    private Object bindNested(Object value, Object fallback, String path, Set<String> derived) {
        if (!(value instanceof Map)) {
            throw wrongType(path, "a section of keys", value);
        }
        return bind((Record) fallback, (Map<String, Object>) value, path + ".", derived);
    }

    private Object scalar(Object value, Class<?> type, String path) {
        if (type == String.class && !(value instanceof Map) && !(value instanceof List)) {
            return value == null ? "" : String.valueOf(value);
        }
        if (type.isEnum()) {
            return enumConstant(value, type, path);
        }
        if (type == boolean.class && value instanceof Boolean) {
            return value;
        }
        if (type == double.class && value instanceof Number number) {
            return number.doubleValue();
        }
        if (type == float.class && value instanceof Number number) {
            return number.floatValue();
        }
        if ((type == int.class || type == Integer.class) && isWhole(value)) {
            return intValue((Number) value, path);
        }
        if (type == long.class && isWhole(value)) {
            return ((Number) value).longValue();
        }
        throw wrongType(path, expected(type), value);
    }

    private static boolean isWhole(Object value) {
        return value instanceof Integer || value instanceof Long;
    }

    private int intValue(Number number, String path) {
        long wide = number.longValue();
        if (wide != (int) wide) {
            throw wrongType(path, "a whole number of at most 2147483647", number);
        }
        return (int) wide;
    }

    private Object enumConstant(Object value, Class<?> type, String path) {
        String wanted = String.valueOf(value).replace('-', '_');
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(wanted)) {
                return constant;
            }
        }
        throw wrongType(path, expected(type), value);
    }

    private ConfigException wrongType(String path, String expected, Object value) {
        return new ConfigException(
                "%s: %s must be %s, got %s".formatted(file, path, expected, value));
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(ConfigBinder::spelling)
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class) {
            return "a whole number";
        }
        return type == String.class ? "text" : "a number";
    }

    private static String spelling(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Object valueOf(RecordComponent component, Record owner) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    @SuppressWarnings("unchecked")
    private <R extends Record> R construct(
            R defaults, RecordComponent[] components, Object[] values, String path) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = defaults.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (R) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ConfigException nested) {
                throw nested;
            }
            if (e.getCause() instanceof IllegalArgumentException invalid) {
                String section = path.isEmpty() ? "" : path.substring(0, path.length() - 1) + ": ";
                throw new ConfigException(file + ": " + section + invalid.getMessage(), invalid);
            }
            throw new IllegalStateException("cannot make " + defaults.getClass(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + defaults.getClass(), e);
        }
    }

    /** Writes a record as a tree of maps that {@link #bind} reads back. */
    static Map<String, Object> unbind(Record config, Set<String> derived) {
        return unbind(config, "", derived);
    }

    private static Map<String, Object> unbind(Record config, String path, Set<String> derived) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            String key = path + component.getName();
            if (derived.contains(key)) {
                continue;
            }
            Object value = valueOf(component, config);
            if (value instanceof AttentionSpec spec) {
                value = spec.toObject();
            } else if (value instanceof Record nested) {
                value = unbind(nested, key + ".", derived);
            } else if (value instanceof Enum<?> constant) {
                value = spelling(constant);
            }
            tree.put(component.getName(), value);
        }
        return tree;
    }
}
