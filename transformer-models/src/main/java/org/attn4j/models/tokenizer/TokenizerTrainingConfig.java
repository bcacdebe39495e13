package org.attn4j.models.tokenizer;

import java.util.Objects;
import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

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

    public TokenizerTrainingConfig {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(normalizer, "normalizer");
        Objects.requireNonNull(preTokenizer, "preTokenizer");
        Objects.requireNonNull(specialTokens, "specialTokens");
        Require.that(
                vocabularySize >= 0, "vocabularySize must be at least 0, got %s", vocabularySize);
        Require.that(merges >= 0, "merges must be at least 0, got %s", merges);
        Require.that(minFrequency >= 1, "minFrequency must be at least 1, got %s", minFrequency);
        Require.that(
                characterCoverage > 0 && characterCoverage <= 1,
                "characterCoverage must be above 0 and at most 1, got %s",
                characterCoverage);
        Require.that(maxWordLength >= 1, "maxWordLength must be at least 1, got %s", maxWordLength);
        Require.that(
                kind == Kind.BPE || merges == 0,
                "merges belong to a byte-pair encoding, got merges=%s, kind=%s",
                merges,
                kind);
        Require.that(
                kind != Kind.BPE || merges > 0 || vocabularySize > 0,
                "a byte-pair encoding needs merges or vocabularySize, got neither");
        Require.that(
                (kind == Kind.CHARACTER) == (preTokenizer == PreTokenizer.CHARACTERS),
                "kind CHARACTER and preTokenizer CHARACTERS go together, got kind=%s, preTokenizer=%s",
                kind,
                preTokenizer);
        Require.that(
                specialTokens.unk() != null,
                "a trained tokenizer needs an unknown token, got none");
    }

    /**
     * Returns a byte-pair encoding of {@link PreTokenizer#WORDS}, of pairs seen at least twice.
     *
     * @param vocabularySize the most tokens, special tokens included, or 0 for no such bound
     * @param merges the most merges, or 0 for no such bound
     * @return the configuration
     */
    public static TokenizerTrainingConfig bpe(int vocabularySize, int merges) {
        return usual(Kind.BPE, vocabularySize, merges, 2, PreTokenizer.WORDS);
    }

    /**
     * Returns a vocabulary of all words between white space.
     *
     * @return the configuration
     */
    public static TokenizerTrainingConfig words() {
        return usual(Kind.WORD, 0, 0, 1, PreTokenizer.WHITESPACE);
    }

    /**
     * Returns a vocabulary of all characters.
     *
     * @return the configuration
     */
    public static TokenizerTrainingConfig characters() {
        return usual(Kind.CHARACTER, 0, 0, 1, PreTokenizer.CHARACTERS);
    }

    private static TokenizerTrainingConfig usual(
            Kind kind, int vocabularySize, int merges, long minFrequency, PreTokenizer cut) {
        return new TokenizerTrainingConfig(
                kind,
                vocabularySize,
                merges,
                minFrequency,
                1,
                1000,
                TextNormalizer.NONE,
                cut,
                SpecialTokens.DEFAULT);
    }

    /**
     * Returns this with another value of {@code vocabularySize}.
     *
     * @param vocabularySize the most tokens the vocabulary may hold, special tokens included, or 0
     *     for no such bound
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withVocabularySize(int vocabularySize) {
        return Records.with(this, "vocabularySize", vocabularySize);
    }

    /**
     * Returns this with another value of {@code minFrequency}.
     *
     * @param minFrequency how often a pair, word or character must occur to enter the vocabulary
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withMinFrequency(long minFrequency) {
        return Records.with(this, "minFrequency", minFrequency);
    }

    /**
     * Returns this with another value of {@code characterCoverage}.
     *
     * @param characterCoverage the share of all characters of the text that a byte-pair encoding
     *     must be able to write; the rarest characters beyond it become the unknown token
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withCharacterCoverage(double characterCoverage) {
        return Records.with(this, "characterCoverage", characterCoverage);
    }

    /**
     * Returns this with another value of {@code maxWordLength}.
     *
     * @param maxWordLength words of more characters teach a byte-pair encoding their characters
     *     only, and a word vocabulary nothing: lines without spaces then cost little
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withMaxWordLength(int maxWordLength) {
        return Records.with(this, "maxWordLength", maxWordLength);
    }

    /**
     * Returns this with another value of {@code normalizer}.
     *
     * @param normalizer what happens to the text first
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withNormalizer(TextNormalizer normalizer) {
        return Records.with(this, "normalizer", normalizer);
    }

    /**
     * Returns this with another value of {@code preTokenizer}.
     *
     * @param preTokenizer how the text is cut into pieces
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withPreTokenizer(PreTokenizer preTokenizer) {
        return Records.with(this, "preTokenizer", preTokenizer);
    }

    /**
     * Returns this with another value of {@code specialTokens}.
     *
     * @param specialTokens the special tokens, which get the first ids in their order
     * @return the changed configuration
     */
    public TokenizerTrainingConfig withSpecialTokens(SpecialTokens specialTokens) {
        return Records.with(this, "specialTokens", specialTokens);
    }
}
