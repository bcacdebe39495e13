package org.attn4j.parity;

/**
 * How far an array is from that of another implementation.
 *
 * @param name its name in the dump, such as {@code out/output}, with what follows {@code @} if it
 *     was reached in a further way; or {@code hidden_states.1}
 * @param largest the largest difference of an element; not a number if nothing was compared
 * @param compared how many elements were compared
 * @param problem what is wrong, in a few words; null if every difference is within the tolerance
 */
public record Difference(String name, double largest, long compared, String problem) {

    static Difference without(String name, String problem) {
        return new Difference(name, Double.NaN, 0, problem);
    }

    /**
     * Returns whether the array agrees.
     *
     * @return whether every difference is within the tolerance
     */
    public boolean within() {
        return problem == null;
    }
}
