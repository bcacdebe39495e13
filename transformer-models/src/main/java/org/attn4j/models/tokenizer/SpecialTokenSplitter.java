package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cuts texts at the special tokens that stand in them. */
final class SpecialTokenSplitter {

    /**
     * A part of a text.
     *
     * @param begin where it begins
     * @param end where it ends
     * @param token the special token that it is, or null for text
     */
    record Part(int begin, int end, String token) {}

    private final Map<String, SpecialToken> tokens = new HashMap<>();
    private final TextMatcher matcher;
    private final boolean languageFirst;

    /**
     * @param tokens the tokens to look for
     * @param languageFirst whether a text may begin with a language, {@code >>fra<<}
     */
    SpecialTokenSplitter(Collection<SpecialToken> tokens, boolean languageFirst) {
        tokens.forEach(token -> this.tokens.put(token.content(), token));
        matcher = new TextMatcher(this.tokens.keySet());
        this.languageFirst = languageFirst;
    }

    /** Cuts a text; parts of text are never empty. */
    List<Part> split(String text) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            int length = matcher.longestAt(text, at);
            SpecialToken token = length == 0 ? null : tokens.get(text.substring(at, at + length));
            if (token == null || token.singleWord() && !standsAlone(text, at, at + length)) {
                at += Math.max(1, length);
                continue;
            }
            int begin = at;
            int end = at + length;
            while (token.lstrip() && begin > from && isSpace(text.charAt(begin - 1))) {
                begin--;
            }
            while (token.rstrip() && end < text.length() && isSpace(text.charAt(end))) {
                end++;
            }
            addText(parts, text, from, begin);
            parts.add(new Part(begin, end, token.content()));
            from = end;
            at = end;
        }
        addText(parts, text, from, text.length());
        return parts;
    }

    private void addText(List<Part> parts, String text, int begin, int end) {
        int from = begin;
        if (languageFirst && text.startsWith(">>", begin)) {
            int length = text.substring(begin, end).indexOf("<<") + 2;
            if (length >= 2) {
                from = begin + length;
                parts.add(new Part(begin, from, text.substring(begin, from)));
            }
        }
        if (from < end) {
            parts.add(new Part(from, end, null));
        }
    }

    private static boolean standsAlone(String text, int begin, int end) {
        boolean before = begin > 0 && isWord(text.codePointBefore(begin));
        boolean after = end < text.length() && isWord(text.codePointAt(end));
        return !before && !after;
    }

    private static boolean isWord(int point) {
        return Character.isLetterOrDigit(point)
                || point == '_'
                || Character.getType(point) == Character.NON_SPACING_MARK;
    }

    private static boolean isSpace(char c) {
        return PreTokenizer.isWhiteSpace(c);
    }
}
