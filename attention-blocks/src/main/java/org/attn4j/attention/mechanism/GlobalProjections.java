package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Arrays;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.pattern.Sequences;

/**
 * How global positions look at a sequence when they have projections of their own: each sees all
 * positions, with queries, keys and values that no other position uses (Beltagy et al. 2020,
 * section 3.1, "Linear Projections for Global Attention").
 *
 * <p>For R global positions of T, time and memory B·R·T and the two projections of T positions.
 */
final class GlobalProjections extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Projections projections;

    GlobalProjections(Projections.Sizes sizes, boolean bias) {
        super(VERSION);
        projections = new Projections(this::addChildBlock, sizes, bias, null, null);
    }

    /**
     * Attends from the global positions and puts what they see into the rows that others have.
     *
     * @param parameters where the parameters are found
     * @param x (B, T, D)
     * @param positions the global positions of each sequence
     * @param keys which positions are seen at all; null for all
     * @param core how it is computed
     * @param local the context (B, T, N·H) of the other positions; what it holds in the rows of
     *     global positions does not count
     * @param weights the weights (B, N, T, T) of the same, to be completed too; null if nobody asks
     * @param training whether this is a training pass
     * @return the context with the rows of the global positions
     */
    NDArray over(
            ParameterStore parameters,
            NDArray x,
            int[][] positions,
            NDArray keys,
            ScaledDotProduct core,
            NDArray local,
            WeightsRecorder weights,
            boolean training) {
        int[][] level = level(positions); // B of R
        AttentionInputs in = AttentionInputs.of(Sequences.take(x, level), x, x);
        WeightsRecorder own = weights == null ? null : new WeightsRecorder();
        NDArray seen =
                core.attend(
                        projections.query(parameters, in, training), // (B, N, R, H)
                        projections.memory(parameters, in, training), // (B, N, T, H)
                        keys == null ? AttentionMask.none() : AttentionMask.keys(keys),
                        own,
                        training); // (B, R, N·H)
        int[][] rows = rows(positions, Math.toIntExact(x.getShape().get(1)));
        if (weights != null) {
            NDArray both = weights.weights().concat(own.weights(), 2); // (B, N, T + R, T)
            weights.observe("", Sequences.take(both.swapAxes(1, 2), rows).swapAxes(1, 2));
        }
        return Sequences.take(local.concat(seen, 1), rows); // (B, T, N·H)
    }

    /**
     * Where the row of each position stands when those of the R global positions follow the T
     * others.
     */
    private static int[][] rows(int[][] positions, int length) {
        int[][] rows = new int[positions.length][length];
        for (int b = 0; b < rows.length; b++) {
            Arrays.setAll(rows[b], i -> i);
            for (int k = 0; k < positions[b].length; k++) {
                rows[b][positions[b][k]] = length + k;
            }
        }
        return rows;
    }

    /** The same number of positions for each sequence, position 0 where there are fewer. */
    private static int[][] level(int[][] positions) {
        int most = Arrays.stream(positions).mapToInt(own -> own.length).max().orElse(0);
        return Arrays.stream(positions).map(own -> Arrays.copyOf(own, most)).toArray(int[][]::new);
    }

    /** It has no call of its own: what it computes is part of another block's. */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        throw new UnsupportedOperationException("global projections are part of SparseAttention");
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = inputShapes[0];
        projections.initialize(manager, dataType, x, x, x);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
