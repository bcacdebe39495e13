package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerScoreTest {

    private static void assertScore(double exact, double f1, String answer, String... right) {
        AnswerScore score = AnswerScore.of(answer, List.of(right));
        assertEquals(exact, score.exact());
        assertEquals(f1, score.f1(), 1e-12);
    }

    /** As SQuAD's evaluate-v1.1.py normalises: lower case, no punctuation, no articles. */
    @Test
    void caseArticlesPunctuationAndSpaceDoNotCount() {
        assertEquals(
                "eiffel tower", AnswerScore.normalized(" The  Eiffel-Tower!".replace("-", " ")));
        assertEquals("eiffeltower", AnswerScore.normalized("the Eiffel-Tower"));
        // Only ASCII punctuation is dropped, and articles only as words.
        assertEquals("“theme” 6½", AnswerScore.normalized("“theme” 6½"));
        assertEquals("b", AnswerScore.normalized("a\u00a0b"));
        assertEquals("über", AnswerScore.normalized("An Über"));
        assertScore(1, 1, "the Denver Broncos.", "Denver broncos");
    }

    @Test
    void sharedWordsCountAsOftenAsBothHaveThem() {
        // 2 shared of 4 answered and of 3 wanted: 2·(2/4)(2/3)/((2/4)+(2/3)) = 4/7
        assertScore(0, 4.0 / 7, "to be to go", "be to happy");
        assertScore(0, 0, "nothing", "shared here");
    }

    @Test
    void theNearestOfSeveralRightAnswersCounts() {
        assertScore(0, 0.8, "in early 2016", "2016", "early 2016");
        assertScore(1, 1, "2016", "in 2016", "2016");
    }

    /** As evaluate-v2.0.py: no answer is right only where there is none. */
    @Test
    void noAnswerIsRightWhereThereIsNone() {
        assertScore(1, 1, "");
        assertScore(0, 0, "something");
        assertScore(0, 0, "", "something");
        assertScore(1, 1, "the");
        assertScore(0, 0, "x", "the");
    }

    @Test
    void percentagesAreMeansOverQuestions() {
        AnswerScore both =
                AnswerScore.of("a b", List.of("b")).plus(AnswerScore.of("x y", List.of("y")));
        assertEquals(50, both.exactPercent());
        // "a" is an article; "x y" and "y" share one word: 2·(1/2)·1/(3/2) = 2/3
        assertEquals(100 * (1 + 2.0 / 3) / 2, both.f1Percent(), 1e-9);
        assertEquals(0, AnswerScore.NONE.f1Percent());
    }
}
