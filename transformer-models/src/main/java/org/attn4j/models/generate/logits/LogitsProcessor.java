package org.attn4j.models.generate.logits;

/** Changes the scores of the next token before it is chosen. */
@FunctionalInterface
public interface LogitsProcessor {

    /**
     * Changes the scores of one row.
     *
     * @param ids all tokens that stand before the next one: prompt or start token, then what was
     *     generated
     * @param scores the score of each token of the vocabulary, (V), logits or log-probabilities;
     *     changed in place. −∞ is never chosen
     */
    void process(int[] ids, float[] scores);
}
