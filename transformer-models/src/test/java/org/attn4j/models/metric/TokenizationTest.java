package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizationTest {

    @Test
    void mtevalSplitsAsciiPunctuationButNotWithinNumbersAndWords() {
        assertTokens(
                BleuTokenizer.V13A,
                "It's 1,000.5 (5-3), e.g. A-B.",
                "It's 1,000.5 ( 5 - 3 ) , e . g . A-B .");
        assertTokens(BleuTokenizer.V13A, "&quot;a&amp;lt;b&gt;&apos;", "\" a < b > & apos ;");
        assertTokens(BleuTokenizer.V13A, "<skipped>hyphen-\nated\nline", "hyphenated line");
    }

    @Test
    void internationalSplitsUnicodePunctuationAndSymbols() {
        assertTokens(BleuTokenizer.INTL, "«Été», 1.5€ it's x.", "« Été » , 1.5 € it ' s x .");
        assertTokens(BleuTokenizer.INTL, "in 1999.", "in 1999.");
        assertTokens(BleuTokenizer.INTL, "½,½ x", "½,½ x");
    }

    @Test
    void internationalKnowsSymbolsLaterThanTheJdk() {
        // U+1FAE0, Unicode 14
        assertTokens(BleuTokenizer.INTL, "so\uD83E\uDEE0hot", "so \uD83E\uDEE0 hot");
    }

    @Test
    void chineseSplitsIdeographsAndEastAsianPunctuation() {
        assertTokens(BleuTokenizer.ZH, " 我有3.5个，GPU-2。", "我 有 3.5 个 ， GPU-2 。");
        assertTokens(BleuTokenizer.ZH, "\uD840\uDC01\uD840\uDC02", "\uD840\uDC01\uD840\uDC02");
    }

    @Test
    void charactersAreCodePoints() {
        assertEquals(
                List.of("a", "\uD83D\uDE00", "b"), BleuTokenizer.CHAR.tokenize("a\uD83D\uDE00 b"));
    }

    @Test
    void whiteSpaceIsUnicodes() {
        assertTokens(BleuTokenizer.NONE, "\u3000a\u00a0b\u2009c\u001cd\u200be", "a b c d\u200be");
        assertEquals("a", UnicodeText.strip(" \u2028a\u0085"));
    }

    @Test
    void lowerCaseIsFullAndKnowsTheFinalSigma() {
        assertEquals("i\u0307x", UnicodeText.lowerCase("\u0130X"));
        assertEquals("ὀδυσσεύς, οδος", UnicodeText.lowerCase("ὈΔΥΣΣΕΎΣ, ΟΔΟΣ"));
        assertEquals("σ", UnicodeText.lowerCase("Σ"));
        assertEquals("ασ'α", UnicodeText.lowerCase("ΑΣ'Α"));
        assertEquals("ας' α", UnicodeText.lowerCase("ΑΣ' Α"));
        assertEquals("\uD801\uDC28", UnicodeText.lowerCase("\uD801\uDC00"));
    }

    private static void assertTokens(BleuTokenizer tokenizer, String line, String expected) {
        assertEquals(List.of(expected.split(" ")), tokenizer.tokenize(line));
    }
}
