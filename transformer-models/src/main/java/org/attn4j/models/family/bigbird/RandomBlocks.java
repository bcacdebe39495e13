package org.attn4j.models.family.bigbird;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The random blocks of a layer in training, as transformers draws them: from NumPy's generator, the
 * layer's number being the seed.
 *
 * <p>At the three lengths that the paper's models were trained with, blocks are drawn as the
 * paper's own code does; at others, from the first {@code 5 + 2·num_random_blocks}, as few as a
 * sequence in blocks can have.
 */
final class RandomBlocks {

    private static final Set<Integer> PAPER_LENGTHS = Set.of(1024, 3072, 4096);
    private static final int PAPER_SPAN = 1024;

    private RandomBlocks() {}

    /**
     * Draws blocks.
     *
     * @param length of the sequence, in whole blocks
     * @return for each head and each block as many blocks as {@code num_random_blocks}; the first
     *     and the last block see all anyway
     */
    static int[][][] draw(BigBirdConfig config, int layer, int length) {
        int blocks = (length + config.blockSize() - 1) / config.blockSize();
        int[][][] drawn =
                new int[config.layers().heads()][blocks][config.randomBlocks()]; // (N, blocks, R)
        NumpyRandom numbers = new NumpyRandom(layer);
        if (PAPER_LENGTHS.contains(length)) {
            drawAsInPaper(config, numbers, drawn);
        } else {
            drawFromFirst(config, numbers, drawn);
        }
        return drawn;
    }

    private static void drawFromFirst(BigBirdConfig config, NumpyRandom numbers, int[][][] drawn) {
        int count = 5 + 2 * config.randomBlocks();
        for (int block = 1; block < drawn[0].length; block++) {
            for (int[][] ofHead : drawn) {
                int[] order = numbers.shuffle(IntStream.range(0, count).toArray());
                int own = block;
                int[] legal =
                        Arrays.stream(order)
                                .filter(other -> other > 0 && other < count - 1)
                                .filter(other -> Math.abs(other - own) > 1)
                                .filter(other -> own != 1 || other != count - 2)
                                .filter(other -> own != count - 2 || other != 1)
                                .toArray();
                ofHead[block] = Arrays.copyOf(legal, config.randomBlocks());
            }
        }
    }

    private static void drawAsInPaper(BigBirdConfig config, NumpyRandom numbers, int[][][] drawn) {
        int size = config.blockSize();
        int count = config.layers().maxPositions() / size;
        int last = PAPER_SPAN > 2 * size ? PAPER_SPAN / size - 1 : count - 1;
        for (int[][] ofHead : drawn) {
            for (int block = 1; block < count - 1; block++) {
                int[] order = numbers.shuffle(candidates(block, count, last));
                if (block < ofHead.length) {
                    ofHead[block] = Arrays.copyOf(order, config.randomBlocks());
                }
            }
        }
    }

    /** What a block may draw from, slips of the original included. */
    private static int[] candidates(int block, int count, int last) {
        int[] middle = IntStream.range(1, count - 1).toArray();
        if (block == 1 || block == 2) {
            return slice(middle, block + 1, last);
        }
        if (block >= count - 3) {
            return slice(middle, 0, last);
        }
        int start = block - 2;
        if (start > last) {
            return slice(middle, 0, last);
        }
        if (block + 1 == last) {
            return slice(middle, 0, start);
        }
        return IntStream.concat(
                        Arrays.stream(slice(middle, 0, start)),
                        Arrays.stream(slice(middle, block + 1, last)))
                .toArray();
    }

    private static int[] slice(int[] values, int from, int to) {
        int end = Math.min(to, values.length);
        return from < end ? Arrays.copyOfRange(values, from, end) : new int[0];
    }
}
