package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {

    private static void check(double mostError, List<float[]> ours, List<float[]> its) {
        Agreement.check(
                "some",
                Contender.other(
                        "peer",
                        mostError,
                        () -> {
                            throw new AssertionError("nothing is to be opened");
                        }),
                ours,
                its);
    }

    @Test
    void theErrorIsTheLengthOfTheDifferenceByThatOfOurs() {
        assertEquals(0.2, Agreement.error(new float[] {3, 4}, new float[] {3, 5}), 1e-12);
        assertEquals(0, Agreement.error(new float[] {0}, new float[] {0}));
        assertEquals(
                Double.POSITIVE_INFINITY, Agreement.error(new float[] {1}, new float[] {1, 1}));
    }

    @Test
    void whatIsFurtherFromOursIsAnError() {
        List<float[]> ours = List.of(new float[] {1}, new float[] {3, 4});
        List<float[]> its = List.of(new float[] {1}, new float[] {3, 5});
        check(0.21, ours, its);
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> check(0.19, ours, its));
        assertEquals(
                "some: peer and ours differ by 2.0e-01 in array 1, where 1.9e-01 is allowed:"
                        + " nothing was timed",
                refused.getMessage());
    }

    @Test
    void whatIsNoNumberOrMissingIsAnError() {
        List<float[]> ours = List.of(new float[] {1});
        assertThrows(
                IllegalStateException.class,
                () -> check(0.5, ours, List.of(new float[] {Float.NaN})));
        assertTrue(
                assertThrows(IllegalStateException.class, () -> check(0.5, ours, List.of()))
                        .getMessage()
                        .contains("gives 0 arrays where we give 1"));
        check(Contender.INCOMPARABLE, ours, List.of());
    }
}
