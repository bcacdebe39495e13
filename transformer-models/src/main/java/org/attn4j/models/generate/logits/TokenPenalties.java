package org.attn4j.models.generate.logits;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Processors that make tokens more or less probable. */
public final class TokenPenalties {

    private TokenPenalties() {}

    /**
     * Makes the tokens that stand before less probable (Keskar et al. 2019, "CTRL", §4.1): a
     * positive score is divided by the penalty, a negative one multiplied ({@code
     * repetition_penalty}).
     *
     * @param penalty above 1 to penalise, below to encourage
     * @return a processor
     */
    public static LogitsProcessor repetition(double penalty) {
        return (ids, scores) -> scale(ids, scores, (float) penalty);
    }

    /**
     * Makes the tokens of the source more probable ({@code encoder_repetition_penalty}).
     *
     * @param penalty above 1 to encourage
     * @param source the source
     * @return a processor
     */
    public static LogitsProcessor sourceRepetition(double penalty, int[] source) {
        return (ids, scores) -> scale(source, scores, (float) (1 / penalty));
    }

    private static void scale(int[] ids, float[] scores, float penalty) {
        for (int id : Arrays.stream(ids).distinct().toArray()) {
            if (id >= 0 && id < scores.length) {
                scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
            }
        }
    }

    /**
     * Makes the end more and more probable from a position on ({@code
     * exponential_decay_length_penalty}). What is banned stays so.
     *
     * @param position how many tokens stand before where it begins
     * @param factor by what the penalty grows with each token
     * @param ends the end tokens
     * @return a processor
     */
    public static LogitsProcessor growingEnd(int position, double factor, List<Integer> ends) {
        return (ids, scores) -> {
            if (ids.length <= position) {
                return;
            }
            float raise = (float) (Math.pow(factor, ids.length - position) - 1);
            for (int end : ends) {
                if (end < scores.length && scores[end] > Float.NEGATIVE_INFINITY) {
                    scores[end] += Math.abs(scores[end]) * raise;
                }
            }
        };
    }

    /**
     * Adds to the score of the token that would complete a sequence ({@code sequence_bias}).
     *
     * @param biases what is added, by sequence
     * @return a processor
     */
    public static LogitsProcessor sequences(Map<List<Integer>, Double> biases) {
        return (ids, scores) -> {
            float[] added = new float[scores.length];
            biases.forEach(
                    (sequence, bias) -> {
                        sequence.forEach(
                                token -> Logits.requireToken("biased", token, scores.length));
                        if (Logits.endsWith(ids, sequence, sequence.size() - 1)) {
                            added[sequence.get(sequence.size() - 1)] += bias.floatValue();
                        }
                    });
            for (int i = 0; i < added.length; i++) {
                scores[i] += added[i];
            }
        };
    }
}
