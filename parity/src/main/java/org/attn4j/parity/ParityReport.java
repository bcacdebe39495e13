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

    /** Copies the lists. */
    public ParityReport {
        values = List.copyOf(values);
        gradients = List.copyOf(gradients);
    }

    /**
     * Returns the differences of all results and gradients.
     *
     * @return the entries, results first
     */
    public List<Difference> all() {
        return Stream.concat(values.stream(), gradients.stream()).toList();
    }

    /**
     * Returns whether all agrees.
     *
     * @return whether every difference of every tensor is within the tolerance
     */
    public boolean within() {
        return all().stream().allMatch(Difference::within);
    }
}
