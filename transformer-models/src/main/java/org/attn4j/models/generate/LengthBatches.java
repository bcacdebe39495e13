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
 * the memory of a batch does not depend on how long its rows are.
 *
 * @param tokens the most tokens of a batch: its rows times the longest; a row that is longer has a
 *     batch of its own
 */
public record LengthBatches(long tokens) {

    public LengthBatches {
        Require.that(tokens >= 1, "tokens must be positive, got %s", tokens);
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
        List<T> results = new ArrayList<>(Collections.nCopies(rows.size(), null));
        for (int from = 0; from < byLength.size(); ) {
            int own = batchClass.applyAsInt(length.applyAsInt(rows.get(byLength.get(from))));
            int to = from + 1;
            while (to < byLength.size()) {
                int longest = length.applyAsInt(rows.get(byLength.get(to)));
                boolean fits = (to + 1L - from) * Math.max(1, longest) <= tokens;
                if (!fits || batchClass.applyAsInt(longest) != own) {
                    break;
                }
                to++;
            }
            List<Integer> indices = byLength.subList(from, to);
            List<T> found = compute.apply(indices.stream().map(rows::get).toList());
            for (int i = 0; i < indices.size(); i++) {
                results.set(indices.get(i), found.get(i));
            }
            from = to;
        }
        return results;
    }
}
