package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.attn4j.models.tokenizer.TextWords;
import org.junit.jupiter.api.Test;

class SoftAlignmentTest {

    private static final SoftAlignment WEIGHTS =
            new SoftAlignment(
                    new float[][] {
                        {0.125f, 0.5f, 0.25f}, {0.75f, 0.125f, 0.125f}, {0.25f, 0.5f, 0.25f}
                    });

    @Test
    void linksEachTargetWordToItsGreatestWeight() {
        assertEquals("0-1 1-0 1-2", WEIGHTS.hard().toString());
    }

    @Test
    void takesTheFirstOfEqualWeightsAndNoneOfNone() {
        SoftAlignment even = new SoftAlignment(new float[][] {{0.25f, 0.25f}, {0, 0}, {0, 0.1f}});
        assertEquals("0-0 1-2", even.hard().toString());
    }

    @Test
    void linksWhatExceedsAThreshold() {
        assertEquals("0-1 0-2 1-0 1-2 2-0 2-2", WEIGHTS.above(0.125).toString());
        assertEquals("0-1", WEIGHTS.above(0.5).toString());
        assertEquals("", WEIGHTS.above(0.75).toString());
    }

    /** Six digits, as C++ prints floats. */
    @Test
    void writesSoftAlignmentsAsMarianDoes() {
        assertEquals("0.125,0.5,0.25 0.75,0.125,0.125 0.25,0.5,0.25", WEIGHTS.toString());
        SoftAlignment thirds = new SoftAlignment(new float[][] {{1 / 3f, 2 / 3f, 0, 1}});
        assertEquals("0.333333,0.666667,0,1", thirds.toString());
        assertEquals("", new SoftAlignment(new float[0][]).toString());
    }

    @Test
    void averagesTheHeadsOfALayer() {
        SoftAlignment other =
                new SoftAlignment(new float[][] {{0.375f, 0, 0}, {0.25f, 0, 0}, {0.25f, 0, 0.5f}});
        WordAttention seen =
                new WordAttention(
                        TextWords.of("a b c"),
                        TextWords.of("d e f"),
                        List.of(List.of(WEIGHTS, other)));
        assertEquals(
                new SoftAlignment(
                        new float[][] {
                            {0.25f, 0.25f, 0.125f},
                            {0.5f, 0.0625f, 0.0625f},
                            {0.25f, 0.25f, 0.375f}
                        }),
                seen.layer(0));
        assertThrows(IllegalArgumentException.class, () -> seen.layer(1));
    }

    @Test
    void refusesRowsOfDifferentLengths() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new SoftAlignment(new float[][] {{1}, {1, 0}}));
    }
}
