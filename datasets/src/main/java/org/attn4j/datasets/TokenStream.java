package org.attn4j.datasets;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Batches of blocks of one long text that runs on from block to block: what a block begins with has
 * no more before it. A text is cut at fixed borders, each of its tokens but the first predicted
 * once; or, to learn from, at random ones, so that no token always stands at the same position.
 *
 * <p>The data are {@code input_ids} (B, T); the labels are the next tokens (B, T), {@link
 * MaskedTexts#IGNORED} behind the end of a block that is shorter than others. Padding stands behind
 * a block, where nothing sees it.
 */
public final class TokenStream implements Collator<TokenStream.Block> {

    /** The names of the data. */
    public static final List<String> INPUTS = List.of("input_ids");

    private final int[] ids;
    private final int blockLength;
    private final boolean moved;

    /**
     * A part of a stream.
     *
     * @param start where it begins
     * @param length how many positions it has
     */
    public record Block(int start, int length) {}

    /**
     * Creates a stream.
     *
     * @param ids its tokens, two at least
     * @param blockLength T
     * @param moved whether every block is moved by a random number of tokens, below its length,
     *     each time it is read
     * @throws IllegalArgumentException if a value is out of range
     */
    public TokenStream(int[] ids, int blockLength, boolean moved) {
        Require.that(ids.length >= 2, "a text needs two tokens, got %s", ids.length);
        Require.that(
                blockLength >= 1,
                "blockLength must be at least 1, got blockLength=%s",
                blockLength);
        this.ids = ids;
        this.blockLength = blockLength;
        this.moved = moved;
    }

    /**
     * Returns the blocks, which have all tokens but the first as labels once.
     *
     * @return the blocks, in order; the last may be shorter
     */
    public List<Block> blocks() {
        int predicted = ids.length - 1;
        return IntStream.iterate(0, start -> start < predicted, start -> start + blockLength)
                .mapToObj(start -> new Block(start, Math.min(blockLength, predicted - start)))
                .toList();
    }

    @Override
    public Columns collate(NDManager manager, List<Block> examples, long seed) {
        Randomness random = new Randomness(seed);
        int width = examples.stream().mapToInt(Block::length).max().orElseThrow();
        IdTable inputs = new IdTable(examples.size(), width, 0); // (B, T)
        IdTable labels = new IdTable(examples.size(), width, MaskedTexts.IGNORED);
        for (int row = 0; row < examples.size(); row++) {
            int length = examples.get(row).length();
            int start = examples.get(row).start();
            if (moved) {
                start = Math.min(start + random.nextInt(blockLength), ids.length - 1 - length);
            }
            inputs.put(row, 0, Arrays.copyOfRange(ids, start, start + length));
            labels.put(row, 0, Arrays.copyOfRange(ids, start + 1, start + 1 + length));
        }
        return new Columns(new NDList(inputs.array(manager)), new NDList(labels.array(manager)));
    }
}
