package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthBatchesTest {

    @Test
    void rowsOfLikeLengthGoTogetherUpToTheBudget() {
        assertEquals(
                List.of(List.of("", "a", "bb"), List.of("cccc", "dddd"), List.of("eeeee")),
                batches(8, "eeeee", "a", "cccc", "bb", "dddd", ""));
    }

    @Test
    void aRowBeyondTheBudgetIsAlone() {
        assertEquals(List.of(List.of("a"), List.of("bbbb")), batches(2, "bbbb", "a"));
    }

    @Test
    void emptyRowsCountAsOneTokenEach() {
        assertEquals(List.of(List.of("", ""), List.of("")), batches(2, "", "", ""));
    }

    /**
     * Together 4 rows of 9 cost 36 and a call of 10; apart 3 of 2 and one of 9 cost 15 and two
     * calls, 35; with a call of 21 this is 57, and together also 57.
     */
    @Test
    void aBatchEndsWherePaddingWouldCostMoreThanACall() {
        String[] rows = {"aa", "bb", "cc", "ddddddddd"};
        List<List<String>> apart = List.of(List.of("aa", "bb", "cc"), List.of("ddddddddd"));
        assertEquals(apart, batches(new LengthBatches(100, 10), rows));
        assertEquals(apart, batches(new LengthBatches(100, 20), rows));
        assertEquals(List.of(List.of(rows)), batches(new LengthBatches(100, 21), rows));
        assertEquals(List.of(List.of(rows)), batches(LengthBatches.asFewAsCanBe(), rows));
    }

    /** No step from row to row pads much, but all of them together would: 64 rows of 64. */
    @Test
    void manySmallStepsAreCutWhereItCostsLeast() {
        String[] rows = IntStream.rangeClosed(1, 64).mapToObj("x"::repeat).toArray(String[]::new);
        long call = 32;
        List<List<String>> batches = batches(new LengthBatches(5000, call), rows);
        long cost =
                batches.stream()
                        .mapToLong(it -> call + (long) it.size() * it.get(it.size() - 1).length())
                        .sum();
        // n equal parts of w = 64 / n rows cost 32 n, and (w - 1) w / 2 of padding each: least for
        // w = 8
        assertEquals(8 * call + 64 * 65 / 2 + 8 * 28, cost);
        assertEquals(8, batches.size());
    }

    @Test
    void rowsOfOneLengthFillBatches() {
        String[] rows = {"aa", "bb", "cc", "dd", "ee"};
        assertEquals(
                List.of(List.of("aa", "bb", "cc"), List.of("dd", "ee")),
                batches(new LengthBatches(6, 0), rows));
    }

    @Test
    void resultsComeInTheOrderOfTheRows() {
        List<String> rows = List.of("ccc", "a", "bb", "dddd");
        assertEquals(
                List.of("CCC", "A", "BB", "DDDD"),
                new LengthBatches(6)
                        .compute(
                                rows,
                                String::length,
                                batch ->
                                        batch.stream()
                                                .map(it -> it.toUpperCase(Locale.ROOT))
                                                .toList()));
    }

    @Test
    void aTokenThatGivesManyNumbersLeavesRoomForFew() {
        assertEquals(new LengthBatches(3), LengthBatches.ofNumbers(100, 30));
        assertEquals(new LengthBatches(1), LengthBatches.ofNumbers(100, 1000));
        assertThrows(IllegalArgumentException.class, () -> new LengthBatches(0));
        assertThrows(IllegalArgumentException.class, () -> new LengthBatches(1, -1));
    }

    private static List<List<String>> batches(long tokens, String... rows) {
        return batches(new LengthBatches(tokens), rows);
    }

    private static List<List<String>> batches(LengthBatches how, String... rows) {
        List<List<String>> batches = new ArrayList<>();
        how.compute(
                List.of(rows),
                String::length,
                batch -> {
                    batches.add(batch);
                    return batch;
                });
        return batches;
    }
}
