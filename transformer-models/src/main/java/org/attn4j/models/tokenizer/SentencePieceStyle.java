package org.attn4j.models.tokenizer;

import java.util.function.UnaryOperator;

/**
 * What families make of SentencePiece.
 *
 * @param prefix which parts of a text, cut at its special tokens, get a space before them
 * @param spacesBelong whether the space before a word belongs to its position in the text
 * @param words whether spaces begin words; all of a text is one word otherwise
 * @param languageFirst whether a text may begin with a language in double angle brackets
 * @param surfaces whether what the pieces cannot write is looked up in the vocabulary as it is
 * @param joining how tokens become a text again
 * @param preparation what is done to a text before SentencePiece sees it
 */
record SentencePieceStyle(
        Prefix prefix,
        boolean spacesBelong,
        boolean words,
        boolean languageFirst,
        boolean surfaces,
        Joining joining,
        UnaryOperator<AlignedText> preparation) {

    /** Which parts of a text get a space before them. */
    enum Prefix {
        /** All of them. */
        EACH,
        /** The part that the text begins with. */
        FIRST,
        /** None. */
        NEVER
    }

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
            case LLAMA ->
                    new SentencePieceStyle(
                            llamaPrefix(settings),
                            true,
                            false,
                            false,
                            false,
                            Joining.TEXT,
                            UnaryOperator.identity());
            case MARIAN ->
                    new SentencePieceStyle(
                            Prefix.EACH,
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
                Prefix.EACH, spacesBelong, true, false, false, Joining.FIRST_TOKEN, preparation);
    }

    private static Prefix llamaPrefix(TokenizerSettings settings) {
        if (!settings.flag("add_prefix_space", true)) {
            return Prefix.NEVER;
        }
        return settings.flag("legacy", true) ? Prefix.EACH : Prefix.FIRST;
    }
}
