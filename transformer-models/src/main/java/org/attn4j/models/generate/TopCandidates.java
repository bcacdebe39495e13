package org.attn4j.models.generate;

import java.util.SplittableRandom;

/**
 * Continuations of one source's hypotheses: (row, column) pairs, the best ones or some that are
 * drawn, by falling log-probability of the whole; of equal ones, the lower row and then the lower
 * column first.
 */
final class TopCandidates {

    private final int capacity;
    private final int[] rows;
    private final int[] columns;
    private final float[] tokenLogProbabilities;
    private final double[] sums;
    private final double[] keys; // by which they are kept
    private int size;

    TopCandidates(int capacity) {
        this.capacity = capacity;
        rows = new int[capacity];
        columns = new int[capacity];
        tokenLogProbabilities = new float[capacity];
        sums = new double[capacity];
        keys = new double[capacity];
    }

    /**
     * Offers every continuation of a hypothesis; must be called by rising row.
     *
     * @param row the hypothesis
     * @param sum its log-probability
     * @param values log-probabilities of its continuations, and others
     * @param from where those of its own begin
     * @param count how many they are
     * @param random draws without replacement, by adding noise from Gumbel's distribution to
     *     log-probabilities (Kool et al. 2019, §2); null to keep the best
     */
    void offer(int row, double sum, float[] values, int from, int count, SplittableRandom random) {
        float least = random == null ? least(sum) : Float.NEGATIVE_INFINITY;
        for (int column = 0; column < count; column++) {
            float value = values[from + column];
            if (value < least) {
                continue; // most tokens, by one comparison
            }
            double total = sum + value;
            if (total == Double.NEGATIVE_INFINITY) {
                continue;
            }
            double key = random == null ? total : total + gumbel(random);
            if (size < capacity || key > keys[size - 1]) {
                insert(row, column, value, total, key);
                least = random == null ? least(sum) : least;
            }
        }
    }

    /** What a value must have that is kept beside the present ones; maybe a little more is kept. */
    private float least(double sum) {
        return size < capacity
                ? Float.NEGATIVE_INFINITY
                : Math.nextDown((float) (keys[size - 1] - sum));
    }

    private static double gumbel(SplittableRandom random) {
        return -Math.log(-Math.log(1 - random.nextDouble()));
    }

    int size() {
        return size;
    }

    int row(int rank) {
        return rows[rank];
    }

    int column(int rank) {
        return columns[rank];
    }

    float tokenLogProbability(int rank) {
        return tokenLogProbabilities[rank];
    }

    double sum(int rank) {
        return sums[rank];
    }

    /** Brings those that were drawn into the order of their log-probabilities. */
    void sort() {
        int drawn = size;
        size = 0;
        for (int i = 0; i < drawn; i++) {
            insert(rows[i], columns[i], tokenLogProbabilities[i], sums[i], sums[i]);
        }
    }

    /**
     * Refuses a step in which nothing is possible.
     *
     * @param best the best log-probability of a step
     * @throws IllegalStateException if it is −∞
     */
    static void requireFinite(double best) {
        if (!Double.isFinite(best)) {
            throw new IllegalStateException(
                    "no token has a finite log-probability; suppress fewer tokens, or look for"
                            + " infinite weights");
        }
    }

    private void insert(int row, int column, float value, double total, double key) {
        int rank = size < capacity ? size++ : capacity - 1;
        while (rank > 0 && keys[rank - 1] < key) {
            rows[rank] = rows[rank - 1];
            columns[rank] = columns[rank - 1];
            tokenLogProbabilities[rank] = tokenLogProbabilities[rank - 1];
            sums[rank] = sums[rank - 1];
            keys[rank] = keys[rank - 1];
            rank--;
        }
        rows[rank] = row;
        columns[rank] = column;
        tokenLogProbabilities[rank] = value;
        sums[rank] = total;
        keys[rank] = key;
    }
}
