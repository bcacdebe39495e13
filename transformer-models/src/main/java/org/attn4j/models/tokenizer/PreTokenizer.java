package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a normalised text is cut into the pieces within which a vocabulary works: no token reaches
 * across two pieces. Each kind is stated twice, as Java code for training and as the elements of a
 * {@code tokenizer.json} for use, and both cut alike.
 */
public enum PreTokenizer {
    /**
     * Words and punctuation apart, reversible: a mark {@code ▁} stands for the space before a word,
     * as in SentencePiece. Apostrophes and hyphens inside a word stay in it. {@code It's a
     * well-known tale.} gives {@code ▁It's ▁a ▁well-known ▁tale .}
     */
    WORDS,

    /** Words between white space with the mark {@code ▁} before each, punctuation left in them. */
    METASPACE,

    /**
     * Words between white space, as they are; in a byte-pair encoding the last token of a word ends
     * in {@code </w>}. Restored with single spaces.
     */
    WHITESPACE,

    /**
     * As {@link #WHITESPACE}, but only the space character separates, exactly as in subword-nmt.
     */
    SPACE,

    /** Every character (code point) by itself, spaces included. */
    CHARACTERS;

    /** The mark for the space before a word, U+2581. */
    static final String MARK = "\u2581";

    /** What ends the last token of a word where words are not marked at their start. */
    static final String END_OF_WORD = "</w>";

    // A word (letters, marks, digits, with apostrophes and hyphens only inside), or a run of all
    // else.
    private static final String WORD_OR_RUN =
            "\u2581?[\\p{L}\\p{M}\\p{N}]+(?:['\u2019\\-][\\p{L}\\p{M}\\p{N}]+)*"
                    + "|\u2581?[^\\p{L}\\p{M}\\p{N}\u2581]+";

    private static final Pattern WORD_OR_RUN_PATTERN = Pattern.compile(WORD_OR_RUN);

    /**
     * Cuts a normalised text into pieces.
     *
     * @param text the text
     * @param piece receives each piece in order
     */
    void split(String text, Consumer<String> piece) {
        switch (this) {
            case WORDS -> splitWords(text, piece);
            case METASPACE -> splitAtWhiteSpace(text, true, word -> piece.accept(MARK + word));
            case WHITESPACE -> splitAtWhiteSpace(text, true, piece);
            case SPACE -> splitAtWhiteSpace(text, false, piece);
            case CHARACTERS -> text.codePoints().forEach(c -> piece.accept(Character.toString(c)));
        }
    }

    private static void splitWords(String text, Consumer<String> piece) {
        Matcher matcher = WORD_OR_RUN_PATTERN.matcher("");
        splitAtWhiteSpace(
                text,
                true,
                word -> {
                    matcher.reset(MARK + word);
                    while (matcher.find()) {
                        piece.accept(matcher.group());
                    }
                });
    }

    private static void splitAtWhiteSpace(String text, boolean any, Consumer<String> word) {
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length()
                    || text.charAt(i) == ' '
                    || any && isWhiteSpace(text.charAt(i))) {
                if (i > begin) {
                    word.accept(text.substring(begin, i));
                }
                begin = i + 1;
            }
        }
    }

    /** Unicode's White_Space property, all of whose characters are a single {@code char}. */
    static boolean isWhiteSpace(char c) {
        return c >= '\t' && c <= '\r'
                || c == ' '
                || c == '\u0085'
                || c == '\u00a0'
                || c == '\u1680'
                || c >= '\u2000' && c <= '\u200a'
                || c == '\u2028'
                || c == '\u2029'
                || c == '\u202f'
                || c == '\u205f'
                || c == '\u3000';
    }

    /** Whether words carry {@link #MARK}, so that the character itself cannot stand in a text. */
    boolean marksWords() {
        return this == WORDS || this == METASPACE;
    }

    /** What a byte-pair encoding puts at the end of words, or null. */
    String endOfWord() {
        return this == WHITESPACE || this == SPACE ? END_OF_WORD : null;
    }

    /** The element {@code pre_tokenizer} of a tokenizer.json. */
    JsonObject toJson() {
        JsonObject whitespace = element("WhitespaceSplit");
        return switch (this) {
            case WORDS ->
                    sequence(whitespace, metaspace(), isolate("Regex", WORD_OR_RUN, "Isolated"));
            case METASPACE -> sequence(whitespace, metaspace());
            case WHITESPACE -> whitespace;
            case SPACE -> isolate("String", " ", "Removed");
            case CHARACTERS -> isolate("Regex", "[\\s\\S]", "Isolated");
        };
    }

    /**
     * The element {@code decoder} of a tokenizer.json.
     *
     * @param subwords whether tokens are parts of words, rather than words
     */
    JsonElement decoder(boolean subwords) {
        return switch (this) {
            case WORDS, METASPACE -> metaspace();
            case WHITESPACE, SPACE -> {
                if (!subwords) {
                    yield JsonNull.INSTANCE; // tokens are joined by spaces
                }
                JsonObject decoder = element("BPEDecoder");
                decoder.addProperty("suffix", END_OF_WORD);
                yield decoder;
            }
            case CHARACTERS -> element("Fuse");
        };
    }

    private static JsonObject element(String type) {
        JsonObject element = new JsonObject();
        element.addProperty("type", type);
        return element;
    }

    private static JsonObject sequence(JsonObject... elements) {
        JsonArray list = new JsonArray();
        for (JsonObject e : elements) {
            list.add(e);
        }
        JsonObject sequence = element("Sequence");
        sequence.add("pretokenizers", list);
        return sequence;
    }

    private static JsonObject metaspace() {
        JsonObject metaspace = element("Metaspace");
        metaspace.addProperty("replacement", MARK);
        metaspace.addProperty("prepend_scheme", "always");
        metaspace.addProperty("split", true);
        return metaspace;
    }

    private static JsonObject isolate(String kind, String pattern, String behaviour) {
        JsonObject what = new JsonObject();
        what.addProperty(kind, pattern);
        JsonObject split = element("Split");
        split.add("pattern", what);
        split.addProperty("behavior", behaviour);
        split.addProperty("invert", false);
        return split;
    }
}
