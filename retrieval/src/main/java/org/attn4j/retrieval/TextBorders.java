package org.attn4j.retrieval;

import java.text.BreakIterator;
import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the paragraphs and the sentences of a text begin. */
final class TextBorders {

    /** Behind an empty line, and at a heading of Markdown. */
    private static final Pattern PARAGRAPH =
            Pattern.compile("(?m)(?<=\\n)\\h*\\r?\\n\\s*|^(?=#{1,6}\\h)");

    /** A line that is an item of a list. */
    private static final Pattern ITEM = Pattern.compile("(?m)^\\h*(?=([-*+•]|\\d{1,3}[.)])\\h)");

    /** Behind a full stop that stands alone, as in texts of separated words, in lower case too. */
    private static final Pattern APART = Pattern.compile("(?<=\\h[.!?])\\s+");

    private final BitSet paragraphs = new BitSet();
    private final BitSet sentences = new BitSet();
    private final int length;

    TextBorders(String text) {
        length = text.length();
        setEnds(PARAGRAPH.matcher(text), paragraphs);
        setEnds(ITEM.matcher(text), sentences);
        setEnds(APART.matcher(text), sentences);
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(text);
        for (int at = breaks.next(); at != BreakIterator.DONE; at = breaks.next()) {
            sentences.set(at);
        }
        sentences.or(paragraphs);
    }

    private static void setEnds(Matcher matcher, BitSet borders) {
        while (matcher.find()) {
            borders.set(matcher.end());
        }
    }

    /** Whether a paragraph begins behind one position and at the latest at another. */
    boolean paragraphBetween(int behind, int atLatest) {
        return isBetween(paragraphs, behind, atLatest);
    }

    boolean sentenceBetween(int behind, int atLatest) {
        return isBetween(sentences, behind, atLatest);
    }

    private static boolean isBetween(BitSet borders, int behind, int atLatest) {
        int next = borders.nextSetBit(behind + 1);
        return next >= 0 && next <= atLatest;
    }

    /** Where the piece of the text that begins somewhere ends: before a paragraph if one begins. */
    int pieceEnd(int start, int most) {
        if (length - start <= most) {
            return length;
        }
        int paragraph = paragraphs.previousSetBit(start + most);
        int sentence = sentences.previousSetBit(start + most);
        return paragraph > start ? paragraph : sentence > start ? sentence : start + most;
    }
}
