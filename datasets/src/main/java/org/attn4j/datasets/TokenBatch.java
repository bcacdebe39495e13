package org.attn4j.datasets;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;

/**
 * A batch of sentence pairs that knows how many tokens it holds without asking a device.
 *
 * <p>{@link #getData()} is [source (B, S), decoder input (B, T)], {@link #getLabels()} is [target
 * (B, T)], all int64. {@link #getIndices()} are the positions of the pairs in the corpus, from 0.
 */
public final class TokenBatch extends ExampleBatch {

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
        super(manager, data, labels, numbers, progress, progressTotal);
        this.sourceLengths = sourceLengths;
        this.targetLengths = targetLengths;
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

    @Override
    TokenBatch part(int from, int to, Device device) {
        return new TokenBatch(
                getManager().newSubManager(device),
                rows(getData(), from, to, device),
                rows(getLabels(), from, to, device),
                numbers(from, to),
                Arrays.copyOfRange(sourceLengths, from, to),
                Arrays.copyOfRange(targetLengths, from, to),
                getProgress(),
                getProgressTotal());
    }
}
