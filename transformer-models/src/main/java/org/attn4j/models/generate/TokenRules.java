package org.attn4j.models.generate;

import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

/**
 * What makes tokens more or less probable or impossible beside the search's own rules, in the order
 * in which transformers applies it.
 *
 * @param sequenceBias what is added to the score of the token that would complete a sequence
 * @param encoderRepetitionPenalty above 1 to prefer tokens of the source, 1 for no change
 * @param repetitionPenalty above 1 to avoid tokens that stand before, 1 for no change
 * @param noRepeatNgramSize how many tokens in a row come once at most, 0 for any
 * @param encoderNoRepeatNgramSize how many tokens in a row of the source never come, 0 for any
 * @param badWords sequences that never come
 * @param removeInvalid whether scores that are no finite numbers are replaced
 * @param lengthDecay how going on is penalised, or null
 * @param beginSuppressed tokens that never come first
 * @param renormalise whether scores are made log-probabilities again at the end
 */
public record TokenRules(
        Map<List<Integer>, Double> sequenceBias,
        double encoderRepetitionPenalty,
        double repetitionPenalty,
        int noRepeatNgramSize,
        int encoderNoRepeatNgramSize,
        List<List<Integer>> badWords,
        boolean removeInvalid,
        ExponentialDecay lengthDecay,
        List<Integer> beginSuppressed,
        boolean renormalise) {

    /** No rules. */
    public static final TokenRules NONE =
            new TokenRules(Map.of(), 1, 1, 0, 0, List.of(), false, null, List.of(), false);

    public TokenRules {
        sequenceBias = Map.copyOf(sequenceBias);
        badWords = badWords.stream().map(List::copyOf).toList();
        beginSuppressed = List.copyOf(beginSuppressed);
        Require.that(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetition_penalty must be above 0, got %s",
                repetitionPenalty);
        Require.that(
                encoderRepetitionPenalty > 0 && Double.isFinite(encoderRepetitionPenalty),
                "encoder_repetition_penalty must be above 0, got %s",
                encoderRepetitionPenalty);
        Require.that(
                noRepeatNgramSize >= 0,
                "no_repeat_ngram_size must not be negative, got %s",
                noRepeatNgramSize);
        Require.that(
                encoderNoRepeatNgramSize >= 0,
                "encoder_no_repeat_ngram_size must not be negative, got %s",
                encoderNoRepeatNgramSize);
        Require.that(
                badWords.stream().noneMatch(List::isEmpty),
                "bad_words_ids must hold words of at least one token, got %s",
                badWords);
        Require.that(
                sequenceBias.keySet().stream().noneMatch(List::isEmpty),
                "sequence_bias must hold sequences of at least one token, got %s",
                sequenceBias);
    }

    /**
     * Returns whether a constant that is added to all scores would change what these rules do, so
     * that logits and log-probabilities lead to different results.
     *
     * @return whether logits must be told from log-probabilities
     */
    boolean scaleScores() {
        return repetitionPenalty != 1
                || encoderRepetitionPenalty != 1
                || lengthDecay != null
                || removeInvalid;
    }

    /**
     * Returns this with another value for what is added to the score of the token that would
     * complete a sequence.
     *
     * @param sequenceBias by sequence
     * @return the changed settings
     */
    public TokenRules withSequenceBias(Map<List<Integer>, Double> sequenceBias) {
        return Records.with(this, "sequenceBias", sequenceBias);
    }

    /**
     * Returns this with another value for what tokens of the source are preferred by.
     *
     * @param encoderRepetitionPenalty above 1 to prefer them, 1 for no change
     * @return the changed settings
     */
    public TokenRules withEncoderRepetitionPenalty(double encoderRepetitionPenalty) {
        return Records.with(this, "encoderRepetitionPenalty", encoderRepetitionPenalty);
    }

    /**
     * Returns this with another value for what tokens that stand before are avoided by.
     *
     * @param repetitionPenalty above 1 to avoid them, 1 for no change
     * @return the changed settings
     */
    public TokenRules withRepetitionPenalty(double repetitionPenalty) {
        return Records.with(this, "repetitionPenalty", repetitionPenalty);
    }

    /**
     * Returns this with another value for what comes once at most.
     *
     * @param noRepeatNgramSize how many tokens in a row, 0 for any
     * @return the changed settings
     */
    public TokenRules withNoRepeatNgramSize(int noRepeatNgramSize) {
        return Records.with(this, "noRepeatNgramSize", noRepeatNgramSize);
    }

    /**
     * Returns this with another value for what of the source never comes.
     *
     * @param encoderNoRepeatNgramSize how many tokens in a row, 0 for any
     * @return the changed settings
     */
    public TokenRules withEncoderNoRepeatNgramSize(int encoderNoRepeatNgramSize) {
        return Records.with(this, "encoderNoRepeatNgramSize", encoderNoRepeatNgramSize);
    }

    /**
     * Returns this with another value for what never comes.
     *
     * @param badWords the sequences
     * @return the changed settings
     */
    public TokenRules withBadWords(List<List<Integer>> badWords) {
        return Records.with(this, "badWords", badWords);
    }

    /**
     * Returns this with another value for what becomes of scores that are no finite numbers.
     *
     * @param removeInvalid whether they are replaced
     * @return the changed settings
     */
    public TokenRules withRemoveInvalid(boolean removeInvalid) {
        return Records.with(this, "removeInvalid", removeInvalid);
    }

    /**
     * Returns this with another value for what going on costs.
     *
     * @param lengthDecay the penalty, or null
     * @return the changed settings
     */
    public TokenRules withLengthDecay(ExponentialDecay lengthDecay) {
        return Records.with(this, "lengthDecay", lengthDecay);
    }

    /**
     * Returns this with another value for what never comes first.
     *
     * @param beginSuppressed the tokens
     * @return the changed settings
     */
    public TokenRules withBeginSuppressed(List<Integer> beginSuppressed) {
        return Records.with(this, "beginSuppressed", beginSuppressed);
    }

    /**
     * Returns this with another value for what becomes of scores at the end.
     *
     * @param renormalise whether they are made log-probabilities again
     * @return the changed settings
     */
    public TokenRules withRenormalise(boolean renormalise) {
        return Records.with(this, "renormalise", renormalise);
    }
}
