package org.attn4j.datasets;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.common.Require;

/**
 * A batch of sentence pairs that knows how many tokens it holds without asking a device.
 *
 * <p>{@link #getData()} is [source (B, S), decoder input (B, T)], {@link #getLabels()} is [target
 * (B, T)], all int64. {@link #getIndices()} are the positions of the pairs in the corpus, from 0.
 */
public final class TokenBatch extends Batch {

    private final long[] numbers;
    private final int[] sourceLengths;
    private final int[] targetLengths;

    TokenBatch(
            NDManager manager,
            NDList data,
            NDList labels,
            long[] numbers,
            int[] sourceLengths,
            int[] targetLengths,
            long progress,
            long progressTotal) {
        super(
                manager,
                data,
                labels,
                numbers.length,
                Batchifier.STACK,
                Batchifier.STACK,
                progress,
                progressTotal,
                boxed(numbers));
        this.numbers = numbers;
        this.sourceLengths = sourceLengths;
        this.targetLengths = targetLengths;
    }

    private static List<Long> boxed(long[] numbers) {
        return LongStream.of(numbers).boxed().toList();
    }

    /**
     * Returns the number of source tokens, padding not counted.
     *
     * @return the tokens of all rows
     */
    public long sourceTokens() {
        return Arrays.stream(sourceLengths).asLongStream().sum();
    }

    /**
     * Returns the number of target tokens, padding not counted: what a loss is normalised by.
     *
     * @return the tokens of all rows
     */
    public long targetTokens() {
        return Arrays.stream(targetLengths).asLongStream().sum();
    }

    /**
     * Splits the batch by rows, as evenly as possible, so that no device gets an empty part: with
     * fewer rows than devices there are fewer parts.
     *
     * @param devices where the parts go, in order
     * @param evenSplit whether the rows must divide evenly
     * @return a batch for each device used, a {@link TokenBatch} each
     * @throws IllegalArgumentException if an even split is asked for and not possible
     */
    @Override
    public Batch[] split(Device[] devices, boolean evenSplit) {
        int rows = numbers.length;
        int parts = Math.min(devices.length, rows);
        Require.that(
                !evenSplit || rows % devices.length == 0,
                "a batch of %s rows cannot be split evenly over %s devices: allow an uneven split",
                rows,
                devices.length);
        Batch[] split = new Batch[parts];
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) rows * i / parts);
            int to = (int) ((long) rows * (i + 1) / parts);
            split[i] = part(from, to, devices[i]);
        }
        return split;
    }

    private TokenBatch part(int from, int to, Device device) {
        return new TokenBatch(
                getManager().newSubManager(device),
                rows(getData(), from, to, device),
                rows(getLabels(), from, to, device),
                Arrays.copyOfRange(numbers, from, to),
                Arrays.copyOfRange(sourceLengths, from, to),
                Arrays.copyOfRange(targetLengths, from, to),
                getProgress(),
                getProgressTotal());
    }

    private NDList rows(NDList arrays, int from, int to, Device device) {
        NDList result = new NDList(arrays.size());
        for (NDArray array : arrays) { // (B, T)
            NDArray part =
                    from == 0 && to == numbers.length
                            ? array
                            : array.get(new NDIndex("{}:{}", from, to));
            result.add(part.toDevice(device, false));
        }
        return result;
    }
}
