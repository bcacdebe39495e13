package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {

    private static List<String> labels(Axis axis) {
        return axis.ticks().stream().map(axis::label).toList();
    }

    @Test
    void ticksAreTheNextRoundNumbersAroundTheValues() {
        // 4.4 / 5 = 0.88, so that a tick comes at each 1
        assertEquals(List.of("0", "1", "2", "3", "4", "5"), labels(Axis.around(0.3, 4.7, 5)));
        // 0.7 / 5 = 0.14, so that a tick comes at each 0.2
        assertEquals(
                List.of("97.2", "97.4", "97.6", "97.8", "98.0"),
                labels(Axis.around(97.2, 97.9, 5)));
        assertEquals(List.of("-0.4", "-0.2", "0", "0.2", "0.4"), labels(Axis.around(-0.4, 0.4, 5)));
        // 21,000 / 5 = 4,200
        assertEquals(
                List.of("0", "5,000", "10,000", "15,000", "20,000", "25,000"),
                labels(Axis.around(1000, 22000, 5)));
    }

    @Test
    void smallNumbersAreWrittenByAPowerOfTen() {
        assertEquals(
                List.of("0", "0.0001", "0.0002", "0.0003", "0.0004", "0.0005"),
                labels(Axis.around(5e-6, 5e-4, 5)));
        assertEquals(
                List.of("0", "1e-5", "2e-5", "3e-5", "4e-5", "5e-5"),
                labels(Axis.around(1e-6, 5e-5, 5)));
        assertEquals(
                List.of("0.8e-6", "0.9e-6", "1e-6", "1.1e-6"),
                labels(Axis.around(0.8e-6, 1.1e-6, 3)));
    }

    @Test
    void aSingleValueHasRoomAroundItButNoneBelowZero() {
        // from 3.5 to 10.5: 7 / 5 = 1.4
        assertEquals(List.of("2", "4", "6", "8", "10", "12"), labels(Axis.around(7, 7, 5)));
        assertEquals(List.of("0", "0.5", "1.0"), labels(Axis.around(0, 0, 5)));
        assertEquals(List.of("-3", "-2", "-1"), labels(Axis.around(-2, -2, 2)));
    }

    @Test
    void stepsAreWholeAndBeginAtZeroWhereThatIsNear() {
        assertEquals(List.of("0", "100", "200", "300"), labels(Axis.steps(1, 300, 5)));
        assertEquals(
                List.of("1,000", "1,100", "1,200", "1,300"), labels(Axis.steps(1000, 1300, 5)));
        assertEquals(List.of("0", "1", "2", "3"), labels(Axis.steps(1, 3, 5)));
        assertEquals(List.of("3", "4", "5"), labels(Axis.steps(3, 5, 5)));
        assertEquals(List.of("7", "8"), labels(Axis.steps(7, 7, 5)));
    }

    @Test
    void sharesGoFromTheBeginningToTheEnd() {
        Axis axis = Axis.around(0.3, 4.7, 5);
        assertEquals(0, axis.share(0));
        assertEquals(0.5, axis.share(2.5));
        assertEquals(1, axis.share(5));
    }
}
