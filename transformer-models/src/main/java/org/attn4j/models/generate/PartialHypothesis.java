package org.attn4j.models.generate;

import java.util.Arrays;

/**
 * A target as far as it is decoded: a token and what stands before it. Hypotheses that share their
 * beginning share its nodes.
 *
 * @param before what stands before the token; null at the start
 * @param token the last token
 * @param tokenLogProbability of the token, given what stands before it
 * @param logProbability of the whole
 * @param length number of tokens
 */
record PartialHypothesis(
        PartialHypothesis before,
        int token,
        float tokenLogProbability,
        double logProbability,
        int length) {

    /** Returns the target of no tokens, which the start token stands for. */
    static PartialHypothesis start(int decoderStartId) {
        return new PartialHypothesis(null, decoderStartId, 0, 0, 0);
    }

    PartialHypothesis append(int next, float nextLogProbability) {
        return new PartialHypothesis(
                this, next, nextLogProbability, logProbability + nextLogProbability, length + 1);
    }

    /** All tokens, with others before them. */
    int[] after(int[] context) {
        int[] ids = Arrays.copyOf(context, context.length + length);
        PartialHypothesis node = this;
        for (int i = ids.length - 1; i >= context.length; i--) {
            ids[i] = node.token;
            node = node.before;
        }
        return ids;
    }

    /** The tokens but the first ones. */
    int[] tokens(int first) {
        return Arrays.copyOfRange(after(new int[0]), first, length);
    }

    /**
     * Ends the target.
     *
     * @param reason why; the last token is an end token if that is the reason
     * @param promptLength how many tokens count for no length
     */
    Hypothesis toHypothesis(FinishReason reason, int promptLength, GenerationConfig config) {
        boolean ended = reason == FinishReason.END_TOKEN;
        float[] tokenLogProbabilities = new float[length];
        PartialHypothesis node = this;
        for (int i = length - 1; i >= 0; i--) {
            tokenLogProbabilities[i] = node.tokenLogProbability;
            node = node.before;
        }
        return new Hypothesis(
                ended ? before.tokens(0) : tokens(0),
                ended ? token : -1,
                reason,
                logProbability,
                config.score(logProbability, Math.max(length - promptLength, 1)),
                tokenLogProbabilities);
    }
}
