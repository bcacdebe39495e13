package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChrfTest {

    private static final double EXACT = 1e-9;

    @Test
    void isTheFScoreOfAveragePrecisionAndRecall() {
        ChrfScore score = Chrf.DEFAULTS.withOrders(2, 0).scoreSentence("a b c", List.of("abd e"));
        // order 1: 2 of 3 and of 4; order 2: 1 of 2 and of 3
        double precision = (2.0 / 3 + 1.0 / 2) / 2;
        double recall = (2.0 / 4 + 1.0 / 3) / 2;
        assertEquals(100 * 5 * precision * recall / (4 * precision + recall), score.score(), EXACT);
        assertEquals("chrF2", score.name());
    }

    @Test
    void epsSmoothingAveragesTheFScores() {
        ChrfScore score =
                Chrf.DEFAULTS
                        .withOrders(2, 0)
                        .withBeta(1)
                        .withEpsSmoothing(true)
                        .scoreSentence("abc", List.of("abde"));
        double first = 2 * (2.0 / 3) * (2.0 / 4) / (2.0 / 3 + 2.0 / 4);
        double second = 2 * (1.0 / 2) * (1.0 / 3) / (1.0 / 2 + 1.0 / 3);
        assertEquals(100 * (first + second) / 2, score.score(), EXACT);
    }

    @Test
    void wordsLoseOnePunctuationMark() {
        Chrf words = Chrf.DEFAULTS.withOrders(0, 1);
        assertEquals(100, words.scoreSentence("( hi", List.of("(hi")).score(), EXACT);
        assertEquals(100, words.scoreSentence("hi )", List.of("hi)")).score(), EXACT);
        // "(hi" and ")": the mark at the end goes, the one at the start stays
        double precision = 1.0 / 3;
        double recall = 1.0 / 2;
        assertEquals(
                100 * 5 * precision * recall / (4 * precision + recall),
                words.scoreSentence("( hi )", List.of("(hi)")).score(),
                EXACT);
        assertEquals("chrF2+", words.name());
        assertEquals("chrF2++", Chrf.plusPlus().name());
    }

    @Test
    void whitespaceCountsWhenAsked() {
        Chrf chrf = Chrf.DEFAULTS.withOrders(1, 0);
        assertEquals(100, chrf.scoreSentence("ab", List.of("a b")).score(), EXACT);
        double recall = 2.0 / 3;
        assertEquals(
                100 * 5 * recall / (4 + recall),
                chrf.withWhitespace(true).scoreSentence("ab", List.of("a b")).score(),
                EXACT);
    }

    @Test
    void characterOutsideTheBasicPlaneIsOneCharacter() {
        // as UTF-16 the first of two units would match
        assertEquals(
                0,
                Chrf.DEFAULTS
                        .withOrders(1, 0)
                        .scoreSentence("\uD83D\uDE00", List.of("\uD83D\uDE01"))
                        .score());
    }

    @Test
    void takesTheBestReferenceOfEachLine() {
        Chrf chrf = Chrf.DEFAULTS;
        assertEquals(100, chrf.scoreSentence("abcdef", List.of("xyz", "abcdef")).score(), EXACT);
        ChrfScore corpus =
                chrf.score(
                        List.of("abcdef", "ghijkl"),
                        List.of(List.of("abcdef", "x"), List.of("y", "ghijkl")));
        assertEquals(100, corpus.score(), EXACT);
    }

    @Test
    void badInputIsNamedInOneSentence() {
        assertEquals(
                "charOrder and wordOrder must be 0 or more and not both 0, got charOrder=0,"
                        + " wordOrder=0",
                assertThrows(IllegalArgumentException.class, () -> Chrf.DEFAULTS.withOrders(0, 0))
                        .getMessage());
        assertEquals(
                "beta must be 0 or more, got beta=-1",
                assertThrows(IllegalArgumentException.class, () -> Chrf.DEFAULTS.withBeta(-1))
                        .getMessage());
    }
}
