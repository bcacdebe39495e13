package org.attn4j.common;

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
     * @param rule the rule and the values, each as {@code %s}
     * @param values the values, which are evaluated in any case
     * @throws IllegalArgumentException if the rule does not hold
     */
    public static void that(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(rule.formatted(values));
        }
    }
}
