package org.attn4j.models.generate;

import java.util.List;
import java.util.Map;

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
    public static final TokenRules NONE = builder().build();

    /** {@inheritDoc} */
    public TokenRules {
        sequenceBias = Map.copyOf(sequenceBias);
        badWords = badWords.stream().map(List::copyOf).toList();
        beginSuppressed = List.copyOf(beginSuppressed);
        require(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetition_penalty must be above 0, got " + repetitionPenalty);
        require(
                encoderRepetitionPenalty > 0 && Double.isFinite(encoderRepetitionPenalty),
                "encoder_repetition_penalty must be above 0, got " + encoderRepetitionPenalty);
        require(
                noRepeatNgramSize >= 0,
                "no_repeat_ngram_size must not be negative, got " + noRepeatNgramSize);
        require(
                encoderNoRepeatNgramSize >= 0,
                "encoder_no_repeat_ngram_size must not be negative, got "
                        + encoderNoRepeatNgramSize);
        require(
                badWords.stream().noneMatch(List::isEmpty),
                "bad_words_ids must hold words of at least one token, got " + badWords);
        require(
                sequenceBias.keySet().stream().noneMatch(List::isEmpty),
                "sequence_bias must hold sequences of at least one token, got " + sequenceBias);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
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
     * Starts from settings that change nothing.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link TokenRules}. */
    public static final class Builder {

        private Map<List<Integer>, Double> sequenceBias = Map.of();
        private double encoderRepetitionPenalty = 1;
        private double repetitionPenalty = 1;
        private int noRepeatNgramSize = 0;
        private int encoderNoRepeatNgramSize = 0;
        private List<List<Integer>> badWords = List.of();
        private boolean removeInvalid = false;
        private ExponentialDecay lengthDecay;
        private List<Integer> beginSuppressed = List.of();
        private boolean renormalise = false;

        Builder() {}

        /**
         * Sets what is added to the score of the token that would complete a sequence.
         *
         * @param sequenceBias the value
         * @return this builder
         */
        public Builder optSequenceBias(Map<List<Integer>, Double> sequenceBias) {
            this.sequenceBias = sequenceBias;
            return this;
        }

        /**
         * Sets above 1 to prefer tokens of the source, 1 for no change.
         *
         * @param encoderRepetitionPenalty the value
         * @return this builder
         */
        public Builder optEncoderRepetitionPenalty(double encoderRepetitionPenalty) {
            this.encoderRepetitionPenalty = encoderRepetitionPenalty;
            return this;
        }

        /**
         * Sets above 1 to avoid tokens that stand before, 1 for no change.
         *
         * @param repetitionPenalty the value
         * @return this builder
         */
        public Builder optRepetitionPenalty(double repetitionPenalty) {
            this.repetitionPenalty = repetitionPenalty;
            return this;
        }

        /**
         * Sets how many tokens in a row come once at most, 0 for any.
         *
         * @param noRepeatNgramSize the value
         * @return this builder
         */
        public Builder optNoRepeatNgramSize(int noRepeatNgramSize) {
            this.noRepeatNgramSize = noRepeatNgramSize;
            return this;
        }

        /**
         * Sets how many tokens in a row of the source never come, 0 for any.
         *
         * @param encoderNoRepeatNgramSize the value
         * @return this builder
         */
        public Builder optEncoderNoRepeatNgramSize(int encoderNoRepeatNgramSize) {
            this.encoderNoRepeatNgramSize = encoderNoRepeatNgramSize;
            return this;
        }

        /**
         * Sets sequences that never come.
         *
         * @param badWords the value
         * @return this builder
         */
        public Builder optBadWords(List<List<Integer>> badWords) {
            this.badWords = badWords;
            return this;
        }

        /**
         * Sets whether scores that are no finite numbers are replaced.
         *
         * @param removeInvalid the value
         * @return this builder
         */
        public Builder optRemoveInvalid(boolean removeInvalid) {
            this.removeInvalid = removeInvalid;
            return this;
        }

        /**
         * Sets how going on is penalised, or null.
         *
         * @param lengthDecay the value
         * @return this builder
         */
        public Builder optLengthDecay(ExponentialDecay lengthDecay) {
            this.lengthDecay = lengthDecay;
            return this;
        }

        /**
         * Sets tokens that never come first.
         *
         * @param beginSuppressed the value
         * @return this builder
         */
        public Builder optBeginSuppressed(List<Integer> beginSuppressed) {
            this.beginSuppressed = beginSuppressed;
            return this;
        }

        /**
         * Sets whether scores are made log-probabilities again at the end.
         *
         * @param renormalise the value
         * @return this builder
         */
        public Builder optRenormalise(boolean renormalise) {
            this.renormalise = renormalise;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @return the settings
         * @throws IllegalArgumentException if a value does not hold its rule
         */
        public TokenRules build() {
            return new TokenRules(
                    sequenceBias,
                    encoderRepetitionPenalty,
                    repetitionPenalty,
                    noRepeatNgramSize,
                    encoderNoRepeatNgramSize,
                    badWords,
                    removeInvalid,
                    lengthDecay,
                    beginSuppressed,
                    renormalise);
        }
    }
}
