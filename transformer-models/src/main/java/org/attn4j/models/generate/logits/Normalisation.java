package org.attn4j.models.generate.logits;

/** Processors that bring scores back into the range that a search expects. */
public final class Normalisation {

    private Normalisation() {}

    /**
     * Makes scores log-probabilities again ({@code renormalize_logits}).
     *
     * @return a processor
     */
    public static LogitsProcessor logSoftmax() {
        return (ids, scores) -> {
            double total = Logits.logSumExp(scores);
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) (scores[i] - total);
            }
        };
    }

    /**
     * Replaces what is no number by 0, and infinities by the greatest and least numbers ({@code
     * remove_invalid_values}).
     *
     * @return a processor
     */
    public static LogitsProcessor finite() {
        return (ids, scores) -> {
            for (int i = 0; i < scores.length; i++) {
                scores[i] =
                        Float.isNaN(scores[i])
                                ? 0
                                : Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, scores[i]));
            }
        };
    }
}
