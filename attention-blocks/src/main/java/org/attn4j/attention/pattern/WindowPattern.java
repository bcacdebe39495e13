package org.attn4j.attention.pattern;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * A window that slides along the sequence, for some heads with gaps, and global positions, which
 * see and are seen by all.
 *
 * <p>Beltagy et al. 2020 (Longformer), section 3.1: query i sees key j when {@code |i − j| ≤
 * window·d} and {@code (i − j) mod d = 0}, d being the dilation of the head, or when i or j is
 * global. A key that is reached in several ways counts once. Time and memory T·(2·window + 1 +
 * globals), whatever the dilation.
 */
public final class WindowPattern implements SparsePattern {

    private static final int SMALLEST_BLOCK = 16;

    private final int window;
    private final int[] dilations; // of each head, or one for all
    private final int[] distinct;
    private final int[] globals; // ascending

    /**
     * Creates a pattern without dilation or global positions.
     *
     * @param window positions that are seen on each side
     */
    public WindowPattern(int window) {
        this(window, new int[] {1}, new int[0]);
    }

    /**
     * Creates a pattern.
     *
     * @param window positions that are seen on each side, counted in steps of the dilation
     * @param dilations the dilation of each head, or one for all
     * @param globals the positions that see and are seen by all
     */
    public WindowPattern(int window, int[] dilations, int[] globals) {
        Require.that(
                window >= 0
                        && dilations.length != 0
                        && !Arrays.stream(dilations).anyMatch(d -> d < 1),
                "window must be at least 0 and dilations at least 1, got window=%s, dilations=%s",
                window,
                Arrays.toString(dilations));
        Require.that(
                !Arrays.stream(globals).anyMatch(position -> position < 0),
                "global positions count from 0, got %s",
                Arrays.toString(globals));
        this.window = window;
        this.dilations = dilations.clone();
        distinct = Arrays.stream(dilations).sorted().distinct().toArray();
        this.globals = Arrays.stream(globals).sorted().distinct().toArray();
    }

    /**
     * Attends with global positions of each sequence's own, beside those of the pattern.
     *
     * @param request queries, keys and values
     * @param extent the positions of the call
     * @param globals for each sequence of the batch its global positions
     * @return the context, (B, T, N, Hv)
     */
    public NDArray attend(SparseRequest request, PatternExtent extent, int[][] globals) {
        if (Arrays.stream(globals).allMatch(own -> Arrays.equals(own, globals[0]))) {
            return withFurther(globals[0]).attend(request, extent);
        }
        NDList contexts = new NDList();
        for (int b = 0; b < globals.length; b++) {
            contexts.add(withFurther(globals[b]).attend(request.row(b), extent));
        }
        return contexts.size() == 1 ? contexts.head() : NDArrays.concat(contexts, 0);
    }

    /**
     * Returns the pattern in full, with global positions of each sequence's own.
     *
     * @param manager where the result lives
     * @param heads N
     * @param extent the positions of the call
     * @param globals for each sequence of the batch its global positions
     * @return ones and zeros, (B, N, T, S), or (B, 1, T, S) if all heads share one pattern
     */
    public NDArray visible(NDManager manager, int heads, PatternExtent extent, int[][] globals) {
        NDList visible = new NDList();
        for (int[] own : globals) {
            visible.add(withFurther(own).visible(manager, heads, extent));
        }
        return NDArrays.concat(visible, 0);
    }

    private WindowPattern withFurther(int... positions) {
        return new WindowPattern(window, dilations, BlockGather.join(globals, positions));
    }

    @Override
    public int groups() {
        return distinct.length;
    }

    @Override
    public int group(int head) {
        return Arrays.binarySearch(distinct, dilations[dilations.length == 1 ? 0 : head]);
    }

    @Override
    public int heads() {
        return dilations.length == 1 ? 0 : dilations.length;
    }

    @Override
    public int[] columns(int group, int query, PatternExtent extent) {
        IntStream keys;
        if (isGlobal(query)) {
            keys = IntStream.range(0, extent.keys());
        } else {
            int step = distinct[group];
            keys =
                    IntStream.concat(
                            IntStream.rangeClosed(-window, window).map(k -> query + k * step),
                            Arrays.stream(globals));
        }
        return keys.filter(key -> extent.allows(query, key)).sorted().distinct().toArray();
    }

    @Override
    public List<BlockGather> gathers(int group, PatternExtent extent) {
        if (!extent.isWhole()) {
            return SparsePattern.super.gathers(group, extent);
        }
        int step = distinct[group];
        int longest = (extent.end() + step - 1) / step; // positions of one remainder
        int size = Math.max(1, Math.min(longest, Math.max(2 * window, SMALLEST_BLOCK)));
        List<int[]> queries = new ArrayList<>();
        List<int[]> keys = new ArrayList<>();
        for (int remainder = 0; remainder < Math.min(step, extent.end()); remainder++) {
            for (int start = remainder; start < extent.end(); start += size * step) {
                queries.add(steps(start, size, step, extent.end()));
                keys.add(keys(start, size, step, extent));
            }
        }
        List<BlockGather> gathers = new ArrayList<>();
        gathers.add(
                new BlockGather(
                        queries.toArray(new int[0][]),
                        keys.toArray(new int[0][]),
                        seen(size, keys.get(0).length, extent)));
        int[] seeingAll = Arrays.stream(globals).filter(g -> g < extent.end()).toArray();
        if (seeingAll.length > 0) {
            gathers.addAll(global(group, seeingAll, queries, extent));
        }
        return gathers;
    }

    /** The window around a block, without the global positions, and these. */
    private int[] keys(int start, int size, int step, PatternExtent extent) {
        int after = extent.causal() ? 0 : window;
        int[] near = steps(start - window * step, window + size + after, step, extent.end());
        for (int i = 0; i < near.length; i++) {
            near[i] = isGlobal(near[i]) ? BlockGather.NONE : near[i];
        }
        int[] far =
                Arrays.stream(globals)
                        .filter(position -> position < extent.end())
                        .map(
                                position ->
                                        extent.causal() && position > start
                                                ? BlockGather.NONE
                                                : position)
                        .toArray();
        return BlockGather.join(near, far);
    }

    private boolean[][] seen(int size, int width, PatternExtent extent) {
        int near = window + size + (extent.causal() ? 0 : window);
        boolean[][] seen = new boolean[size][width];
        for (int m = 0; m < size; m++) {
            for (int k = 0; k < width; k++) {
                int distance = k - window - m; // of the key from the query, in steps
                boolean inWindow =
                        Math.abs(distance) <= window && (!extent.causal() || distance <= 0);
                seen[m][k] = k >= near || inWindow;
            }
        }
        return seen;
    }

    /**
     * The global queries; and in a causal extent those that share a block with a later global
     * position, since within a block not all of them may see it.
     */
    private List<BlockGather> global(
            int group, int[] positions, List<int[]> blocks, PatternExtent extent) {
        int[] keys = IntStream.range(0, extent.end()).toArray();
        if (!extent.causal()) {
            return List.of(new BlockGather(new int[][] {positions}, new int[][] {keys}, null));
        }
        int[] mixed =
                blocks.stream()
                        .filter(block -> Arrays.stream(positions).anyMatch(g -> divides(block, g)))
                        .flatMapToInt(Arrays::stream)
                        .filter(query -> query != BlockGather.NONE && !isGlobal(query))
                        .toArray();
        boolean[][] seen = new boolean[positions.length][keys.length];
        for (int m = 0; m < positions.length; m++) {
            Arrays.fill(seen[m], 0, positions[m] + 1, true);
        }
        BlockGather all = new BlockGather(new int[][] {positions}, new int[][] {keys}, seen);
        return mixed.length == 0
                ? List.of(all)
                : List.of(BlockGather.singly(mixed, query -> columns(group, query, extent)), all);
    }

    /** Whether some queries of a block are before a position and others at or after it. */
    private static boolean divides(int[] block, int position) {
        int last = block[0];
        for (int query : block) {
            last = Math.max(last, query);
        }
        return block[0] < position && position <= last;
    }

    private static int[] steps(int start, int count, int step, int end) {
        return IntStream.range(0, count)
                .map(i -> start + i * step)
                .map(position -> position >= 0 && position < end ? position : BlockGather.NONE)
                .toArray();
    }

    private boolean isGlobal(int position) {
        return Arrays.binarySearch(globals, position) >= 0;
    }
}
