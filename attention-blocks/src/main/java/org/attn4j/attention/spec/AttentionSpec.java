package org.attn4j.attention.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * Which mechanism is wanted, with which options: {@code sparse}, or {@code {mechanism: sparse,
 * window: 16}}.
 *
 * @param mechanism the name of the mechanism
 * @param options values by the names of the options: numbers, booleans, texts or lists of these
 */
public record AttentionSpec(String mechanism, Map<String, Object> options) {

    /** The key under which a map holds the name. */
    public static final String MECHANISM = "mechanism";

    public AttentionSpec {
        Objects.requireNonNull(mechanism, "mechanism");
        Require.that(!mechanism.isBlank(), "an attention mechanism must have a name");
        Map<String, Object> copy = new LinkedHashMap<>();
        options.forEach((name, value) -> copy.put(name, checked(name, value)));
        options = Collections.unmodifiableMap(copy);
    }

    /**
     * Returns a specification without options.
     *
     * @param mechanism the name of the mechanism
     * @return the specification
     */
    public static AttentionSpec named(String mechanism) {
        return new AttentionSpec(mechanism, Map.of());
    }

    /**
     * Reads a specification as JSON and YAML give it.
     *
     * @param value a name, or a map with the name under {@code mechanism} and the options beside it
     * @return the specification
     * @throws IllegalArgumentException if the value is anything else
     */
    public static AttentionSpec of(Object value) {
        if (value instanceof AttentionSpec spec) {
            return spec;
        }
        if (value instanceof CharSequence name) {
            return named(name.toString());
        }
        if (value instanceof Map<?, ?> map) {
            if (!(map.get(MECHANISM) instanceof CharSequence name)) {
                throw new IllegalArgumentException(
                        "an attention specification must name its mechanism, as in {mechanism: sparse, window: 16}, got "
                                + map);
            }
            Map<String, Object> options = new LinkedHashMap<>();
            map.forEach((key, option) -> options.put(String.valueOf(key), option));
            options.remove(MECHANISM);
            return new AttentionSpec(name.toString(), options);
        }
        throw new IllegalArgumentException(
                "an attention specification must be a name or a map such as {mechanism: sparse, window: 16}, got "
                        + value);
    }

    /**
     * Returns this specification as JSON and YAML write it.
     *
     * @return the name alone if there are no options, else a map
     */
    public Object toObject() {
        if (options.isEmpty()) {
            return mechanism;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(MECHANISM, mechanism);
        map.putAll(options);
        return map;
    }

    /**
     * Returns whether an option is given.
     *
     * @param option its name
     * @return whether it has a value
     */
    public boolean has(String option) {
        return options.containsKey(option);
    }

    /**
     * Returns an option that is a whole number.
     *
     * @param option its name
     * @return its value
     * @throws IllegalArgumentException if it is not given or no whole number
     */
    public int integer(String option) {
        return (Integer) value(option, Integer.class);
    }

    /**
     * Returns an option that is a whole number and may be left out.
     *
     * @param option its name
     * @param otherwise what it is when it is left out
     * @return its value
     * @throws IllegalArgumentException if it is no whole number
     */
    public int integer(String option, int otherwise) {
        return has(option) ? integer(option) : otherwise;
    }

    /**
     * Returns an option that is a number.
     *
     * @param option its name
     * @return its value
     * @throws IllegalArgumentException if it is not given or no number
     */
    public double number(String option) {
        return (Double) value(option, Double.class);
    }

    /**
     * Returns an option that is a number and may be left out.
     *
     * @param option its name
     * @param otherwise what it is when it is left out
     * @return its value
     * @throws IllegalArgumentException if it is no number
     */
    public double number(String option, double otherwise) {
        return has(option) ? number(option) : otherwise;
    }

    /**
     * Returns an option that is true or false.
     *
     * @param option its name
     * @return its value
     * @throws IllegalArgumentException if it is not given or something else
     */
    public boolean flag(String option) {
        return (Boolean) value(option, Boolean.class);
    }

    /**
     * Returns an option that is true or false and may be left out.
     *
     * @param option its name
     * @param otherwise what it is when it is left out
     * @return its value
     * @throws IllegalArgumentException if it is something else
     */
    public boolean flag(String option, boolean otherwise) {
        return has(option) ? flag(option) : otherwise;
    }

    /**
     * Returns an option that is a text.
     *
     * @param option its name
     * @return its value
     * @throws IllegalArgumentException if it is not given or something else
     */
    public String text(String option) {
        return (String) value(option, String.class);
    }

    /**
     * Returns an option that is a text and may be left out.
     *
     * @param option its name
     * @param otherwise what it is when it is left out
     * @return its value
     * @throws IllegalArgumentException if it is something else
     */
    public String text(String option, String otherwise) {
        return has(option) ? text(option) : otherwise;
    }

    /**
     * Returns an option that is a list of whole numbers.
     *
     * @param option its name
     * @return its values; none if it is left out
     * @throws IllegalArgumentException if it is something else
     */
    public List<Integer> integers(String option) {
        if (!has(option)) {
            return List.of();
        }
        MechanismOption element = new MechanismOption(option, Integer.class, null, "");
        List<Integer> numbers = new ArrayList<>();
        for (Object value : (List<?>) value(option, List.class)) {
            Object number = element.convert(value);
            if (number == null) {
                throw new IllegalArgumentException(
                        "option %s of %s must be a list of whole numbers, got %s"
                                .formatted(option, mechanism, options.get(option)));
            }
            numbers.add((Integer) number);
        }
        return numbers;
    }

    private Object value(String option, Class<?> type) {
        Require.that(has(option), "option %s of %s is not given", option, mechanism);
        return converted(
                new MechanismOption(option, type, null, ""), mechanism, options.get(option));
    }

    /** The value as an option's type. */
    static Object converted(MechanismOption option, String mechanism, Object value) {
        Object converted = option.convert(value);
        if (converted == null) {
            throw new IllegalArgumentException(
                    "option %s of %s must be %s, got %s"
                            .formatted(option.name(), mechanism, option.typeName(), value));
        }
        return converted;
    }

    private static Object checked(String name, Object value) {
        Require.that(!name.equals(MECHANISM), "no option may be called %s", MECHANISM);
        if (value instanceof List<?> list) {
            return list.stream().map(element -> checked(name, element)).toList();
        }
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        throw new IllegalArgumentException(
                "option %s must be a number, true or false, a text or a list, got %s"
                        .formatted(name, value));
    }
}
