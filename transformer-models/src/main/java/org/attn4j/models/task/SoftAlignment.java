package org.attn4j.models.task;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;

/**
 * How much a model looked at each word of a source when it wrote each word of a target.
 *
 * @param weights (target words, source words); a row sums to less than one where the model looked
 *     at tokens that are of no word, such as the end of the sentence
 */
public record SoftAlignment(float[][] weights) {

    private static final MathContext PRINTED = new MathContext(6);

    public SoftAlignment {
        for (float[] row : weights) {
            Require.that(
                    row.length == weights[0].length,
                    "all target words must have a weight for each source word, got rows of %s and"
                            + " %s",
                    weights[0].length,
                    row.length);
        }
    }

    /**
     * Joins tokens to words: the weight to a word is the sum over its tokens, the weight from a
     * word the mean over its tokens.
     *
     * @param weights a row for each of the first target tokens, a column for each source token and
     *     more; further target tokens do not count
     * @param targetWords the word that each target token is of, or -1
     * @param targets how many target words there are
     * @param sourceWords the word that each source token is of, or -1
     * @param sources how many source words there are
     * @return the weights between words; a word without a token that counts has none
     */
    public static SoftAlignment ofTokens(
            float[][] weights, int[] targetWords, int targets, int[] sourceWords, int sources) {
        float[][] words = new float[targets][sources];
        int[] counts = new int[targets];
        for (int token = 0; token < Math.min(targetWords.length, weights.length); token++) {
            int word = targetWords[token];
            if (word >= 0) {
                counts[word]++;
                for (int read = 0; read < sourceWords.length; read++) {
                    if (sourceWords[read] >= 0) {
                        words[word][sourceWords[read]] += weights[token][read];
                    }
                }
            }
        }
        for (int word = 0; word < targets; word++) {
            for (int source = 0; source < sources && counts[word] > 0; source++) {
                words[word][source] /= counts[word];
            }
        }
        return new SoftAlignment(words);
    }

    /**
     * Links each target word to the source word of the greatest weight, the first of several. A
     * word without any weight has no link.
     *
     * @return the links
     */
    public WordAlignment hard() {
        List<WordAlignment.Link> links = new ArrayList<>();
        for (int target = 0; target < weights.length; target++) {
            float[] row = weights[target];
            int greatest = -1;
            for (int source = 0; source < row.length; source++) {
                if (row[source] > (greatest < 0 ? 0 : row[greatest])) {
                    greatest = source;
                }
            }
            if (greatest >= 0) {
                links.add(new WordAlignment.Link(greatest, target));
            }
        }
        return WordAlignment.of(links);
    }

    /**
     * Links words of more weight than a threshold.
     *
     * @param threshold the weight that a link must exceed
     * @return the links
     */
    public WordAlignment above(double threshold) {
        List<WordAlignment.Link> links = new ArrayList<>();
        for (int target = 0; target < weights.length; target++) {
            for (int source = 0; source < weights[target].length; source++) {
                if (weights[target][source] > threshold) {
                    links.add(new WordAlignment.Link(source, target));
                }
            }
        }
        return WordAlignment.of(links);
    }

    /**
     * Returns the weights as Marian writes them: six digits, with commas between source words and
     * spaces between target words.
     */
    @Override
    public String toString() {
        return Arrays.stream(weights)
                .map(
                        row ->
                                IntStream.range(0, row.length)
                                        .mapToObj(source -> printed(row[source]))
                                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining(" "));
    }

    private static String printed(float weight) {
        return new BigDecimal(weight).round(PRINTED).stripTrailingZeros().toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SoftAlignment that && Arrays.deepEquals(weights, that.weights);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(weights);
    }
}
