package org.attn4j.benchmarks;

import java.util.List;
import java.util.Locale;

/** Holds what a contender computes against what we compute. */
final class Agreement {

    private Agreement() {}

    /**
     * Checks the values of a contender.
     *
     * @throws IllegalStateException if they are further from ours than it may be
     */
    static void check(
            String measurement, Contender contender, List<float[]> ours, List<float[]> its) {
        if (contender.mostError() == Contender.INCOMPARABLE) {
            return;
        }
        if (ours.isEmpty() || ours.size() != its.size()) {
            throw new IllegalStateException(
                    "%s: %s gives %s arrays where we give %s"
                            .formatted(measurement, contender.name(), its.size(), ours.size()));
        }
        for (int i = 0; i < ours.size(); i++) {
            double error = error(ours.get(i), its.get(i));
            if (!(error <= contender.mostError())) {
                throw new IllegalStateException(
                        String.format(
                                Locale.ROOT,
                                "%s: %s and ours differ by %.1e in array %d, where %.1e is allowed:"
                                        + " nothing was timed",
                                measurement,
                                contender.name(),
                                error,
                                i,
                                contender.mostError()));
            }
        }
    }

    /** ‖it − ours‖ / ‖ours‖. */
    static double error(float[] ours, float[] its) {
        if (ours.length != its.length) {
            return Double.POSITIVE_INFINITY;
        }
        double difference = 0;
        double size = 0;
        for (int i = 0; i < ours.length; i++) {
            difference += Math.pow((double) its[i] - ours[i], 2);
            size += Math.pow(ours[i], 2);
        }
        return difference == 0 ? 0 : Math.sqrt(difference / size);
    }
}
