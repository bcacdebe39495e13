package org.attn4j.common;

import java.util.Locale;

/** Checks arguments. A message gives the rule, then the values. */
public final class Require {

    private Require() {}

    /**
     * Checks an argument.
     *
     * <pre>{@code
     * Require.that(
     *         modelSize % heads == 0,
     *         "modelSize must be divisible by heads, got modelSize=%s, heads=%s",
     *         modelSize,
     *         heads);
     * }</pre>
     *
     * @param holds whether the rule holds
     * @param rule the rule and the values, such as {@code %s}
     * @param values the values, which are evaluated in any case
     * @throws IllegalArgumentException if the rule does not hold
     */
    public static void that(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, rule, values));
        }
    }

    /**
     * Checks that a number is not too small.
     *
     * @param name what the error calls it
     * @param value the number
     * @param least the least that it may be
     * @throws IllegalArgumentException if it is less
     */
    public static void atLeast(String name, long value, long least) {
        that(value >= least, "%s must be at least %s, got %s", name, least, value);
    }

    /**
     * Checks a rate, such as that of a dropout.
     *
     * @param name what the error calls it
     * @param rate the rate
     * @return the rate
     * @throws IllegalArgumentException if it is not in [0, 1)
     */
    public static float rate(String name, float rate) {
        that(rate >= 0 && rate < 1, "%s must be at least 0 and below 1, got %s", name, rate);
        return rate;
    }
}
