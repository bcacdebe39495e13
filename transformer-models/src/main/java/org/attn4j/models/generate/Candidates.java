package org.attn4j.models.generate;

/**
 * The best continuations of one source's hypotheses: (row, token) pairs by falling log-probability
 * of the whole; of equal ones, the lower row and then the lower token first.
 */
final class Candidates {

    private final int capacity;
    private final int[] rows;
    private final int[] tokens;
    private final float[] tokenLogProbabilities;
    private final double[] sums;
    private int size;

    Candidates(int capacity) {
        this.capacity = capacity;
        rows = new int[capacity];
        tokens = new int[capacity];
        tokenLogProbabilities = new float[capacity];
        sums = new double[capacity];
    }

    /**
     * Offers every continuation of a hypothesis; must be called by rising row.
     *
     * @param row the hypothesis
     * @param sum its log-probability
     * @param values log-probabilities of many rows
     * @param from where this row's begin
     * @param vocabularySize how many they are
     */
    void offer(int row, double sum, float[] values, int from, int vocabularySize) {
        for (int token = 0; token < vocabularySize; token++) {
            float value = values[from + token];
            double total = sum + value;
            boolean wanted = size < capacity ? total > Double.NEGATIVE_INFINITY : total > worst();
            if (wanted) {
                insert(row, token, value, total);
            }
        }
    }

    int size() {
        return size;
    }

    int row(int rank) {
        return rows[rank];
    }

    int token(int rank) {
        return tokens[rank];
    }

    float tokenLogProbability(int rank) {
        return tokenLogProbabilities[rank];
    }

    double sum(int rank) {
        return sums[rank];
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

    private double worst() {
        return sums[size - 1];
    }

    private void insert(int row, int token, float value, double total) {
        int place = size < capacity ? size++ : capacity - 1;
        while (place > 0 && sums[place - 1] < total) {
            rows[place] = rows[place - 1];
            tokens[place] = tokens[place - 1];
            tokenLogProbabilities[place] = tokenLogProbabilities[place - 1];
            sums[place] = sums[place - 1];
            place--;
        }
        rows[place] = row;
        tokens[place] = token;
        tokenLogProbabilities[place] = value;
        sums[place] = total;
    }
}
