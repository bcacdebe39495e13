package org.attn4j.models.tokenizer;

import java.text.Normalizer;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * What ALBERT does to a text before SentencePiece: quotes of TeX become plain ones, letters lose
 * their accents and case.
 *
 * @param lowerCase whether letters become small ones
 * @param keepAccents whether accents stay
 */
record AlbertPreparation(boolean lowerCase, boolean keepAccents)
        implements UnaryOperator<AlignedText> {

    @Override
    public AlignedText apply(AlignedText input) {
        AlignedText output = new AlignedText();
        String text = input.toString();
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            int length = Character.charCount(point);
            String letter = Character.toString(point);
            if (text.startsWith("``", at) || text.startsWith("''", at)) {
                letter = "\"";
                length = 2;
            }
            output.append(prepared(letter), input.begin(at), input.end(at + length - 1));
            at += length;
        }
        return output;
    }

    private String prepared(String letter) {
        String plain = letter;
        if (!keepAccents) {
            StringBuilder bare = new StringBuilder();
            Normalizer.normalize(letter, Normalizer.Form.NFKD)
                    .codePoints()
                    .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                    .forEach(bare::appendCodePoint);
            plain = bare.toString();
        }
        if (lowerCase) {
            StringBuilder small = new StringBuilder();
            plain.codePoints()
                    .forEach(c -> small.append(Character.toString(c).toLowerCase(Locale.ROOT)));
            plain = small.toString();
        }
        return plain;
    }
}
