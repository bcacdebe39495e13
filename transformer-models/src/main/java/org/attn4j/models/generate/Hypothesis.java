package org.attn4j.models.generate;

import java.util.Arrays;

/**
 * A target sequence found by a search.
 *
 * @param ids the tokens, a forced prefix included, without start and end token
 * @param finished whether the model ended it, rather than the length limit
 * @param logProbability the sum of {@code tokenLogProbabilities}
 * @param score {@code logProbability} divided by the length penalty: what hypotheses are ranked by
 * @param tokenLogProbabilities of each token of {@code ids}, then of the end token if {@code
 *     finished}
 */
public record Hypothesis(
        int[] ids,
        boolean finished,
        double logProbability,
        double score,
        float[] tokenLogProbabilities) {

    /** {@inheritDoc} */
    @Override
    public boolean equals(Object other) {
        return other instanceof Hypothesis that
                && Arrays.equals(ids, that.ids)
                && finished == that.finished
                && logProbability == that.logProbability
                && score == that.score
                && Arrays.equals(tokenLogProbabilities, that.tokenLogProbabilities);
    }

    /** {@inheritDoc} */
    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Double.hashCode(score);
    }

    /** {@inheritDoc} */
    @Override
    public String toString() {
        return "Hypothesis[ids="
                + Arrays.toString(ids)
                + ", finished="
                + finished
                + ", logProbability="
                + logProbability
                + ", score="
                + score
                + "]";
    }
}
