package org.attn4j.attention.pattern;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Blocks that see their own positions, and the last positions of every earlier block as its
 * summary.
 *
 * <p>Child et al. 2019 (Sparse Transformer), section 4.3, "fixed": with stride l and c summary
 * positions, query i sees key j ≤ i when {@code ⌊j / l⌋ = ⌊i / l⌋} (local) or {@code j mod l ≥ l −
 * c} (summary). Causal by itself. Time and memory T·(l + c·T / l), least near l = √(c·T).
 */
public final class FixedPattern implements SparsePattern {

    private final int stride;
    private final int summary;
    private final Factor factor;

    /**
     * Creates a pattern.
     *
     * @param stride l, positions in a block
     * @param summary c, positions of a block that all later ones see
     * @param factor which part of the pattern
     */
    public FixedPattern(int stride, int summary, Factor factor) {
        Require.that(
                summary >= 1 && summary <= stride,
                "summary must be from 1 to stride, got stride=%s, summary=%s",
                stride,
                summary);
        this.stride = stride;
        this.summary = summary;
        this.factor = Objects.requireNonNull(factor, "factor");
    }

    @Override
    public boolean isCausal() {
        return true;
    }

    @Override
    public int[] columns(int group, int query, PatternExtent extent) {
        int own = query / stride * stride;
        return IntStream.concat(summaries(query / stride), IntStream.rangeClosed(own, query))
                .filter(
                        key ->
                                key < own
                                        || factor != Factor.SUMMARY
                                        || key % stride >= stride - summary)
                .toArray();
    }

    @Override
    public List<BlockGather> gathers(int group, PatternExtent extent) {
        if (!extent.isWhole()) {
            return SparsePattern.super.gathers(group, extent);
        }
        int[][] queries = BlockGather.consecutive(0, extent.end(), stride);
        int[][] keys = new int[queries.length][];
        int from = factor == Factor.SUMMARY ? stride - summary : 0;
        for (int b = 0; b < keys.length; b++) {
            int[] own = BlockGather.range(b * stride + from, (b + 1) * stride, 0, extent.end());
            keys[b] = BlockGather.join(own, summaries(b).toArray());
        }
        BlockGather.level(keys);
        boolean[][] seen = new boolean[stride][keys[0].length];
        for (int m = 0; m < stride; m++) {
            for (int k = 0; k < seen[m].length; k++) {
                seen[m][k] = k >= stride - from || from + k <= m;
            }
        }
        return List.of(new BlockGather(queries, keys, seen));
    }

    /** The summary positions of the blocks before one. */
    private IntStream summaries(int block) {
        return factor == Factor.LOCAL
                ? IntStream.empty()
                : IntStream.range(0, block * summary)
                        .map(i -> i / summary * stride + stride - summary + i % summary);
    }
}
