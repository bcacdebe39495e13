package org.attn4j.models.metric;

import java.util.regex.Pattern;

/**
 * The rules behind the metrics' tokenizations: each puts spaces into a line so that its words are
 * the tokens.
 */
final class Tokenization {

    /** ASCII punctuation but apostrophe, comma, hyphen and full stop. */
    private static final Pattern ASCII_PUNCTUATION = Pattern.compile("[{-~\\[-` -&(-+:-@/]");

    private static final Pattern STOP_AFTER_OTHER = Pattern.compile("([^0-9])([.,])");
    private static final Pattern STOP_BEFORE_OTHER = Pattern.compile("([.,])([^0-9])");
    private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

    private static final String NUMBER = "\\p{N}" + LaterCharacters.NUMBERS;
    private static final String PUNCTUATION = "\\p{P}" + LaterCharacters.PUNCTUATION;
    private static final String SYMBOL = "\\p{S}" + LaterCharacters.SYMBOLS;
    private static final Pattern PUNCTUATION_AFTER_OTHER =
            Pattern.compile("([^" + NUMBER + "])([" + PUNCTUATION + "])");
    private static final Pattern PUNCTUATION_BEFORE_OTHER =
            Pattern.compile("([" + PUNCTUATION + "])([^" + NUMBER + "])");
    private static final Pattern ANY_SYMBOL = Pattern.compile("[" + SYMBOL + "]");

    private static final Pattern POSSESSIVE = Pattern.compile("'s ");

    private static final Pattern TER_PUNCTUATION = Pattern.compile("[.,?:;!\"()]");
    private static final String ASIAN_PUNCTUATION =
            "\\u3001\\u3002\\u3008-\\u3011\\u3014-\\u301f\\uff61-\\uff65\\u30fb"
                    + "\\uff0e\\uff0c\\uff1f\\uff1a\\uff1b\\uff01\\uff02\\uff08\\uff09";
    private static final Pattern TER_ASIAN_PUNCTUATION =
            Pattern.compile("[" + ASIAN_PUNCTUATION + "]");

    /** Ideographs and their radicals, strokes, compatibility and enclosed forms; punctuation. */
    private static final Pattern TER_ASIAN =
            Pattern.compile(
                    "[\\u4e00-\\u9fff\\u3200-\\u4dbf\\u31c0-\\u31ef\\u2e80-\\u2eff\\uf900-\\ufaff\\ufe30-\\ufe4f%s]"
                            .formatted(ASIAN_PUNCTUATION));

    private Tokenization() {}

    /** mteval-v13a: entities undone, then Western punctuation. */
    static String mteval13a(String line) {
        String text = line.replace("<skipped>", "").replace("-\n", "").replace('\n', ' ');
        return westernPunctuation(" " + withoutEntities(text) + " ");
    }

    /** mteval-v14, international: punctuation apart unless between numbers; symbols apart. */
    static String international(String line) {
        String text = PUNCTUATION_AFTER_OTHER.matcher(line).replaceAll("$1 $2 ");
        text = PUNCTUATION_BEFORE_OTHER.matcher(text).replaceAll(" $1 $2");
        return ANY_SYMBOL.matcher(text).replaceAll(" $0 ");
    }

    static String characters(String line) {
        StringBuilder spaced = new StringBuilder(2 * line.length());
        line.codePoints().forEach(c -> append(spaced, c, " "));
        return spaced.toString();
    }

    /** Each Chinese character apart, the rest as Western text. */
    static String chinese(String line) {
        StringBuilder spaced = new StringBuilder(2 * line.length());
        UnicodeText.strip(line)
                .codePoints()
                .forEach(c -> append(spaced, c, isChinese(c) ? " " : ""));
        return westernPunctuation(spaced.toString());
    }

    /** Tercom's normalization: as 13a, with the possessive {@code 's} as a token. */
    static String tercom(String line) {
        String text = line.replace("\n-", "").replace('\n', ' ');
        text = " " + withoutEntities(text) + " ";
        text = ASCII_PUNCTUATION.matcher(text).replaceAll(" $0 ");
        return stopsAndHyphens(POSSESSIVE.matcher(text).replaceAll(" 's "));
    }

    /** Tercom's Asian normalization: ideographs and East Asian punctuation apart. */
    static String tercomAsian(String line) {
        // Tercom means to split kana from other text too, but its patterns for that match nothing.
        return TER_ASIAN.matcher(line).replaceAll(" $0 ");
    }

    static String withoutPunctuation(String line) {
        return TER_PUNCTUATION.matcher(line).replaceAll("");
    }

    static String withoutAsianPunctuation(String line) {
        return TER_ASIAN_PUNCTUATION.matcher(line).replaceAll("");
    }

    private static String withoutEntities(String line) {
        return line.replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
    }

    private static String westernPunctuation(String line) {
        return stopsAndHyphens(ASCII_PUNCTUATION.matcher(line).replaceAll(" $0 "));
    }

    /** Full stops and commas apart unless between digits, hyphens apart after a digit. */
    private static String stopsAndHyphens(String line) {
        String text = STOP_AFTER_OTHER.matcher(line).replaceAll("$1 $2 ");
        text = STOP_BEFORE_OTHER.matcher(text).replaceAll(" $1 $2");
        return HYPHEN_AFTER_DIGIT.matcher(text).replaceAll("$1 $2 ");
    }

    private static void append(StringBuilder text, int c, String around) {
        text.append(around).appendCodePoint(c).append(around);
    }

    /**
     * What sacreBLEU takes for Chinese. The ranges U+2001 to U+2A6D and U+2F81 to U+2FA1 stand
     * where the supplementary ideographs (U+20000 to U+2A6D6, U+2F800 to U+2FA1D) were meant, which
     * therefore stay together: published figures were computed so.
     */
    private static boolean isChinese(int c) {
        return c >= 0x2001 && c <= 0x2A6D
                || c >= 0x2E80 && c <= 0x2FDF
                || c >= 0x2FF0 && c <= 0x303F
                || c >= 0x3100 && c <= 0x312F
                || c >= 0x31A0 && c <= 0x31BF
                || c >= 0x31C0 && c <= 0x31EF
                || c >= 0x3200 && c <= 0x33FF
                || c >= 0x3400 && c <= 0x4DB5
                || c >= 0x4E00 && c <= 0x9FBB
                || c >= 0xF900 && c <= 0xFA2D
                || c >= 0xFA30 && c <= 0xFA6A
                || c >= 0xFA70 && c <= 0xFAD9
                || c >= 0xFE10 && c <= 0xFE1F
                || c >= 0xFE30 && c <= 0xFE4F
                || c >= 0xFF00 && c <= 0xFFEF;
    }
}
