package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Tokens of one text as they are found, one after the other. */
final class TokenList {

    /**
     * A token.
     *
     * @param id its id
     * @param begin where it begins in the text
     * @param end where it ends
     * @param word the number of its word
     */
    record Token(int id, int begin, int end, int word) {}

    private final List<Token> tokens = new ArrayList<>();

    void add(int id, int begin, int end, int word) {
        tokens.add(new Token(id, begin, end, word));
    }

    /** Makes the last token reach further. */
    void extend(int end) {
        Token last = tokens.remove(tokens.size() - 1);
        tokens.add(new Token(last.id(), last.begin(), end, last.word()));
    }

    /**
     * Puts texts into a template.
     *
     * @param texts one or two texts
     * @param template what stands around them
     * @param vocabulary the tokens by id
     */
    static TokenizedText fill(
            List<TokenList> texts, TextTemplate template, PieceVocabulary vocabulary) {
        List<TextTemplate.Part> parts = texts.size() == 1 ? template.single() : template.pair();
        int n = 0;
        for (TextTemplate.Part part : parts) {
            n += part.token() == null ? texts.get(part.sequence()).tokens.size() : 1;
        }
        TokenizedText all = TokenizedText.empty(n);
        int at = 0;
        for (TextTemplate.Part part : parts) {
            if (part.token() == null) {
                for (Token token : texts.get(part.sequence()).tokens) {
                    put(all, at++, token, part, vocabulary);
                }
            } else {
                Token added = new Token(vocabulary.require(part.token()), 0, 0, -1);
                all.special()[at] = true;
                put(all, at++, added, part, vocabulary);
            }
        }
        return all;
    }

    private static void put(
            TokenizedText all,
            int at,
            Token token,
            TextTemplate.Part part,
            PieceVocabulary vocabulary) {
        all.ids()[at] = token.id();
        all.tokens()[at] = vocabulary.token(token.id());
        all.typeIds()[at] = part.typeId();
        all.attentionMask()[at] = 1;
        all.offsets()[at] = new int[] {token.begin(), token.end()};
        all.wordIds()[at] = token.word();
        all.sequenceIds()[at] = part.sequence();
    }
}
