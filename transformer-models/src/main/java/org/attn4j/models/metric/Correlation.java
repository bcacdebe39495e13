package org.attn4j.models.metric;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/** How far two series of numbers go together. */
public final class Correlation {

    private Correlation() {}

    /**
     * Returns Pearson's correlation: how near the points are to a line.
     *
     * @param x a series
     * @param y a series of the same length
     * @return the coefficient, in [-1, 1]; not a number if either is constant
     * @throws IllegalArgumentException if the lengths differ or are below 2
     */
    public static double pearson(double[] x, double[] y) {
        Require.that(
                x.length == y.length && x.length >= 2,
                "the series must be of one length, 2 at least, got %s and %s",
                x.length,
                y.length);
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / (Math.sqrt(xx) * Math.sqrt(yy));
    }

    /**
     * Returns Spearman's rank correlation: Pearson's of the ranks, of which equal numbers get the
     * mean.
     *
     * @param x a series
     * @param y a series of the same length
     * @return the coefficient, in [-1, 1]; not a number if either is constant
     * @throws IllegalArgumentException if the lengths differ or are below 2
     */
    public static double spearman(double[] x, double[] y) {
        return pearson(ranks(x), ranks(y));
    }

    /** The ranks from 1, equals sharing their mean. */
    private static double[] ranks(double[] values) {
        int[] order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted((a, b) -> Double.compare(values[a], values[b]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from + 1;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + 1 + to) / 2.0;
            }
            from = to;
        }
        return ranks;
    }
}
