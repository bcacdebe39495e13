package org.attn4j.models.tokenizer;

import java.util.List;
import org.attn4j.common.Require;

/**
 * How the texts of mBART are marked: of 2020 {@code text </s> language}, of mBART-50 {@code
 * language text </s>}.
 *
 * @param source the language that is read
 * @param target the language that is written; null for the one that is read
 * @param before whether the language stands before the text
 * @param end the token at the end of a text
 */
record Languages(String source, String target, boolean before, String end) {

    Languages {
        target = target == null ? source : target;
    }

    Languages with(String otherSource, String otherTarget, List<String> known) {
        for (String language : new String[] {otherSource, otherTarget}) {
            Require.that(
                    language == null || known.contains(language),
                    "a language must be one of %s, got %s",
                    known,
                    language);
        }
        return new Languages(
                otherSource == null ? source : otherSource,
                otherTarget == null ? target : otherTarget,
                before,
                end);
    }

    /** Adds the marks of a language. */
    TokenizedText wrap(TokenizedText text, String language, Segmenter vocabulary) {
        String[] first = before ? new String[] {language} : new String[0];
        String[] last = before ? new String[] {end} : new String[] {end, language};
        int n = first.length + text.length() + last.length;
        long pad = vocabulary.idOf(end);
        TokenizedText all =
                text.padded(first.length + text.length(), Side.LEFT, pad, end, 0)
                        .padded(n, Side.RIGHT, pad, end, 0);
        for (int i = 0; i < n; i++) {
            all.attentionMask()[i] = 1;
            all.typeIds()[i] = 0;
        }
        mark(all, 0, first, vocabulary);
        mark(all, n - last.length, last, vocabulary);
        return all;
    }

    private static void mark(TokenizedText all, int at, String[] tokens, Segmenter vocabulary) {
        for (int i = 0; i < tokens.length; i++) {
            all.tokens()[at + i] = tokens[i];
            all.ids()[at + i] = vocabulary.idOf(tokens[i]);
        }
    }
}
