package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TerTest {

    private static final double EXACT = 1e-9;
    private static final int EDGE_PAIRS = 16;
    private static final Ter TER = Ter.DEFAULTS;

    @Test
    void countsAShiftedPhraseAsOneEdit() {
        // Snover et al. 2006, section 3: one shift, one insertion, two substitutions, 13 words
        TerScore score =
                TER.scoreSentence(
                        "THIS WEEK THE SAUDIS denied information published in the new york times",
                        List.of(
                                "SAUDI ARABIA denied THIS WEEK information published in the AMERICAN"
                                        + " new york times"));
        assertEquals(4, score.edits());
        assertEquals(100 * 4.0 / 13, score.score(), EXACT);
        assertEquals("TER = 30.77", score.format());
        assertFalse(TER.higherIsBetter());
    }

    @Test
    void countsInsertionsDeletionsAndSubstitutions() {
        assertEquals(1, edits("a b d", "a b c d"));
        assertEquals(1, edits("a b x c", "a b c"));
        assertEquals(1, edits("a x c", "a b c"));
        assertEquals(1, edits("c a b", "a b c"));
        assertEquals(0, edits("A  b ", "a B"));
    }

    @Test
    void takesTheNearestReferenceAndTheAverageLength() {
        TerScore score = TER.scoreSentence("a b c", List.of("a b c d e", "a b x"));
        assertEquals(1, score.edits());
        assertEquals(4, score.referenceLength());
        assertEquals(25, score.score(), EXACT);
    }

    /**
     * Small pairs, with sacreBLEU 2.6.0's counts, that each tell one rule of the search: how equal
     * shifts are ranked, the longest phrase, the farthest shift, the number of tries, the beam.
     */
    @Test
    void followsTercomsSearchToTheLetter() throws IOException {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                TerTest.class.getResourceAsStream("/goldens/ter-edits.tsv"),
                                StandardCharsets.UTF_8))) {
            List<String[]> pairs = lines.lines().map(line -> line.split("\t")).toList();
            assertEquals(EDGE_PAIRS, pairs.size());
            for (String[] pair : pairs) {
                assertEquals(Long.parseLong(pair[0]), edits(pair[1], pair[2]), pair[1]);
            }
        }
    }

    @Test
    void emptyTextIsCounted() {
        assertEquals(2, edits("", "a b"));
        assertEquals(100, TER.scoreSentence("a b c", List.of("")).score(), EXACT);
        assertEquals(0, TER.scoreSentence("", List.of("")).score(), EXACT);
    }

    @Test
    void optionsChangeTheTokens() {
        Ter options = Ter.DEFAULTS;
        assertEquals(List.of("it's", "\"x-1\","), options.tokens("It's \"x-1\", "));
        assertEquals(
                List.of("it", "'s", "\"", "1", "-", "2", "\"", ",", "&", "3.5"),
                options.withNormalized(true).tokens("It's \"1-2\", &amp; 3.5"));
        assertEquals(
                List.of("It's", "a\u3002"),
                Ter.DEFAULTS
                        .withNoPunctuation(true)
                        .withCaseSensitive(true)
                        .tokens("It's (a\u3002)!"));
        assertEquals(
                List.of("its\u4e2d\u6587"),
                Ter.DEFAULTS
                        .withNoPunctuation(true)
                        .withAsianSupport(true)
                        .tokens("its\u3002\u4e2d\u6587\uff01"));
        assertEquals(
                List.of("\u4e2d", "\u6587", "ab"),
                Ter.DEFAULTS.withNormalized(true).withAsianSupport(true).tokens("\u4e2d\u6587ab"));
    }

    @Test
    void equalsPlainLevenshteinWhereNothingCanShift() {
        // Distinct words in the same order: no phrase has another place to go to.
        Random random = new Random(7);
        for (int trial = 0; trial < 50; trial++) {
            List<String> reference =
                    IntStream.range(0, 1 + random.nextInt(40)).mapToObj(i -> "w" + i).toList();
            List<String> hypothesis =
                    reference.stream()
                            .filter(word -> random.nextInt(4) > 0)
                            .collect(Collectors.toCollection(ArrayList::new));
            int kept = hypothesis.size();
            assertEquals(
                    reference.size() - kept,
                    edits(String.join(" ", hypothesis), String.join(" ", reference)));
        }
    }

    @Test
    void veryLongLinesAreScored() {
        List<String> words = IntStream.range(0, 2000).mapToObj(i -> "w" + i % 50).toList();
        List<String> reversed = new ArrayList<>(words);
        Collections.reverse(reversed);
        long edits = edits(String.join(" ", words), String.join(" ", reversed));
        assertTrue(edits > 1000 && edits <= 2000, "edits: " + edits);
        assertEquals(1999, edits("w0", String.join(" ", words)));
    }

    private static long edits(String hypothesis, String reference) {
        return TER.scoreSentence(hypothesis, List.of(reference)).edits();
    }
}
