package org.attn4j.models.metric;

import org.attn4j.common.Require;

/**
 * What BLEU takes for the precision of an order without a match (Chen and Cherry 2014, A Systematic
 * Comparison of Smoothing Techniques for Sentence-Level BLEU).
 *
 * @param method the method
 * @param value the floor, or the k that is added; 0 for methods without a value
 */
public record BleuSmoothing(Method method, double value) {

    /** The methods of smoothing. */
    public enum Method {
        /** No smoothing: one order without a match makes the score 0. */
        NONE("none", false),
        /** The value stands for a count of 0 (method 1). */
        FLOOR("floor", true),
        /** The value is added to counts and totals of order 2 and above (method 2). */
        ADD_K("add-k", true),
        /** The first order without a match counts 1/2, the next 1/4 (method 3, NIST's). */
        EXP("exp", false);

        private final String label;
        private final boolean valued;

        Method(String label, boolean valued) {
            this.label = label;
            this.valued = valued;
        }
    }

    private static final double DEFAULT_FLOOR = 0.1;
    private static final double DEFAULT_K = 1;

    public BleuSmoothing {
        Require.that(
                method.valued || value == 0,
                "smoothing %s takes no value, got value=%s",
                method.label,
                value);
        Require.that(
                value >= 0 && value < Double.POSITIVE_INFINITY,
                "smoothing value must be 0 or more, got value=%s",
                value);
    }

    /**
     * No smoothing.
     *
     * @return the smoothing
     */
    public static BleuSmoothing none() {
        return new BleuSmoothing(Method.NONE, 0);
    }

    /**
     * Exponential smoothing, sacreBLEU's default.
     *
     * @return the smoothing
     */
    public static BleuSmoothing exp() {
        return new BleuSmoothing(Method.EXP, 0);
    }

    /**
     * A floor of 0.1.
     *
     * @return the smoothing
     */
    public static BleuSmoothing floor() {
        return floor(DEFAULT_FLOOR);
    }

    /**
     * A floor for counts of 0.
     *
     * @param value the floor
     * @return the smoothing
     */
    public static BleuSmoothing floor(double value) {
        return new BleuSmoothing(Method.FLOOR, value);
    }

    /**
     * Adds one to the counts and totals of order 2 and above.
     *
     * @return the smoothing
     */
    public static BleuSmoothing addK() {
        return addK(DEFAULT_K);
    }

    /**
     * Adds to the counts and totals of order 2 and above.
     *
     * @param k what is added
     * @return the smoothing
     */
    public static BleuSmoothing addK(double k) {
        return new BleuSmoothing(Method.ADD_K, k);
    }

    /** The form that signatures have, for example {@code floor[0.10]}. */
    String label() {
        return method.valued ? method.label + "[" + Decimals.fixed(value, 2) + "]" : method.label;
    }
}
