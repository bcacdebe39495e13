package org.attn4j.models.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.attn4j.models.generate.logits.Logits;
import org.attn4j.models.generate.shortlist.Shortlist;

/**
 * The tokens among which each source of a search chooses by a shortlist. The scores of those that
 * are decoded together are computed for the tokens of them all; each looks at its own, and
 * probabilities are normalised over these, so that a source gives the same whatever is beside it.
 */
final class SourceCandidates {

    private final Shortlist shortlist;
    private final GenerationConfig config;
    private final List<SearchInput> inputs;
    private final int[][] tokens; // of each input that was begun, rising
    private final int[][] columns; // where they are in a row of scores
    private final float[] whole; // (V)

    SourceCandidates(
            Shortlist shortlist,
            GenerationConfig config,
            List<SearchInput> inputs,
            int vocabularySize) {
        this.shortlist = shortlist;
        this.config = config;
        this.inputs = inputs;
        tokens = new int[inputs.size()][];
        columns = new int[inputs.size()][];
        whole = new float[vocabularySize];
    }

    /** The tokens of any of these inputs, rising. */
    int[] union(List<Integer> some) {
        BitSet union = new BitSet(whole.length);
        for (int input : some) {
            if (tokens[input] == null) {
                SearchInput in = inputs.get(input);
                int[] named = TargetRules.named(config, in);
                tokens[input] = shortlist.candidates(in.source(), named, whole.length);
            }
            Arrays.stream(tokens[input]).forEach(union::set);
        }
        return union.stream().toArray();
    }

    /**
     * Finds the columns of inputs.
     *
     * @param present the tokens that there are scores of, rising; null for every token
     */
    void find(List<Integer> some, int[] present) {
        for (int input : some) {
            columns[input] =
                    present == null
                            ? tokens[input]
                            : Arrays.stream(tokens[input])
                                    .map(token -> Arrays.binarySearch(present, token))
                                    .toArray();
        }
    }

    /** Whether inputs choose among every token. */
    boolean areAll(List<Integer> some) {
        return some.stream().allMatch(input -> tokens[input].length == whole.length);
    }

    /**
     * The scores of an input.
     *
     * @param values (R, columns) of all inputs
     * @param width how many columns there are
     * @param firstRow the first of its rows
     * @param rows how many these are
     * @param normalise whether logits are to become log-probabilities
     */
    StepScores of(int input, float[] values, int width, int firstRow, int rows, boolean normalise) {
        int[] own = columns[input];
        float[] scores = new float[rows * own.length];
        float[] row = new float[own.length];
        for (int i = 0; i < rows; i++) {
            int from = (firstRow + i) * width;
            for (int column = 0; column < own.length; column++) {
                row[column] = values[from + own[column]];
            }
            double total = normalise ? Logits.logSumExp(row) : 0;
            for (int column = 0; column < own.length; column++) {
                scores[i * own.length + column] = (float) (row[column] - total);
            }
        }
        return StepScores.of(scores, tokens[input], whole);
    }
}
