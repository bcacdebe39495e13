package org.attn4j.models.generate;

import java.util.Arrays;

/**
 * A target sequence found by a search.
 *
 * @param ids the tokens, a prompt of the decoder and a prefix included, without start and end token
 * @param endId the end token, or −1 if there is none
 * @param reason why it ended
 * @param logProbability the sum of {@code tokenLogProbabilities}
 * @param score {@code logProbability} divided by the length penalty: what hypotheses are ranked by
 * @param tokenLogProbabilities of each token of {@code ids}, then of the end token if there is one
 */
public record Hypothesis(
        int[] ids,
        int endId,
        FinishReason reason,
        double logProbability,
        double score,
        float[] tokenLogProbabilities) {

    /**
     * Returns whether the model ended it with an end token.
     *
     * @return whether there is one
     */
    public boolean finished() {
        return reason == FinishReason.END_TOKEN;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hypothesis that
                && Arrays.equals(ids, that.ids)
                && endId == that.endId
                && reason == that.reason
                && logProbability == that.logProbability
                && score == that.score
                && Arrays.equals(tokenLogProbabilities, that.tokenLogProbabilities);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Double.hashCode(score);
    }

    @Override
    public String toString() {
        return "Hypothesis[ids=%s, endId=%s, reason=%s, logProbability=%s, score=%s]"
                .formatted(Arrays.toString(ids), endId, reason, logProbability, score);
    }
}
