package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Medians and ratios, worked out by hand; the numbers are exact in binary. */
class StatisticsTest {

    private static final Contender.Opener NEVER =
            () -> {
                throw new AssertionError("nothing is to be opened");
            };

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoThere() {
        assertEquals(3, Statistics.median(7, 1, 3));
        assertEquals(2.5, Statistics.median(100, 2, 3, 1));
        assertEquals(4, Statistics.median(4));
        assertThrows(IllegalArgumentException.class, Statistics::median);
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        // 1/2, 8/2, 3/4: the median is 3/4, where that of the medians would be 3/2
        assertEquals(0.75, Statistics.medianRatio(new double[] {1, 8, 3}, new double[] {2, 2, 4}));
        assertThrows(
                IllegalArgumentException.class,
                () -> Statistics.medianRatio(new double[2], new double[3]));
    }

    @Test
    void rowsAreHeldAgainstOursAndTheFastestBound() {
        Measurement measurement =
                Measurement.of(
                        "some",
                        "step",
                        1,
                        List.of(
                                Contender.ours(NEVER),
                                Contender.other("slow", 0, NEVER),
                                Contender.bound("bound a", NEVER),
                                Contender.bound("bound b", NEVER)));
        List<Row> rows =
                Rows.of(
                        measurement,
                        List.of(
                                new Times(new double[] {4, 6, 8}, new double[] {2, 3, 4}),
                                new Times(new double[] {8, 24, 16}, new double[] {8, 9, 8}),
                                new Times(new double[] {3, 4, 5}, new double[] {3, 4, 5}),
                                new Times(new double[] {2, 3, 4}, new double[] {1, 1, 2})),
                        Arrays.asList(5L, null, null, 7L));
        assertEquals(new Row("some", "ours", "step", 6, 3, 1, 1, 2.0, 2.0, 5L), rows.get(0));
        // ours by it: 1/2, 1/4, 1/2; it by bound b: 4, 8, 4; wall: 1/4, 1/3, 1/2; 8, 9, 4
        assertEquals(
                new Row("some", "slow", "step", 16, 8, 0.5, 1 / 3.0, 4.0, 8.0, null), rows.get(1));
        assertEquals(1.0, rows.get(3).itToBoundCpu());
    }

    @Test
    void withoutABoundThereIsNoRatioToIt() {
        Measurement measurement = Measurement.of("some", "text", 1, List.of(Contender.ours(NEVER)));
        Times times = new Times(new double[] {1}, new double[] {2});
        Row row = Rows.of(measurement, List.of(times), Arrays.asList((Long) null)).get(0);
        assertNull(row.itToBoundCpu());
        assertNull(row.itToBoundWall());
    }

    @Test
    void timesAreForOneUnit() {
        Times times = Times.ofRounds(2);
        times.set(1, new Stopwatch.Lap(12_000_000, 6_000_000), 4);
        assertEquals(3, times.cpu()[1]);
        assertEquals(1.5, times.wall()[1]);
    }
}
