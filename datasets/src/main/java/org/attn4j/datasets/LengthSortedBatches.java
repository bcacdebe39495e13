package org.attn4j.datasets;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batches of sequences to translate: sequences of like length together, the longest first, and the
 * results put back in the order of the input.
 *
 * <pre>{@code
 * LengthSortedBatches batches = new LengthSortedBatches(sequences, 4096, 64);
 * List<List<String>> results = new ArrayList<>();
 * for (int i = 0; i < batches.count(); i++) {
 *     results.add(translate(batches.padded(manager, i, padId)));
 * }
 * List<String> translations = batches.restore(results);
 * }</pre>
 */
public final class LengthSortedBatches {

    private final List<int[]> sequences;
    private final List<int[]> batches = new ArrayList<>();

    /**
     * Makes the batches.
     *
     * @param sequences the ids of each sequence
     * @param tokensPerBatch the most tokens in a batch, padding included; a longer sequence has a
     *     batch to itself
     * @param maxSentences the most sequences in a batch
     */
    public LengthSortedBatches(List<int[]> sequences, int tokensPerBatch, int maxSentences) {
        if (tokensPerBatch < 1 || maxSentences < 1) {
            throw new IllegalArgumentException(
                    "tokensPerBatch and maxSentences must be at least 1, got "
                            + tokensPerBatch
                            + " and "
                            + maxSentences);
        }
        this.sequences = List.copyOf(sequences);
        int[] order =
                IntStream.range(0, sequences.size())
                        .boxed()
                        .sorted(Comparator.comparing(i -> -sequences.get(i).length))
                        .mapToInt(Integer::intValue)
                        .toArray();
        for (int start = 0; start < order.length; ) {
            int longest = Math.max(1, sequences.get(order[start]).length);
            int rows = Math.max(1, Math.min(maxSentences, tokensPerBatch / longest));
            int end = Math.min(order.length, start + rows);
            batches.add(Arrays.copyOfRange(order, start, end));
            start = end;
        }
    }

    /**
     * Returns the number of batches.
     *
     * @return the number
     */
    public int count() {
        return batches.size();
    }

    /**
     * Returns which sequences a batch holds.
     *
     * @param batch the batch, from 0
     * @return their places in the input, row by row
     */
    public int[] rows(int batch) {
        return batches.get(batch).clone();
    }

    /**
     * Makes the array of a batch.
     *
     * @param manager the owner of the array, on whose device it is made
     * @param batch the batch, from 0
     * @param padId the id that fills rows up
     * @return ids (B, S), int64, S at least 1
     */
    public NDArray padded(NDManager manager, int batch, int padId) {
        int[] rows = batches.get(batch);
        int width = Math.max(1, sequences.get(rows[0]).length);
        long[] ids = new long[rows.length * width];
        Arrays.fill(ids, padId);
        for (int row = 0; row < rows.length; row++) {
            int[] sequence = sequences.get(rows[row]);
            for (int i = 0; i < sequence.length; i++) {
                ids[row * width + i] = sequence[i];
            }
        }
        return IdArrays.of(manager, ids, new Shape(rows.length, width)); // (B, S)
    }

    /**
     * Puts results back in the order of the input.
     *
     * @param results for each batch, a result for each of its rows
     * @param <T> the type of a result
     * @return a result for each sequence of the input
     */
    public <T> List<T> restore(List<? extends List<? extends T>> results) {
        if (results.size() != batches.size()) {
            throw new IllegalArgumentException(
                    "there must be results for every batch, got "
                            + results.size()
                            + " for "
                            + batches.size());
        }
        List<T> restored = new ArrayList<>(Collections.nCopies(sequences.size(), null));
        for (int batch = 0; batch < batches.size(); batch++) {
            int[] rows = batches.get(batch);
            if (results.get(batch).size() != rows.length) {
                throw new IllegalArgumentException(
                        "there must be a result for every row of batch "
                                + batch
                                + ", got "
                                + results.get(batch).size()
                                + " for "
                                + rows.length);
            }
            for (int row = 0; row < rows.length; row++) {
                restored.set(rows[row], results.get(batch).get(row));
            }
        }
        return restored;
    }
}
