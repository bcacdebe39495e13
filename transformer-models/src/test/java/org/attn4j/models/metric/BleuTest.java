package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BleuTest {

    private static final double EXACT = 1e-9;
    private static final List<String> HYPOTHESES = List.of("a b c d e f", "x y");
    private static final List<List<String>> REFERENCES = List.of(List.of("a b c d g h", "x y z"));

    @Test
    void isTheGeometricMeanOfPrecisionsTimesTheBrevityPenalty() {
        BleuScore score = Bleu.DEFAULTS.score(HYPOTHESES, REFERENCES);
        // matches 4+2, 3+1, 2+0, 1+0 of 8, 6, 4, 3 n-grams; 8 words against 9
        assertEquals(List.of(6.0, 4.0, 2.0, 1.0), score.counts());
        assertEquals(List.of(8.0, 6.0, 4.0, 3.0), score.totals());
        double mean = Math.pow(6.0 / 8 * 4 / 6 * 2 / 4 * 1 / 3, 0.25);
        assertEquals(100 * Math.exp(1 - 9.0 / 8) * mean, score.score(), EXACT);
        assertEquals(Math.exp(1 - 9.0 / 8), score.brevityPenalty(), EXACT);
        assertEquals(8.0 / 9, score.ratio(), EXACT);
    }

    @Test
    void clipsMatchesAtTheReferenceThatHasMost() {
        BleuScore score =
                Bleu.DEFAULTS
                        .withMaxOrder(1)
                        .scoreSentence(
                                "the the the the the the the",
                                List.of("the cat is on the mat", "there is a cat on the mat"));
        // Papineni et al. 2002, section 2.1: 2 of 7
        assertEquals(List.of(2.0), score.counts());
        assertEquals(100 * 2.0 / 7, score.precisions().get(0), EXACT);
    }

    @Test
    void comparesLengthWithTheClosestReferenceAndTheShorterOfTwo() {
        Bleu bleu = Bleu.DEFAULTS;
        assertEquals(
                4,
                bleu.scoreSentence("a b c", List.of("a", "a b c d e", "a b c d"))
                        .referenceLength());
        assertEquals(2, bleu.scoreSentence("a b c", List.of("a b c d", "a b")).referenceLength());
    }

    @Test
    void smoothsOrdersWithoutAMatch() {
        String hypothesis = "a b d c";
        List<String> reference = List.of("a b c d");
        // matches 4, 1, 0, 0 of 4, 3, 2, 1
        assertEquals(
                100 * Math.pow(1.0 / 3 * (0.5 / 2) * (0.25 / 1), 0.25),
                sentence(BleuSmoothing.exp(), hypothesis, reference),
                EXACT);
        assertEquals(
                100 * Math.pow(1.0 / 3 * (0.2 / 2) * (0.2 / 1), 0.25),
                sentence(BleuSmoothing.floor(0.2), hypothesis, reference),
                EXACT);
        assertEquals(
                100 * Math.pow(2.0 / 4 * (1.0 / 3) * (1.0 / 2), 0.25),
                sentence(BleuSmoothing.addK(), hypothesis, reference),
                EXACT);
        assertEquals(0, sentence(BleuSmoothing.none(), hypothesis, reference), EXACT);
    }

    @Test
    void effectiveOrderLeavesOutOrdersLongerThanTheSentence() {
        Bleu bleu = Bleu.DEFAULTS;
        assertEquals(0, bleu.scoreSentence("a b", List.of("a b")).score(), EXACT);
        assertEquals(
                100,
                bleu.withEffectiveOrder(true).scoreSentence("a b", List.of("a b")).score(),
                EXACT);
    }

    @Test
    void emptyTextScoresZero() {
        BleuScore empty = Bleu.DEFAULTS.scoreSentence("  ", List.of("a b"));
        assertEquals(0, empty.score());
        assertEquals(0, empty.brevityPenalty());
        BleuScore both = Bleu.DEFAULTS.scoreSentence("", List.of(""));
        assertEquals(0, both.score());
        assertEquals(0, both.ratio());
    }

    @Test
    void takesATokenizerOfOnesOwn() {
        ScoringTokenizer commas =
                new ScoringTokenizer() {
                    @Override
                    public String label() {
                        return "commas";
                    }

                    @Override
                    public List<String> tokenize(String line) {
                        return List.of(line.split(","));
                    }
                };
        BleuScore score =
                Bleu.DEFAULTS
                        .withTokenizer(commas)
                        .withMaxOrder(2)
                        .scoreSentence("a b,c", List.of("a,b c"));
        assertEquals(List.of(0.0, 0.0), score.counts());
        assertEquals(
                "nrefs:1|case:mixed|eff:no|tok:commas|smooth:exp|version:2.6.0", score.signature());
    }

    @Test
    void formatsAsPrintfDoesWithTiesToEven() {
        BleuScore score =
                new BleuScore(
                        0.125, List.of(12.25, 0.25), List.of(), List.of(), 0.0625, 1, 2, "nrefs:1");
        assertEquals(
                "BLEU = 0.12 12.2/0.2 (BP = 0.062 ratio = 0.500 hyp_len = 1 ref_len = 2)",
                score.format());
        assertEquals(
                "BLEU|nrefs:1 = 0.12 12.2/0.2 (BP = 0.062 ratio = 0.500 hyp_len = 1 ref_len = 2)",
                score.formatWithSignature());
    }

    @Test
    void mapHoldsEveryFigure() {
        Map<String, Object> map = Bleu.DEFAULTS.score(HYPOTHESES, REFERENCES).toMap();
        assertEquals(
                List.of(
                        "name",
                        "score",
                        "signature",
                        "format",
                        "precisions",
                        "counts",
                        "totals",
                        "bp",
                        "ratio",
                        "sys_len",
                        "ref_len"),
                List.copyOf(map.keySet()));
    }

    @Test
    void badInputIsNamedInOneSentence() {
        Bleu bleu = Bleu.DEFAULTS;
        assertMessage(
                "a corpus score needs one hypothesis at least, got none",
                () -> bleu.score(List.of(), List.of(List.of())));
        assertMessage(
                "a corpus score needs one stream of references at least, got none",
                () -> bleu.score(List.of("a"), List.of()));
        assertMessage(
                "each hypothesis needs a reference: got 2 hypotheses and 1 lines in reference"
                        + " stream 2",
                () -> bleu.score(List.of("a", "b"), List.of(List.of("a", "b"), List.of("a"))));
        assertMessage(
                "line 2 has no reference: each line needs one at least",
                () -> bleu.score(List.of("a", "b"), List.of(Arrays.asList("a", null))));
        assertMessage(
                "hypothesis 1 is null: give an empty string for an empty line",
                () -> bleu.score(Arrays.asList((String) null), List.of(List.of("a"))));
        assertMessage(
                "maxOrder must be 1 or more, got maxOrder=0", () -> Bleu.DEFAULTS.withMaxOrder(0));
        assertMessage(
                "smoothing value must be 0 or more, got value=-1.0", () -> BleuSmoothing.floor(-1));
        assertMessage(
                "smoothing exp takes no value, got value=1.0",
                () -> new BleuSmoothing(BleuSmoothing.Method.EXP, 1));
        assertMessage(
                "tokenize must be one of 13a, intl, none, char, zh, got tokenize=14a",
                () -> BleuTokenizer.of("14a"));
    }

    private static double sentence(
            BleuSmoothing smoothing, String hypothesis, List<String> references) {
        return Bleu.DEFAULTS.withSmoothing(smoothing).scoreSentence(hypothesis, references).score();
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }
}
