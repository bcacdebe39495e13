package org.attn4j.attention.pattern;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Blocks that see their neighbours, some random blocks, and the global blocks at the start, which
 * see and are seen by all.
 *
 * <p>Zaheer et al. 2020 (Big Bird), section 2 and figure 1, with the paper's internal global
 * tokens: position i is in block ⌊i / blockSize⌋, and block a sees block b when {@code |a − b| ≤
 * window}, {@code b < global}, {@code a < global}, or b is one of the random blocks of a. A key
 * that is reached in several ways counts once. The random blocks are drawn among those not reached
 * otherwise, are the same in every call, and, in a causal extent, lie before the query's block and
 * do not depend on the length.
 *
 * <p>Time and memory T·blockSize·(2·window + 1 + global + random).
 */
public final class BlockPattern implements SparsePattern {

    private final int blockSize;
    private final int window;
    private final int global;
    private final int random;
    private final long seed;
    private final int[][] table; // the random blocks of each block, or null to draw them

    /**
     * Creates a pattern whose random blocks are drawn.
     *
     * @param blockSize positions in a block
     * @param window blocks that are seen on each side
     * @param global blocks at the start that see all and are seen by all
     * @param random further blocks that each block sees
     * @param seed which random blocks
     */
    public BlockPattern(int blockSize, int window, int global, int random, long seed) {
        this(blockSize, window, global, random, seed, null);
    }

    /**
     * Creates a pattern with given random blocks.
     *
     * @param blockSize positions in a block
     * @param window blocks that are seen on each side
     * @param global blocks at the start that see all and are seen by all
     * @param table for each block the random blocks that it sees; they may coincide with others
     */
    public BlockPattern(int blockSize, int window, int global, int[][] table) {
        this(blockSize, window, global, 0, 0, copy(table));
    }

    private BlockPattern(
            int blockSize, int window, int global, int random, long seed, int[][] table) {
        Require.that(
                blockSize >= 1 && window >= 0 && global >= 0 && random >= 0,
                "a block pattern needs blockSize at least 1 and window, global and"
                        + " random at least 0, got blockSize=%s, window=%s, global=%s, random=%s",
                blockSize,
                window,
                global,
                random);
        this.blockSize = blockSize;
        this.window = window;
        this.global = global;
        this.random = random;
        this.seed = seed;
        this.table = table;
    }

    @Override
    public int[] columns(int group, int query, PatternExtent extent) {
        return IntStream.of(seenBlocks(query / blockSize, extent))
                .flatMap(block -> IntStream.range(block * blockSize, (block + 1) * blockSize))
                .filter(key -> extent.allows(query, key))
                .toArray();
    }

    @Override
    public List<BlockGather> gathers(int group, PatternExtent extent) {
        if (!extent.isWhole()) {
            return SparsePattern.super.gathers(group, extent);
        }
        int end = extent.end();
        int seeingAll = Math.min(end, global * blockSize);
        if (seeingAll == 0) {
            return List.of(local(extent));
        }
        int[] queries = IntStream.range(0, seeingAll).toArray();
        int[] keys = IntStream.range(0, extent.causal() ? seeingAll : end).toArray();
        boolean[][] seen = extent.causal() ? upToOwn(seeingAll, seeingAll) : null;
        BlockGather all = new BlockGather(new int[][] {queries}, new int[][] {keys}, seen);
        return seeingAll == end ? List.of(all) : List.of(all, local(extent));
    }

    /** The blocks that do not see everything. Their own block stands first. */
    private BlockGather local(PatternExtent extent) {
        int[][] queries = BlockGather.consecutive(global * blockSize, extent.end(), blockSize);
        int[][] keys = new int[queries.length][];
        for (int b = 0; b < keys.length; b++) {
            int own = global + b;
            keys[b] =
                    IntStream.concat(
                                    IntStream.of(own),
                                    IntStream.of(seenBlocks(own, extent))
                                            .filter(block -> block != own))
                            .flatMap(
                                    block ->
                                            Arrays.stream(
                                                    BlockGather.range(
                                                            block * blockSize,
                                                            (block + 1) * blockSize,
                                                            0,
                                                            extent.end())))
                            .toArray();
        }
        BlockGather.level(keys);
        boolean[][] seen = extent.causal() ? upToOwn(blockSize, keys[0].length) : null;
        return new BlockGather(queries, keys, seen);
    }

    /** Position m of a block sees positions up to m among the first of the keys, and the rest. */
    private static boolean[][] upToOwn(int size, int width) {
        boolean[][] seen = new boolean[size][width];
        for (int m = 0; m < size; m++) {
            for (int k = 0; k < width; k++) {
                seen[m][k] = k >= size || k <= m;
            }
        }
        return seen;
    }

    /** The blocks that a block sees, ascending, each once. */
    private int[] seenBlocks(int block, PatternExtent extent) {
        int count = (extent.keys() + blockSize - 1) / blockSize;
        int last = extent.causal() ? block : count - 1;
        if (block < global) {
            return IntStream.rangeClosed(0, last).toArray();
        }
        TreeSet<Integer> seen = new TreeSet<>();
        for (int b = 0; b < Math.min(global, count); b++) {
            seen.add(b);
        }
        for (int b = Math.max(0, block - window); b <= Math.min(last, block + window); b++) {
            seen.add(b);
        }
        if (table == null) {
            draw(block, last, seen);
        } else if (block < table.length) {
            for (int b : table[block]) {
                if (b >= 0 && b <= last) {
                    seen.add(b);
                }
            }
        }
        return seen.stream().mapToInt(Integer::intValue).toArray();
    }

    private void draw(int block, int last, TreeSet<Integer> seen) {
        int free = last + 1 - seen.size();
        if (free <= random) {
            IntStream.rangeClosed(0, last).forEach(seen::add);
            return;
        }
        SplittableRandom numbers = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + block);
        for (int i = 0; i < random; ) {
            if (seen.add(numbers.nextInt(last + 1))) {
                i++;
            }
        }
    }

    private static int[][] copy(int[][] table) {
        return Arrays.stream(table).map(int[]::clone).toArray(int[][]::new);
    }
}
