package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * Words and case as the Unicode standard has them, the same on every JDK and locale: published
 * figures were computed with these definitions, and Java's own differ in rare characters.
 */
final class UnicodeText {

    private static final int CAPITAL_I_WITH_DOT = 0x130;
    private static final int COMBINING_DOT_ABOVE = 0x307;
    private static final int CAPITAL_SIGMA = 0x3A3;
    private static final int FINAL_SIGMA = 0x3C2;

    /** Marks that words may contain (Word_Break MidLetter, MidNumLet, Single_Quote). */
    private static final String INSIDE_WORDS =
            "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

    private UnicodeText() {}

    /** The maximal runs of characters that are not white space. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i < text.length(); i++) { // white space lies in the basic plane
            if (isSpace(text.charAt(i))) {
                if (start >= 0) {
                    words.add(text.substring(start, i));
                }
                start = -1;
            } else if (start < 0) {
                start = i;
            }
        }
        if (start >= 0) {
            words.add(text.substring(start));
        }
        return words;
    }

    static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    static String strip(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return stripTrailing(text.substring(start));
    }

    /** White space: the property of that name, and the four information separators. */
    static boolean isSpace(int c) {
        return c >= '\t' && c <= '\r'
                || c >= 0x1C && c <= ' '
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200A
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** Full lower case (Unicode standard, section 3.13), with the final sigma. */
    static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        int c;
        for (int i = 0; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (c == CAPITAL_I_WITH_DOT) {
                lower.append('i').appendCodePoint(COMBINING_DOT_ABOVE);
            } else if (c == CAPITAL_SIGMA && endsWord(text, i)) {
                lower.appendCodePoint(FINAL_SIGMA);
            } else {
                lower.appendCodePoint(Character.toLowerCase(c));
            }
        }
        return lower.toString();
    }

    /** Whether the sigma has a letter with case before it and none after it. */
    private static boolean endsWord(String text, int sigma) {
        int before = sigma;
        int c = -1;
        while (before > 0) {
            c = text.codePointBefore(before);
            if (!isCaseIgnorable(c)) {
                break;
            }
            before -= Character.charCount(c);
        }
        if (before == 0 || !isCased(c)) {
            return false;
        }
        int after = sigma + 1;
        while (after < text.length() && isCaseIgnorable(text.codePointAt(after))) {
            after += Character.charCount(text.codePointAt(after));
        }
        return after == text.length() || !isCased(text.codePointAt(after));
    }

    private static boolean isCased(int c) {
        return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
    }

    private static boolean isCaseIgnorable(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.FORMAT,
                    Character.MODIFIER_LETTER,
                    Character.MODIFIER_SYMBOL ->
                    true;
            default -> INSIDE_WORDS.indexOf(c) >= 0;
        };
    }
}
