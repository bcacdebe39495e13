package org.attn4j.models.generate;

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
record Partial(
        Partial before, int token, float tokenLogProbability, double logProbability, int length) {

    /** Returns the target of no tokens, which the start token stands for. */
    static Partial start(int decoderStartId) {
        return new Partial(null, decoderStartId, 0, 0, 0);
    }

    Partial append(int next, float nextLogProbability) {
        return new Partial(
                this, next, nextLogProbability, logProbability + nextLogProbability, length + 1);
    }

    Hypothesis toHypothesis(boolean finished, GenerationConfig config) {
        int[] ids = new int[finished ? length - 1 : length];
        float[] tokenLogProbabilities = new float[length];
        Partial node = this;
        for (int i = length - 1; i >= 0; i--) {
            if (i < ids.length) {
                ids[i] = node.token;
            }
            tokenLogProbabilities[i] = node.tokenLogProbability;
            node = node.before;
        }
        double score = config.score(logProbability, Math.max(length, 1));
        return new Hypothesis(ids, finished, logProbability, score, tokenLogProbabilities);
    }
}
