package org.attn4j.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.models.tokenizer.SentencePieceModel.Kind;
import org.attn4j.models.tokenizer.SentencePieceStyle.Joining;
import org.attn4j.models.tokenizer.SentencePieceStyle.Prefix;

/**
 * Segments texts as SentencePiece does. Texts are cut at special tokens and normalised here; the
 * tokenizers library finds the pieces.
 */
final class SentencePieceSegmenter implements Segmenter {

    private final SentencePieceModel model;
    private final LibrarySegmenter library;
    private final SentencePieceNormalizer normalizer;
    private final SpecialTokenSplitter splitter;
    private final SentencePieceStyle style;
    private final PieceVocabulary vocabulary;
    private final int[] ids; // of the pieces in the vocabulary
    private final int[] byteIds = new int[256];
    private final TextTemplate template;

    SentencePieceSegmenter(
            SentencePieceModel model,
            LibrarySegmenter library,
            SentencePieceStyle style,
            PieceVocabulary vocabulary,
            int[] ids,
            TextTemplate template) {
        this.model = model;
        this.library = library;
        this.style = style;
        this.vocabulary = vocabulary;
        this.ids = ids;
        this.template = template;
        normalizer = new SentencePieceNormalizer(model);
        splitter = new SpecialTokenSplitter(vocabulary.found(), style.languageFirst());
        for (int id = 0; id < ids.length; id++) {
            int value = model.kind(id) == Kind.BYTE ? byteOf(model.pieces().get(id).text()) : -1;
            if (value >= 0) {
                byteIds[value] = ids[id];
            }
        }
    }

    /** The value of a piece such as {@code <0x0A>}, or -1. */
    private static int byteOf(String piece) {
        return piece.matches("<0x[0-9A-F]{2}>") ? Integer.parseInt(piece.substring(3, 5), 16) : -1;
    }

    @Override
    public TokenizedText segment(TextPair text, boolean special) {
        List<TokenList> texts = new ArrayList<>(List.of(tokens(text.text())));
        if (text.pair() != null) {
            texts.add(tokens(text.pair()));
        }
        return TokenList.fill(texts, special ? template : TextTemplate.BARE, vocabulary);
    }

    private TokenList tokens(String raw) {
        String text = TokenTable.clean(raw, false);
        TokenList tokens = new TokenList();
        int word = 0;
        boolean first = true;
        for (SpecialTokenSplitter.Part part : splitter.split(text)) {
            if (part.token() != null) {
                int id = vocabulary.id(part.token());
                tokens.add(id < 0 ? ids[model.unkId()] : id, part.begin(), part.end(), word++);
            } else {
                AlignedText prepared =
                        style.preparation().apply(AlignedText.of(text, part.begin(), part.end()));
                Prefix wanted = first ? Prefix.FIRST : Prefix.EACH;
                boolean prefix = style.prefix().compareTo(wanted) <= 0;
                word = addPieces(tokens, normalizer.normalize(prepared, prefix), word);
            }
            first = false;
        }
        return tokens;
    }

    /** Adds the pieces of a normalised text and returns the number of the word after it. */
    private int addPieces(TokenList tokens, AlignedText text, int firstWord) {
        if (text.length() == 0) {
            return firstWord;
        }
        String chars = text.toString();
        TokenizedText pieces = library.segment(TextPair.of(chars), false);
        int word = firstWord;
        int seen = 1; // the space that a text begins with begins no further word
        boolean unknownBefore = false;
        for (int i = 0; i < pieces.length(); i++) {
            int piece = (int) pieces.ids()[i];
            int begin = pieces.offsets()[i][0];
            int end = pieces.offsets()[i][1];
            for (; seen <= begin; seen++) {
                word += style.words() && isSpace(chars, seen) ? 1 : 0;
            }
            int[] span = span(text, begin, end);
            boolean unknown = piece == model.unkId();
            if (unknown && model.byteFallback()) {
                addBytes(tokens, text, chars, new int[] {begin, end}, word);
            } else if (unknown && unknownBefore) {
                tokens.extend(span[1]);
            } else {
                int id = unknown ? unknown(chars.substring(begin, end)) : ids[piece];
                tokens.add(id, span[0], span[1], word);
            }
            unknownBefore = unknown;
        }
        return word + 1;
    }

    private int unknown(String surface) {
        int id = style.surfaces() ? vocabulary.id(surface) : -1;
        return id < 0 ? ids[model.unkId()] : id;
    }

    private void addBytes(TokenList tokens, AlignedText text, String chars, int[] range, int word) {
        for (int at = range[0]; at < range[1]; ) {
            int point = chars.codePointAt(at);
            int next = at + Character.charCount(point);
            for (byte one : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                tokens.add(byteIds[one & 0xFF], text.begin(at), text.end(next - 1), word);
            }
            at = next;
        }
    }

    private static boolean isSpace(String text, int at) {
        return text.charAt(at) == SentencePieceModel.SPACE;
    }

    /** Where a piece stands in the original text. */
    private int[] span(AlignedText text, int begin, int end) {
        int first = begin;
        while (!style.spacesBelong()
                && first < end - 1
                && text.charAt(first) == SentencePieceModel.SPACE) {
            first++;
        }
        boolean space = text.charAt(first) == SentencePieceModel.SPACE;
        if (space && !style.spacesBelong() && end < text.length()) {
            return new int[] {text.begin(end), text.end(end)};
        }
        return new int[] {text.begin(first), text.end(end - 1)};
    }

    @Override
    public String join(long[] tokenIds, boolean skipSpecial) {
        return join(
                Arrays.stream(tokenIds)
                        .mapToObj(vocabulary::token)
                        .filter(token -> token != null)
                        .filter(token -> !skipSpecial || !vocabulary.isSpecial(token))
                        .toList());
    }

    @Override
    public String join(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean prefixed = style.prefix() != Prefix.NEVER;
        boolean start = prefixed;
        for (String token : tokens) {
            int value = model.byteFallback() ? byteOf(token) : -1;
            if (value >= 0) {
                bytes.write(value);
                start = false;
                continue;
            }
            text.append(drain(bytes));
            boolean marked = style.joining() == Joining.SPACED && vocabulary.isSpecial(token);
            String written = token;
            if (start && style.joining() != Joining.TEXT) {
                written = style.joining() == Joining.SPACED ? unmarked(token) : bare(token);
            }
            text.append(written.replace(SentencePieceModel.SPACE, ' ')).append(marked ? " " : "");
            start = marked || start && written.isEmpty() && style.joining() == Joining.SPACED;
        }
        String joined = text.append(drain(bytes)).toString();
        return switch (style.joining()) {
            case FIRST_TOKEN -> joined;
            case TEXT -> prefixed && joined.startsWith(" ") ? joined.substring(1) : joined;
            case SPACED -> joined.strip();
        };
    }

    private static String bare(String token) {
        return token.replace(String.valueOf(SentencePieceModel.SPACE), "");
    }

    private static String unmarked(String token) {
        return token.charAt(0) == SentencePieceModel.SPACE ? token.substring(1) : token;
    }

    /** Bytes that are not UTF-8 become one replacement character each. */
    private static String drain(ByteArrayOutputStream bytes) {
        byte[] run = bytes.toByteArray();
        bytes.reset();
        String text = new String(run, StandardCharsets.UTF_8);
        boolean valid = Arrays.equals(run, text.getBytes(StandardCharsets.UTF_8));
        return valid ? text : "\uFFFD".repeat(run.length);
    }

    @Override
    public String continuingPrefix() {
        return "";
    }

    @Override
    public int size() {
        return vocabulary.size();
    }

    @Override
    public int idOf(String token) {
        return vocabulary.id(token);
    }

    @Override
    public String tokenOf(long id) {
        return vocabulary.token(id);
    }

    @Override
    public void close() {
        library.close();
    }
}
