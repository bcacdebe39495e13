package org.attn4j.models.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Computes rows in batches of like length that fit a budget of tokens, padding included, so that
 * the memory of a batch does not depend on how long its rows are. Among all ways to cut the rows,
 * sorted by length, into batches, it takes the one that costs least: padding is computed like any
 * token, and each batch costs a call.
 *
 * @param tokens the most tokens of a batch: its rows times the longest; a row that is longer has a
 *     batch of its own
 * @param call what a batch more costs, in tokens
 */
public record LengthBatches(long tokens, long call) {

    /**
     * The weights are read from memory once for each batch. A processor does some 20 to 60
     * multiplications and additions in the time in which it reads a number of four bytes.
     */
    private static final long CALL = 32;

    public LengthBatches {
        Require.that(tokens >= 1, "tokens must be positive, got %s", tokens);
        Require.that(call >= 0, "call must not be negative, got %s", call);
    }

    /**
     * Makes batches for a call that reads a model's weights once.
     *
     * @param tokens the most tokens of a batch
     */
    public LengthBatches(long tokens) {
        this(tokens, CALL);
    }

    /**
     * Makes as few batches as can be, for rows that share more than one call.
     *
     * @return batches of any number of tokens
     */
    public static LengthBatches asFewAsCanBe() {
        return new LengthBatches(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Returns a budget of tokens of which each gives numbers of its own.
     *
     * @param numbers the most numbers that a batch may give
     * @param each the numbers that a token gives, such as the size of the vocabulary
     * @return the budget, one token at least
     */
    public static LengthBatches ofNumbers(long numbers, long each) {
        return new LengthBatches(Math.max(1, numbers / each));
    }

    /**
     * Computes a result for each row.
     *
     * @param <R> a row
     * @param <T> a result
     * @param rows any number of rows
     * @param length the length of a row; an empty one counts as one token
     * @param compute gives the results of a batch, in its order
     * @return the results, in the order of the rows
     */
    public <R, T> List<T> compute(
            List<R> rows, ToIntFunction<R> length, Function<List<R>, List<T>> compute) {
        return compute(rows, length, tokens -> 0, compute);
    }

    /**
     * Computes a result for each row, in batches of rows of one class.
     *
     * @param <R> a row
     * @param <T> a result
     * @param rows any number of rows
     * @param length the length of a row; an empty one counts as one token
     * @param batchClass the class of a length; all lengths between two of one class are of it
     * @param compute gives the results of a batch, in its order
     * @return the results, in the order of the rows
     */
    public <R, T> List<T> compute(
            List<R> rows,
            ToIntFunction<R> length,
            IntUnaryOperator batchClass,
            Function<List<R>, List<T>> compute) {
        List<Integer> byLength =
                IntStream.range(0, rows.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> length.applyAsInt(rows.get(i))))
                        .toList();
        int[] lengths = byLength.stream().mapToInt(i -> length.applyAsInt(rows.get(i))).toArray();
        List<T> results = new ArrayList<>(Collections.nCopies(rows.size(), null));
        int[] ends = ends(lengths, batchClass);
        for (int from = 0, to; from < lengths.length; from = to) {
            to = ends[from];
            List<Integer> indices = byLength.subList(from, to);
            List<T> found = compute.apply(indices.stream().map(rows::get).toList());
            for (int i = 0; i < indices.size(); i++) {
                results.set(indices.get(i), found.get(i));
            }
        }
        return results;
    }

    /** Where the batch that begins with a row ends, if it costs least to begin one there. */
    private int[] ends(int[] lengths, IntUnaryOperator batchClass) {
        int[] ends = new int[lengths.length];
        double[] costs = new double[lengths.length + 1]; // of all rows from here on
        for (int from = lengths.length - 1; from >= 0; from--) {
            int own = batchClass.applyAsInt(lengths[from]);
            costs[from] = Double.POSITIVE_INFINITY;
            for (int to = from + 1; to <= lengths.length; to++) {
                int longest = Math.max(1, lengths[to - 1]);
                long filled = (long) (to - from) * longest;
                if (to > from + 1 && (filled > tokens || batchClass.applyAsInt(longest) != own)) {
                    break;
                }
                double cost = (double) call + filled + costs[to];
                if (cost <= costs[from]) {
                    costs[from] = cost;
                    ends[from] = to;
                }
            }
        }
        return ends;
    }
}
