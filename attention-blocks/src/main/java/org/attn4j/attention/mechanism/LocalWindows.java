package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.pattern.Sequences;

/**
 * The windows of {@link LocalAttention}, gathered: Q blocks of M queries, each with the K positions
 * that their windows reach.
 *
 * @param queries T
 * @param centre the centres of the windows, (B or 1, Q, M, 1)
 * @param stands where the queries stand among the keys, (1, Q, M, 1)
 * @param position the positions of the keys, (B or 1, Q, 1, K); some may lie outside of the
 *     sequence
 * @param columns the same for the first sequence if all have the same, −1 for one outside; else
 *     null
 */
record LocalWindows(long queries, NDArray centre, NDArray stands, NDArray position, int[] columns) {

    private static final int SMALLEST_BLOCK = 16;

    /** Each query by itself: its window may lie anywhere. Centres (B, T), positions (1, T). */
    static LocalWindows single(NDArray centre, NDArray stands, int halfWidth) {
        long width = 2L * halfWidth + 1;
        NDArray steps =
                range(centre.getManager(), 0, width, centre.getDataType()).reshape(1, 1, 1, width);
        NDArray start = Scalars.subtract(centre.stopGradient(), halfWidth).ceil(); // (B, T)
        return new LocalWindows(
                centre.getShape().get(1),
                centre.expandDims(2).expandDims(3),
                stands.expandDims(2).expandDims(3),
                start.expandDims(2).expandDims(3).add(steps),
                null);
    }

    /** Queries whose centres follow one another, from {@code first} on. Positions (1, T). */
    static LocalWindows consecutive(int first, NDArray stands, int halfWidth, int keys) {
        long queries = stands.getShape().get(1);
        int size = (int) Math.min(queries, Math.max(2L * halfWidth, SMALLEST_BLOCK)); // M
        int blocks = (int) ((queries + size - 1) / size); // Q
        int width = size + 2 * halfWidth; // K
        int[] columns = new int[blocks * width];
        float[] positions = new float[blocks * width];
        for (int i = 0; i < columns.length; i++) {
            int position = first - halfWidth + i / width * size + i % width;
            columns[i] = position >= 0 && position < keys ? position : -1;
            positions[i] = position;
        }
        NDManager manager = stands.getManager();
        DataType type = stands.getDataType();
        long filled = (long) blocks * size;
        NDArray all = stands;
        if (filled > queries) {
            all = stands.concat(manager.zeros(new Shape(1, filled - queries), type), 1);
        }
        return new LocalWindows(
                queries,
                range(manager, first, filled, type).reshape(1, blocks, size, 1),
                all.reshape(1, blocks, size, 1),
                HostArrays.of(manager, positions, new Shape(1, blocks, 1, width))
                        .toType(type, false),
                columns);
    }

    /** Q. */
    long blocks() {
        return position.getShape().get(1);
    }

    /** M. */
    long size() {
        return centre.getShape().get(2);
    }

    /** K. */
    long width() {
        return position.getShape().get(3);
    }

    /** Queries in their blocks: (B, T, D) to (B·Q, M, D). */
    NDArray grouped(NDArray query) {
        Shape shape = query.getShape();
        long missing = blocks() * size() - queries;
        NDArray full = query;
        if (missing > 0) {
            Shape rest = new Shape(shape.get(0), missing, shape.get(2));
            full = query.concat(query.getManager().zeros(rest, query.getDataType()), 1);
        }
        return full.reshape(shape.get(0) * blocks(), size(), shape.get(2));
    }

    /** The keys of the blocks: (B, S, X) to (B·Q, K, X). */
    NDArray gathered(NDArray keys) {
        Shape shape = keys.getShape();
        NDArray taken;
        if (columns != null) {
            taken = Sequences.take(keys, columns);
        } else {
            NDArray own = position.reshape(position.getShape().get(0), blocks() * width());
            taken = Sequences.take(keys, own.clip(0, shape.get(1) - 1));
        }
        return taken.reshape(shape.get(0) * blocks(), width(), shape.get(2));
    }

    /** Which of the gathered keys are seen, for B sequences of S keys: (B·Q, 1, M, K). */
    MaskArrays mask(AttentionMask mask, int halfWidth, long batch, int keys) {
        DataType type = position.getDataType();
        NDArray seen =
                inside(position, centre, halfWidth)
                        .mul(position.gte(0).toType(type, false))
                        .mul(position.lt(keys).toType(type, false)); // (B or 1, Q, M, K)
        if (mask.band().isCausal()) {
            NDArray ahead = position.sub(stands); // (B or 1, Q, M, K)
            seen = seen.mul(ahead.lte(0).toType(type, false));
        }
        if (mask.keys().isPresent()) {
            NDArray visible = mask.keys().get().toType(type, false).expandDims(2); // (B, S, 1)
            seen = seen.mul(gathered(visible).reshape(batch, blocks(), 1, width()));
        }
        NDArray visible =
                seen.broadcast(batch, blocks(), size(), width())
                        .reshape(batch * blocks(), 1, size(), width());
        return MaskArrays.of(visible);
    }

    /** The context of the positions: (B·Q, 1, M, Dv) to (B, T, Dv). */
    NDArray ungrouped(NDArray context, long batch) {
        NDArray all = context.reshape(batch, blocks() * size(), context.getShape().get(3));
        return blocks() * size() == queries ? all : all.get(new NDIndex(":, :{}", queries));
    }

    /** Ones where a position lies within a window. */
    static NDArray inside(NDArray position, NDArray centre, int halfWidth) {
        NDArray distance = position.sub(centre.stopGradient()).abs();
        return distance.lte(halfWidth).toType(position.getDataType(), false);
    }

    /** Consecutive numbers, (1, count). */
    static NDArray range(NDManager manager, long first, long count, DataType type) {
        return manager.arange((float) first, first + count, 1)
                .toType(type, false)
                .reshape(1, count);
    }
}
