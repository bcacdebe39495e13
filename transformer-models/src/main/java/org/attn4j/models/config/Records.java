package org.attn4j.models.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.attn4j.common.Require;

/** Makes records of configurations from others. */
public final class Records {

    private Records() {}

    /**
     * Copies a record with other values for some of its components.
     *
     * @param <R> the record
     * @param record the record
     * @param namesAndValues the name of a component and its value, then those of the next
     * @return the copy
     * @throws IllegalArgumentException if a value does not hold the record's rules, or it has no
     *     such component
     */
    public static <R extends Record> R with(R record, Object... namesAndValues) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        int changed = 0;
        for (int i = 0; i < components.length; i++) {
            values[i] = value(components[i], record);
            for (int at = 0; at < namesAndValues.length; at += 2) {
                if (components[i].getName().equals(namesAndValues[at])) {
                    values[i] = namesAndValues[at + 1];
                    changed++;
                }
            }
        }
        Require.that(
                changed * 2 == namesAndValues.length,
                "%s must have the components, got %s",
                record.getClass(),
                Arrays.toString(namesAndValues));
        return make(record, values);
    }

    static Object value(RecordComponent component, Record owner) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    /** Makes a record of the class of another; its own refusals are thrown as they are. */
    @SuppressWarnings("unchecked") // the constructor is that of the other record
    static <R extends Record> R make(R like, Object[] values) {
        Class<?>[] types =
                Arrays.stream(like.getClass().getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = like.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (R) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException("cannot make " + like.getClass(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + like.getClass(), e);
        }
    }
}
