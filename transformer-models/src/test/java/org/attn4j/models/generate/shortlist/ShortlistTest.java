package org.attn4j.models.generate.shortlist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShortlistTest {

    private static final int[] NONE = {};

    private static LexicalTable table(int frequent, int best) {
        return LexicalTable.builder(frequent, best)
                .add(2, 9, 0.2)
                .add(2, 8, 0.5)
                .add(2, 6, 0.2)
                .add(2, 5, 0)
                .add(4, 7, 1)
                .addFrequency(3, 0.1)
                .addFrequency(1, 0.4)
                .build();
    }

    @Test
    void aTableKeepsTheBestInTheirOrder() {
        LexicalTable table = table(1, 2);
        assertArrayEquals(new int[] {8, 6}, table.translations(2));
        assertArrayEquals(new float[] {0.5f, 0.2f}, table.probabilities(2));
        assertArrayEquals(NONE, table.translations(3));
        assertArrayEquals(new int[] {1}, table.frequent());
        LexicalTable.Builder many = LexicalTable.builder(0, 2);
        for (int i = 0; i < 1000; i++) {
            many.add(0, i, (i * 7 % 1000 + 1) / 1000.0);
        }
        assertArrayEquals(new int[] {857, 714}, many.build().translations(0));
    }

    @Test
    void aSourceHasWhatIsFrequentSpecialNamedAndItsTranslations() {
        Shortlist shortlist = Shortlist.of(table(2, 2), 2, 2, new int[] {11}, 12);
        assertArrayEquals(
                new int[] {1, 3, 6, 8, 10, 11},
                shortlist.candidates(new int[] {2, 2, 3, 99}, new int[] {10}, 12));
        assertArrayEquals(new int[] {1, 3, 7, 11}, shortlist.candidates(new int[] {4}, NONE, 12));
    }

    @Test
    void theFirstIdsStandInForFrequentTokensThatNoTableTells() {
        Shortlist shortlist = Shortlist.of(table(9, 1), 3, 1, NONE, 12);
        assertArrayEquals(new int[] {0, 1, 3}, shortlist.candidates(NONE, NONE, 12));
    }

    @Test
    void tokensThatTheModelLacksAreRefused() {
        Shortlist shortlist = new Shortlist(new int[] {12}, List.of());
        assertThrows(IllegalArgumentException.class, () -> shortlist.candidates(NONE, NONE, 12));
        assertThrows(
                IllegalArgumentException.class, () -> new Shortlist(new int[] {-1}, List.of()));
    }
}
