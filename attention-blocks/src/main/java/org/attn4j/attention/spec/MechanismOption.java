package org.attn4j.attention.spec;

import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * An option of a mechanism.
 *
 * @param name the key in a specification, in camel case
 * @param type {@code Integer}, {@code Double}, {@code Boolean}, {@code String} or {@code List}
 * @param defaultValue what it is when it is left out; null if that depends on the site
 * @param description what it sets, in a few words
 */
public record MechanismOption(String name, Class<?> type, Object defaultValue, String description) {

    private static final List<Class<?>> TYPES =
            List.of(Integer.class, Double.class, Boolean.class, String.class, List.class);

    public MechanismOption {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        Require.that(
                TYPES.contains(type),
                "the type of option %s must be one of %s, got %s",
                name,
                TYPES,
                type);
        if (defaultValue != null && !type.isInstance(defaultValue)) {
            throw new IllegalArgumentException(
                    "the default of option %s must be a %s, got %s"
                            .formatted(name, type.getSimpleName(), defaultValue));
        }
    }

    /**
     * Returns what people call the type.
     *
     * @return for instance {@code a whole number}
     */
    public String typeName() {
        return type == Integer.class
                ? "a whole number"
                : type == Double.class
                        ? "a number"
                        : type == Boolean.class
                                ? "true or false"
                                : type == String.class ? "a text" : "a list";
    }

    /** The value as this option's type, or null if it is of another. */
    Object convert(Object value) {
        if (type == Integer.class && value instanceof Number number) {
            boolean whole =
                    number.doubleValue() == Math.rint(number.doubleValue())
                            && Math.abs(number.doubleValue()) <= Integer.MAX_VALUE;
            return whole ? (Object) number.intValue() : null;
        }
        if (type == Double.class && value instanceof Number number) {
            return number.doubleValue();
        }
        return type.isInstance(value) ? value : null;
    }
}
