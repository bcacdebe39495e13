package org.attn4j.models.family.bigbird;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.pattern.BlockGather;
import org.attn4j.attention.pattern.PatternExtent;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.common.Require;

/**
 * Which blocks see which, as transformers has it: the first and the last block see and are seen by
 * all, and each other block sees itself, its neighbours and some random blocks.
 *
 * <p>Random blocks count in addition to the others. Outside of training transformers draws none but
 * takes the first block for each, which then counts 1 + {@code num_random_blocks} times in the
 * softmax. In training they are drawn for each head and layer, the same in every pass.
 *
 * <p>Short sequences are attended to in full.
 */
final class BigBirdPattern implements SparsePattern {

    private final BigBirdConfig config;
    private final int layer;
    private final int[][][] random; // for each head and block those that it sees; null for none

    /**
     * Creates the pattern of a layer outside of training.
     *
     * @param config the hyperparameters
     * @param layer which layer, from 0: the random blocks of each are others
     */
    BigBirdPattern(BigBirdConfig config, int layer) {
        this(config, layer, null);
    }

    private BigBirdPattern(BigBirdConfig config, int layer, int[][][] random) {
        this.config = config;
        this.layer = layer;
        this.random = random;
    }

    @Override
    public boolean isFull(PatternExtent extent) {
        return !config.inBlocks(extent.keys());
    }

    @Override
    public SparsePattern during(PatternExtent extent, boolean training) {
        return training && config.randomBlocks() > 0 && !isFull(extent)
                ? new BigBirdPattern(config, layer, RandomBlocks.draw(config, layer, extent.keys()))
                : this;
    }

    @Override
    public int groups() {
        return random == null ? 1 : random.length;
    }

    @Override
    public int group(int head) {
        return random == null ? 0 : head;
    }

    @Override
    public int[] columns(int group, int query, PatternExtent extent) {
        if (isFull(extent)) {
            return IntStream.range(0, extent.keys()).toArray();
        }
        return IntStream.of(blocks(group, query / config.blockSize(), extent))
                .distinct()
                .sorted()
                .flatMap(this::positions)
                .filter(key -> extent.allows(query, key))
                .toArray();
    }

    @Override
    public List<BlockGather> gathers(int group, PatternExtent extent) {
        Require.that(
                !extent.causal() && extent.isWhole(),
                "Big Bird's blocks are for texts that are read whole and in both directions");
        int[] all = IntStream.range(0, extent.end()).toArray();
        if (isFull(extent)) {
            return List.of(new BlockGather(new int[][] {all}, new int[][] {all}, null));
        }
        int last = last(extent);
        int[] seeingAll = IntStream.concat(positions(0), present(last, extent)).toArray();
        int[][] queries = new int[last - 1][];
        int[][] keys = new int[last - 1][];
        for (int block = 1; block < last; block++) {
            queries[block - 1] = positions(block).toArray();
            keys[block - 1] =
                    IntStream.of(blocks(group, block, extent))
                            .flatMap(this::positions)
                            .map(position -> position < extent.end() ? position : BlockGather.NONE)
                            .toArray();
        }
        return List.of(
                new BlockGather(new int[][] {seeingAll}, new int[][] {all}, null),
                new BlockGather(queries, level(keys), null));
    }

    @Override
    public NDArray repeats(NDManager manager, int heads, PatternExtent extent) {
        int count = groups() == 1 ? 1 : heads;
        int size = Math.multiplyExact(extent.queries(), extent.keys());
        float[] repeats = new float[Math.multiplyExact(count, size)];
        for (int head = 0; head < count; head++) {
            for (int i = 0; i < extent.queries(); i++) {
                int query = extent.first() + i;
                int[] times = new int[last(extent) + 1];
                for (int block : blocks(group(head), query / config.blockSize(), extent)) {
                    times[block]++;
                }
                for (int key = 0; key < extent.keys(); key++) {
                    int often = Math.max(1, times[key / config.blockSize()]);
                    repeats[head * size + i * extent.keys() + key] = (float) Math.log(often);
                }
            }
        }
        return HostArrays.of(
                manager, repeats, new Shape(1, count, extent.queries(), extent.keys()));
    }

    /** The blocks that a block sees, as often as it does. */
    private int[] blocks(int group, int block, PatternExtent extent) {
        int last = last(extent);
        if (block == 0 || block == last) {
            return IntStream.rangeClosed(0, last).toArray();
        }
        List<Integer> seen = new ArrayList<>(List.of(0, last));
        for (int near = Math.max(1, block - 1); near <= Math.min(last - 1, block + 1); near++) {
            seen.add(near);
        }
        for (int i = 0; i < config.randomBlocks(); i++) {
            seen.add(random == null ? 0 : random[group][block][i]);
        }
        return seen.stream().mapToInt(Integer::intValue).toArray();
    }

    private int last(PatternExtent extent) {
        return (extent.keys() - 1) / config.blockSize();
    }

    private IntStream positions(int block) {
        int size = config.blockSize();
        return IntStream.range(block * size, (block + 1) * size);
    }

    private IntStream present(int block, PatternExtent extent) {
        return positions(block).filter(position -> position < extent.end());
    }

    /** Fills rows up to the same length. */
    private static int[][] level(int[][] rows) {
        int width = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
        return Arrays.stream(rows)
                .map(
                        row -> {
                            int[] filled = Arrays.copyOf(row, width);
                            Arrays.fill(filled, row.length, width, BlockGather.NONE);
                            return filled;
                        })
                .toArray(int[][]::new);
    }
}
