package org.attn4j.models.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.attn4j.models.tokenizer.SentencePieceModel.Kind;
import org.attn4j.models.tokenizer.SentencePieceModel.Piece;

/**
 * Prepares texts as SentencePiece does: characters are mapped by the longest rule, user-defined
 * pieces excepted; spaces are collapsed, stripped and written as U+2581.
 */
final class SentencePieceNormalizer {

    private final SentencePieceModel model;
    private final CharsMap charsMap;
    private final TextMatcher userDefined;

    SentencePieceNormalizer(SentencePieceModel model) {
        this.model = model;
        charsMap = CharsMap.of(model.charsMap());
        List<String> texts =
                model.pieces().stream()
                        .filter(piece -> piece.kind() == Kind.USER_DEFINED)
                        .map(Piece::text)
                        .toList();
        userDefined = new TextMatcher(texts);
    }

    /**
     * Prepares a text.
     *
     * @param input the text and where it comes from
     * @param prefix whether a space is put before it, if the model wants one
     */
    AlignedText normalize(AlignedText input, boolean prefix) {
        AlignedText output = new AlignedText();
        Chunks chunks = new Chunks(input);
        boolean strip = model.removeExtraWhitespaces();
        boolean more = chunks.next();
        int begin = -1; // of the space that the prefix stands for
        int end = -1;
        while (more && strip && chunks.text.equals(" ")) {
            begin = chunks.begin;
            end = chunks.end;
            more = chunks.next();
        }
        if (!more) {
            return output;
        }
        if (prefix && model.addDummyPrefix()) {
            boolean stripped = begin >= 0;
            output.append(space(), stripped ? begin : chunks.begin, stripped ? end : chunks.end);
        }
        boolean afterSpace = strip;
        for (; more; more = chunks.next()) {
            String chunk = chunks.text;
            while (afterSpace && chunk.startsWith(" ")) {
                chunk = chunk.substring(1);
            }
            if (!chunk.isEmpty()) {
                output.append(chunk.replace(" ", space()), chunks.begin, chunks.end);
                afterSpace = strip && chunk.endsWith(" ");
            }
        }
        int length = output.length();
        while (strip && length > 0 && output.charAt(length - 1) == space().charAt(0)) {
            length--;
        }
        output.cut(length);
        return output;
    }

    private String space() {
        return model.escapeWhitespaces() ? String.valueOf(SentencePieceModel.SPACE) : " ";
    }

    /** The text in parts that are replaced as one. */
    private final class Chunks {

        private final AlignedText input;
        private final String chars;
        private final byte[] bytes;
        private int at;
        private int atByte;
        private String text;
        private int begin;
        private int end;

        Chunks(AlignedText input) {
            this.input = input;
            chars = input.toString();
            bytes = chars.getBytes(StandardCharsets.UTF_8);
        }

        boolean next() {
            if (at == chars.length()) {
                return false;
            }
            int length = userDefined.longestAt(chars, at);
            int first = at;
            if (length > 0) {
                text = chars.substring(at, at + length);
                atByte += text.getBytes(StandardCharsets.UTF_8).length;
                at += length;
            } else {
                mapped();
            }
            begin = input.begin(first);
            end = input.end(at - 1);
            return true;
        }

        private void mapped() {
            long rule = charsMap.longest(bytes, atByte);
            int replaced = (int) (rule >>> Integer.SIZE);
            int point = chars.codePointAt(at);
            if (rule < 0) {
                text = Character.toString(point);
                at += Character.charCount(point);
                atByte += utf8(point);
                return;
            }
            text = charsMap.text((int) rule);
            int until = atByte + replaced;
            // A rule that ends within a character would be a damaged one.
            while (atByte < until && at < chars.length()) {
                point = chars.codePointAt(at);
                at += Character.charCount(point);
                atByte += utf8(point);
            }
        }
    }

    private static int utf8(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
}
