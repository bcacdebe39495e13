package org.attn4j.models.tokenizer;

import java.util.Objects;

/**
 * What to train a tokenizer to.
 *
 * @param kind the kind of vocabulary
 * @param vocabularySize the most tokens the vocabulary may hold, special tokens included, or 0 for
 *     no such bound
 * @param merges the most merges of a byte-pair encoding, or 0 for no such bound
 * @param minFrequency how often a pair, word or character must occur to enter the vocabulary
 * @param characterCoverage the share of all characters of the text that a byte-pair encoding must
 *     be able to write; the rarest characters beyond it become the unknown token
 * @param maxWordLength words of more characters teach a byte-pair encoding their characters only,
 *     and a word vocabulary nothing: lines without spaces then cost little
 * @param normalizer what happens to the text first
 * @param preTokenizer how the text is cut into pieces
 * @param specialTokens the special tokens, which get the first ids in their order
 */
public record TokenizerTrainingConfig(
        Kind kind,
        int vocabularySize,
        int merges,
        long minFrequency,
        double characterCoverage,
        int maxWordLength,
        TextNormalizer normalizer,
        PreTokenizer preTokenizer,
        SpecialTokens specialTokens) {

    /** The kinds of vocabulary. */
    public enum Kind {
        /**
         * Parts of words, learned by byte-pair encoding (Sennrich, Haddow and Birch 2016, Neural
         * Machine Translation of Rare Words with Subword Units).
         */
        BPE,
        /** Whole words. */
        WORD,
        /** Single characters. */
        CHARACTER
    }

    /** {@inheritDoc} */
    public TokenizerTrainingConfig {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(normalizer, "normalizer");
        Objects.requireNonNull(preTokenizer, "preTokenizer");
        Objects.requireNonNull(specialTokens, "specialTokens");
        require(vocabularySize >= 0, "vocabularySize must be at least 0, got " + vocabularySize);
        require(merges >= 0, "merges must be at least 0, got " + merges);
        require(minFrequency >= 1, "minFrequency must be at least 1, got " + minFrequency);
        require(
                characterCoverage > 0 && characterCoverage <= 1,
                "characterCoverage must be above 0 and at most 1, got " + characterCoverage);
        require(maxWordLength >= 1, "maxWordLength must be at least 1, got " + maxWordLength);
        require(
                kind == Kind.BPE || merges == 0,
                "merges belong to a byte-pair encoding, got merges=" + merges + ", kind=" + kind);
        require(
                kind != Kind.BPE || merges > 0 || vocabularySize > 0,
                "a byte-pair encoding needs merges or vocabularySize, got neither");
        require(
                (kind == Kind.CHARACTER) == (preTokenizer == PreTokenizer.CHARACTERS),
                "kind CHARACTER and preTokenizer CHARACTERS go together, got kind="
                        + kind
                        + ", preTokenizer="
                        + preTokenizer);
        require(
                specialTokens.unk() != null,
                "a trained tokenizer needs an unknown token, got none");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * Starts a configuration of the given kind with its usual values: a byte-pair encoding of
     * {@link PreTokenizer#WORDS} with pairs seen at least twice, words between white space, or
     * characters.
     *
     * @param kind the kind of vocabulary
     * @return a builder
     */
    public static Builder builder(Kind kind) {
        return new Builder(kind);
    }

    /** Builds a {@link TokenizerTrainingConfig}. */
    public static final class Builder {
        private final Kind kind;
        private int vocabularySize;
        private int merges;
        private long minFrequency;
        private double characterCoverage = 1;
        private int maxWordLength = 1000;
        private TextNormalizer.Form form = TextNormalizer.Form.NONE;
        private boolean lowercase;
        private PreTokenizer preTokenizer;
        private SpecialTokens specialTokens = SpecialTokens.DEFAULT;

        private Builder(Kind kind) {
            this.kind = Objects.requireNonNull(kind, "kind");
            minFrequency = kind == Kind.BPE ? 2 : 1;
            preTokenizer =
                    switch (kind) {
                        case BPE -> PreTokenizer.WORDS;
                        case WORD -> PreTokenizer.WHITESPACE;
                        case CHARACTER -> PreTokenizer.CHARACTERS;
                    };
        }

        /**
         * Sets the most tokens the vocabulary may hold, special tokens included.
         *
         * @param vocabularySize the number of tokens, 0 for no bound
         * @return this builder
         */
        public Builder optVocabularySize(int vocabularySize) {
            this.vocabularySize = vocabularySize;
            return this;
        }

        /**
         * Sets the most merges of a byte-pair encoding.
         *
         * @param merges the number of merges, 0 for no bound
         * @return this builder
         */
        public Builder optMerges(int merges) {
            this.merges = merges;
            return this;
        }

        /**
         * Sets how often a pair, word or character must occur to enter the vocabulary.
         *
         * @param minFrequency the number of times
         * @return this builder
         */
        public Builder optMinFrequency(long minFrequency) {
            this.minFrequency = minFrequency;
            return this;
        }

        /**
         * Sets the share of all characters of the text that a byte-pair encoding must be able to
         * write.
         *
         * @param characterCoverage above 0, at most 1, which is the default
         * @return this builder
         */
        public Builder optCharacterCoverage(double characterCoverage) {
            this.characterCoverage = characterCoverage;
            return this;
        }

        /**
         * Sets the number of characters beyond which a word is not learned from.
         *
         * @param maxWordLength the number of characters
         * @return this builder
         */
        public Builder optMaxWordLength(int maxWordLength) {
            this.maxWordLength = maxWordLength;
            return this;
        }

        /**
         * Sets the Unicode normal form.
         *
         * @param form the form
         * @return this builder
         */
        public Builder optNormalForm(TextNormalizer.Form form) {
            this.form = Objects.requireNonNull(form, "form");
            return this;
        }

        /**
         * Sets whether letters are made lower case.
         *
         * @param lowercase true for lower case
         * @return this builder
         */
        public Builder optLowercase(boolean lowercase) {
            this.lowercase = lowercase;
            return this;
        }

        /**
         * Sets how the text is cut into pieces.
         *
         * @param preTokenizer the kind of cut
         * @return this builder
         */
        public Builder optPreTokenizer(PreTokenizer preTokenizer) {
            this.preTokenizer = preTokenizer;
            return this;
        }

        /**
         * Sets the special tokens.
         *
         * @param specialTokens the special tokens
         * @return this builder
         */
        public Builder optSpecialTokens(SpecialTokens specialTokens) {
            this.specialTokens = specialTokens;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if a value is out of range or two do not go together
         */
        public TokenizerTrainingConfig build() {
            return new TokenizerTrainingConfig(
                    kind,
                    vocabularySize,
                    merges,
                    minFrequency,
                    characterCoverage,
                    maxWordLength,
                    new TextNormalizer(form, lowercase),
                    preTokenizer,
                    specialTokens);
        }
    }
}
