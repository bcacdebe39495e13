package org.attn4j.models.attribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalDouble;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.junit.jupiter.api.Test;

class AttributionTest {

    /** Two texts that follow each other without a separator, each of one word at least. */
    private static final TextPair READ = new TextPair("an unseen", "unseen cat.");

    /** Powers of two tell which tokens a sum is of. */
    private static final Attribution ATTRIBUTION =
            new Attribution(
                    new TokenizedText(
                            new long[9],
                            new String[] {
                                "[CLS]", "an", "un", "##seen", "un", "##seen", "cat", ".", "[SEP]"
                            },
                            new long[9],
                            new long[9],
                            new boolean[] {
                                true, false, false, false, false, false, false, false, true
                            },
                            new int[][] {
                                {0, 0}, {0, 2}, {3, 5}, {5, 9}, {0, 2}, {2, 6}, {7, 10}, {10, 11},
                                {0, 0}
                            },
                            new int[9],
                            new int[] {-1, 0, 0, 0, 1, 1, 1, 1, -1}),
                    new double[] {1, 2, 4, -8, 16, 32, 64, -128, 256},
                    AttributionMethod.GRADIENT,
                    new AttributionTarget(0, "yes", -1, 1),
                    OptionalDouble.empty());

    @Test
    void tokensHaveTheirPlacesAndScores() {
        List<ScoredText> tokens = ATTRIBUTION.scoredTokens();
        assertEquals(9, tokens.size());
        assertEquals(new ScoredText("##seen", 5, 9, 0, false, -8), tokens.get(3));
        assertEquals(new ScoredText("[SEP]", 0, 0, -1, true, 256), tokens.get(8));
    }

    @Test
    void aWordHasTheSumOfItsTokens() {
        assertEquals(
                List.of(
                        new ScoredText("[CLS]", 0, 0, -1, true, 1),
                        new ScoredText("an", 0, 2, 0, false, 2),
                        new ScoredText("unseen", 3, 9, 0, false, 4 - 8),
                        new ScoredText("unseen", 0, 6, 1, false, 16 + 32),
                        new ScoredText("cat.", 7, 11, 1, false, 64 - 128),
                        new ScoredText("[SEP]", 0, 0, -1, true, 256)),
                ATTRIBUTION.scoredWords(READ));
    }

    /** The last word of one text and the first of the next may have the same number. */
    @Test
    void wordsOfTwoTextsAreTwo() {
        TextPair read = new TextPair("anunseen", "unseen cat.");
        List<ScoredText> words = ATTRIBUTION.scoredWords(read);
        assertEquals(
                List.of("[CLS]", "anunseen", "unseen", "cat.", "[SEP]"),
                words.stream().map(ScoredText::text).toList());
        assertEquals(2 + 4 - 8, words.get(1).score());
    }
}
