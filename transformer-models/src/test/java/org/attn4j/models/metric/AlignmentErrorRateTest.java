package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.attn4j.common.WordAlignment;
import org.junit.jupiter.api.Test;

class AlignmentErrorRateTest {

    private static final double ROUNDING = 1e-12; // of a few divisions of doubles

    private static AlignmentErrorRate of(String found, String truth) {
        return AlignmentErrorRate.of(WordAlignment.parse(found), WordAlignment.parse(truth));
    }

    /** A = {00, 11, 12, 23}, S = {00, 11, 31}, P = S and {12}: hits are 2 sure, 3 possible. */
    @Test
    void countsSureAndPossibleLinks() {
        AlignmentErrorRate rate = of("0-0 1-1 1-2 2-3", "0-0 1-1 3-1 1p2");
        assertEquals(new AlignmentErrorRate(4, 3, 2, 3), rate);
        assertEquals(100 * (1 - 5.0 / 7), rate.score(), ROUNDING);
        assertEquals(75, rate.precision(), ROUNDING);
        assertEquals(200.0 / 3, rate.recall(), ROUNDING);
    }

    /** The example in the documentation of NLTK's alignment_error_rate: 0.6666666666666667. */
    @Test
    void agreesWithNltk() {
        assertEquals(100 * 0.6666666666666667, of("0-0 1-2 2-1", "0-0 1-1 2-2").score(), ROUNDING);
    }

    /** All that is sure and only what is possible: no error, however few of the latter. */
    @Test
    void isZeroBetweenSureAndPossible() {
        assertEquals(0, of("0-0", "0-0 1p1 0p1").score());
        assertEquals(0, of("0-0 1-1", "0-0 1p1 0p1").score());
        assertEquals(100, of("0-1", "1-0").score());
        assertEquals(100, of("", "0-0").score());
        assertEquals(0, of("", "1p1").score());
    }

    @Test
    void sumsSentencesBeforeItDivides() {
        AlignmentErrorRate sum =
                List.of(of("0-0", "0-0"), of("0-1 1-0 2-2", "0-0 1-1 2-2")).stream()
                        .reduce(AlignmentErrorRate.NONE, AlignmentErrorRate::plus);
        assertEquals(new AlignmentErrorRate(4, 4, 2, 2), sum);
        assertEquals(50, sum.score(), ROUNDING);
    }

    @Test
    void refusesCountsThatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> new AlignmentErrorRate(1, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new AlignmentErrorRate(1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new AlignmentErrorRate(1, 3, 1, 2));
    }
}
