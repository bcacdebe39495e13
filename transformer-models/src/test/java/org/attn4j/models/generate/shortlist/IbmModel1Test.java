package org.attn4j.models.generate.shortlist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IbmModel1Test {

    private static final int DAS = 3;
    private static final int HAUS = 4;
    private static final int BUCH = 5;
    private static final int EIN = 6;
    private static final int THE = 1;
    private static final int HOUSE = 2;
    private static final int BOOK = 7;
    private static final int A = 8;

    private static final List<int[]> SOURCES =
            List.of(new int[] {DAS, HAUS}, new int[] {DAS, BUCH}, new int[] {EIN, BUCH});
    private static final List<int[]> TARGETS =
            List.of(new int[] {THE, HOUSE}, new int[] {THE, BOOK}, new int[] {A, BOOK});

    /** The example of Koehn 2010, "Statistical Machine Translation", figure 4.4. */
    @Test
    void theExampleOfTheTextbookHasItsProbabilities() {
        LexicalTable first = IbmModel1.train(SOURCES, TARGETS, 1, 9, 9);
        assertArrayEquals(new int[] {THE, HOUSE, BOOK}, first.translations(DAS));
        assertArrayEquals(new float[] {0.5f, 0.25f, 0.25f}, first.probabilities(DAS), 1e-6f);
        assertArrayEquals(new float[] {0.5f, 0.5f}, first.probabilities(HAUS), 1e-6f);

        LexicalTable second = IbmModel1.train(SOURCES, TARGETS, 2, 9, 9);
        assertArrayEquals(
                new float[] {0.6364f, 0.1818f, 0.1818f}, second.probabilities(DAS), 1e-4f);
        assertArrayEquals(new int[] {HOUSE, THE}, second.translations(HAUS));
        assertArrayEquals(new float[] {0.5714f, 0.4286f}, second.probabilities(HAUS), 1e-4f);

        LexicalTable third = IbmModel1.train(SOURCES, TARGETS, 3, 9, 9);
        assertArrayEquals(new float[] {0.7479f, 0.1313f, 0.1208f}, third.probabilities(DAS), 1e-4f);
        assertArrayEquals(new int[] {BOOK, A, THE}, third.translations(BUCH));
    }

    @Test
    void theMostFrequentTokensAreToldWithTheirShares() {
        LexicalTable table = IbmModel1.train(SOURCES, TARGETS, 1, 3, 9);
        assertArrayEquals(new int[] {THE, BOOK, HOUSE}, table.frequent());
        assertArrayEquals(new float[] {2 / 6f, 2 / 6f, 1 / 6f}, table.frequencies(), 1e-6f);
    }

    @Test
    void pairsBehindTheMostThatAreHeldAreLeftOut() {
        LexicalTable table = IbmModel1.train(SOURCES, TARGETS, 2, 9, 9, 4);
        assertArrayEquals(new int[] {HOUSE, THE}, table.translations(HAUS));
        assertEquals(5, table.sources()); // no token behind HAUS
    }

    @Test
    void manyTokensTranslateAsTheyAreDrawn() {
        Random random = new Random(3);
        List<int[]> sources = new ArrayList<>();
        List<int[]> targets = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int[] source = random.ints(6, 0, 500).toArray();
            sources.add(source);
            targets.add(Arrays.stream(source).map(token -> 499 - token).toArray());
        }
        LexicalTable table = IbmModel1.train(sources, targets, 5, 9, 3);
        for (int token = 0; token < 500; token++) {
            assertEquals(499 - token, table.translations(token)[0]);
        }
    }

    @Test
    void aTargetWithoutASourceIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> IbmModel1.train(SOURCES, TARGETS.subList(0, 2), 1, 9, 9));
    }
}
