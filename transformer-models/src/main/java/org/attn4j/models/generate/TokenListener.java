package org.attn4j.models.generate;

/** Is told of each token as soon as it is chosen. */
@FunctionalInterface
public interface TokenListener {

    /**
     * Is called for each token, an end token included.
     *
     * @param input which input it belongs to
     * @param sequence which of the input's sequences
     * @param token the token
     * @param logProbability what the model gives it
     */
    void onToken(int input, int sequence, int token, float logProbability);

    /**
     * Is called for each token, before {@link #onToken}, with the scores from which it was chosen.
     *
     * @param input which input it belongs to
     * @param sequence which of the input's sequences
     * @param scores the scores after penalties, bans and cut-offs, (V); −∞ cannot be chosen
     */
    default void onScores(int input, int sequence, float[] scores) {}

    /**
     * Is called when a sequence is done.
     *
     * @param input which input it belongs to
     * @param sequence which of the input's sequences
     * @param found the whole of it
     */
    default void onEnd(int input, int sequence, Hypothesis found) {}
}
