package org.attn4j.parity;

import java.util.List;
import java.util.stream.Stream;

/**
 * How far a computation is from a dump.
 *
 * @param fixture the name of the dump
 * @param values one entry for each result
 * @param gradients one entry for each gradient
 */
public record ParityReport(String fixture, List<Difference> values, List<Difference> gradients) {

    /** {@inheritDoc} */
    public ParityReport {
        values = List.copyOf(values);
        gradients = List.copyOf(gradients);
    }

    /**
     * One tensor beside that of the dump.
     *
     * @param tensor its full name in the dump, such as {@code out/output}; with what follows
     *     {@code @} if it was reached in a further way
     * @param largest the largest difference of an element; not a number if nothing was compared
     * @param compared how many elements were compared
     * @param problem what is wrong, in a few words; null if every difference is within the
     *     tolerance
     */
    public record Difference(String tensor, double largest, long compared, String problem) {

        /**
         * Returns whether the tensor agrees.
         *
         * @return whether every difference is within the tolerance
         */
        public boolean within() {
            return problem == null;
        }
    }

    /**
     * Returns whether all agrees.
     *
     * @return whether every difference of every tensor is within the tolerance
     */
    public boolean within() {
        return all().allMatch(Difference::within);
    }

    /**
     * Returns the largest difference of a result.
     *
     * @return the largest; 0 if there is none
     */
    public double largestValue() {
        return largest(values);
    }

    /**
     * Returns the largest difference of a gradient.
     *
     * @return the largest; 0 if there is none
     */
    public double largestGradient() {
        return largest(gradients);
    }

    /**
     * Returns what does not agree.
     *
     * @return the entries with a problem
     */
    public List<Difference> problems() {
        return all().filter(difference -> !difference.within()).toList();
    }

    private Stream<Difference> all() {
        return Stream.concat(values.stream(), gradients.stream());
    }

    private static double largest(List<Difference> differences) {
        return differences.stream()
                .mapToDouble(Difference::largest)
                .filter(d -> !Double.isNaN(d))
                .max()
                .orElse(0);
    }
}
