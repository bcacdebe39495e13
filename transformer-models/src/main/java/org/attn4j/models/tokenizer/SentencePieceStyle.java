package org.attn4j.models.tokenizer;

import java.util.function.UnaryOperator;

/**
 * What families make of SentencePiece.
 *
 * @param prefixAlways whether a space is put before each part of a text that special tokens cut,
 *     rather than before the first alone
 * @param spacesBelong whether the space before a word belongs to its place in the text
 * @param words whether spaces begin words; all of a text is one word otherwise
 * @param languageFirst whether a text may begin with a language in double angle brackets
 * @param surfaces whether what the pieces cannot write is looked up in the vocabulary as it is
 * @param joining how tokens become a text again
 * @param preparation what is done to a text before SentencePiece sees it
 */
record SentencePieceStyle(
        boolean prefixAlways,
        boolean spacesBelong,
        boolean words,
        boolean languageFirst,
        boolean surfaces,
        Joining joining,
        UnaryOperator<AlignedText> preparation) {

    /** How tokens become a text again. */
    enum Joining {
        /** The first token gives its space away. */
        FIRST_TOKEN,
        /** The text gives away the space that it begins with. */
        TEXT,
        /** As Marian's: spaces after special tokens, none at the ends. */
        SPACED
    }

    static SentencePieceStyle of(TokenizerSettings settings) {
        return switch (settings.family()) {
            case LLAMA -> {
                boolean legacy = settings.flag("legacy", true);
                yield new SentencePieceStyle(
                        legacy, true, false, false, false, Joining.TEXT, UnaryOperator.identity());
            }
            case MARIAN ->
                    new SentencePieceStyle(
                            true,
                            false,
                            true,
                            true,
                            true,
                            Joining.SPACED,
                            UnaryOperator.identity());
            case ALBERT ->
                    plain(
                            false,
                            new AlbertPreparation(
                                    settings.flag("do_lower_case", true),
                                    settings.flag("keep_accents", false)));
            case BIG_BIRD, MBART50 -> plain(true, UnaryOperator.identity());
            default -> plain(false, UnaryOperator.identity());
        };
    }

    private static SentencePieceStyle plain(
            boolean spacesBelong, UnaryOperator<AlignedText> preparation) {
        return new SentencePieceStyle(
                true, spacesBelong, true, false, false, Joining.FIRST_TOKEN, preparation);
    }
}
