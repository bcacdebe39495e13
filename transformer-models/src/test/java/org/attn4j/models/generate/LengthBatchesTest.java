package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    }

    private static List<List<String>> batches(long tokens, String... rows) {
        List<List<String>> batches = new ArrayList<>();
        new LengthBatches(tokens)
                .compute(
                        List.of(rows),
                        String::length,
                        batch -> {
                            batches.add(batch);
                            return batch;
                        });
        return batches;
    }
}
