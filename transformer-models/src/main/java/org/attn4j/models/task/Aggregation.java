package org.attn4j.models.task;

import java.util.Arrays;
import java.util.Locale;

/** How the classes of tokens become those of words and names. */
public enum Aggregation {
    /** Every token by itself. */
    NONE,
    /** Neighbouring tokens of one class are put together; {@code B-} begins anew. */
    SIMPLE,
    /** A word has the class of its first token; then as {@link #SIMPLE}. */
    FIRST,
    /** A word has the class that is best on average over its tokens; then as {@link #SIMPLE}. */
    AVERAGE,
    /** A word has the class of its most certain token; then as {@link #SIMPLE}. */
    MAX;

    /**
     * Finds an aggregation by its name in transformers.
     *
     * @param name {@code none}, {@code simple}, {@code first}, {@code average} or {@code max}
     * @return the aggregation
     * @throws IllegalArgumentException if it is another name
     */
    public static Aggregation of(String name) {
        for (Aggregation each : values()) {
            if (each.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "the aggregation must be one of " + Arrays.toString(values()) + ", got " + name);
    }

    /** Returns the name in transformers. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
