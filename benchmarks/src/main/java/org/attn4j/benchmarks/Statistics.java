package org.attn4j.benchmarks;

import java.util.Arrays;
import org.attn4j.common.Require;

/** Numbers that a few outliers do not move. */
final class Statistics {

    private Statistics() {}

    /** The middle value, or the mean of the two in the middle. */
    static double median(double... values) {
        Require.that(values.length > 0, "a median needs at least one value, got none");
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The median of the ratios, round by round. */
    static double medianRatio(double[] over, double[] under) {
        Require.that(
                over.length == under.length,
                "ratios need as many rounds on either side, got %s and %s",
                over.length,
                under.length);
        double[] ratios = new double[over.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = over[i] / under[i];
        }
        return median(ratios);
    }
}
