package org.attn4j.attention.pattern;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * The positions just before a query, and every l-th position before it.
 *
 * <p>Child et al. 2019 (Sparse Transformer), section 4.3, "strided": with stride l, query i sees
 * key j ≤ i when {@code i − j ≤ l} (local) or {@code (i − j) mod l = 0} (summary). Causal by
 * itself. Time and memory T·(l + T / l), least near l = √T, where it is 2·T·√T.
 *
 * <p>The positions of one remainder modulo l are a sequence of their own, in which the summary is
 * plain causal attention. The merged head joins the scores of both layouts under one softmax.
 */
public final class StridedPattern implements SparsePattern {

    private final int stride;
    private final Factor factor;

    /**
     * Creates a pattern.
     *
     * @param stride l
     * @param factor which part of the pattern
     */
    public StridedPattern(int stride, Factor factor) {
        Require.that(stride >= 1, "stride must be at least 1, got stride=%s", stride);
        this.stride = stride;
        this.factor = Objects.requireNonNull(factor, "factor");
    }

    @Override
    public boolean isCausal() {
        return true;
    }

    @Override
    public int[] columns(int group, int query, PatternExtent extent) {
        int nearest = Math.max(0, query - stride);
        IntStream near = IntStream.rangeClosed(nearest, query);
        IntStream far =
                IntStream.rangeClosed(0, query / stride).map(i -> query % stride + i * stride);
        return switch (factor) {
            case LOCAL -> near.toArray();
            case SUMMARY -> far.toArray();
            case MERGED -> IntStream.concat(far.filter(key -> key < nearest), near).toArray();
        };
    }

    @Override
    public List<BlockGather> gathers(int group, PatternExtent extent) {
        boolean blocks = extent.isWhole() && factor != Factor.MERGED;
        if (!blocks) {
            return SparsePattern.super.gathers(group, extent);
        }
        return List.of(factor == Factor.LOCAL ? local(extent) : summary(extent));
    }

    private BlockGather local(PatternExtent extent) {
        int[][] queries = BlockGather.consecutive(0, extent.end(), stride);
        int[][] keys = new int[queries.length][];
        for (int b = 0; b < keys.length; b++) {
            keys[b] = BlockGather.range((b - 1) * stride, (b + 1) * stride, 0, extent.end());
        }
        boolean[][] seen = new boolean[stride][2 * stride];
        for (int m = 0; m < stride; m++) {
            for (int k = m; k <= m + stride; k++) {
                seen[m][k] = true;
            }
        }
        return new BlockGather(queries, keys, seen);
    }

    private BlockGather summary(PatternExtent extent) {
        int end = extent.end();
        int size = (end + stride - 1) / stride;
        int[][] blocks = new int[Math.min(stride, end)][];
        for (int remainder = 0; remainder < blocks.length; remainder++) {
            int r = remainder;
            blocks[r] =
                    IntStream.range(0, size)
                            .map(i -> r + i * stride)
                            .map(position -> position < end ? position : BlockGather.NONE)
                            .toArray();
        }
        boolean[][] seen = new boolean[size][size];
        for (int m = 0; m < size; m++) {
            for (int k = 0; k <= m; k++) {
                seen[m][k] = true;
            }
        }
        return new BlockGather(blocks, blocks, seen);
    }

    @Override
    public NDArray attend(SparseRequest request, PatternExtent extent) {
        return factor == Factor.MERGED && extent.isWhole()
                ? new Merged(request, stride).attend()
                : SparsePattern.super.attend(request, extent);
    }

    /**
     * Both parts under one softmax. Positions stand in a grid of M rows of l: the near keys of a
     * row are those of its own and of the row before, the far keys of a column are its own upper
     * part. The position l before a query counts as far.
     */
    private record Merged(SparseRequest request, int stride) {

        NDArray attend() {
            NDArray query = grid(Scalars.multiply(request.query(), request.scale()));
            NDArray key = grid(shared(request.key()));
            NDArray value = grid(shared(request.value()));
            NDArray nearQuery = rows(query); // (B·M, N, l, H)
            NDArray near = nearQuery.matMul(pairs(key).swapAxes(2, 3)); // (B·M, N, l, 2l)
            NDArray far = columns(query).matMul(columns(key).swapAxes(2, 3)); // (B·l, N, M, M)
            NDArray scores = widen(near.concat(toRows(far), -1)); // (B·M, N, l, 2l + M)

            NDArray visible = visible(query.getManager()); // broadcastable
            NDArray additive = MaskArrays.additive(visible);
            NDArray seeing = visible.max(new int[] {-1}, true);
            NDArray weights =
                    scores.add(additive.toType(scores.getDataType(), false))
                            .softmax(-1)
                            .mul(seeing.toType(scores.getDataType(), false))
                            .toType(query.getDataType(), false);
            if (request.training() && request.dropout() > 0) {
                weights = Dropout.dropout(weights, request.dropout(), true).head();
            }
            NDArray nearWeights = weights.get(new NDIndex("..., :{}", 2 * stride));
            NDArray farWeights = weights.get(new NDIndex("..., {}:", 2 * stride));
            NDArray context =
                    nearWeights
                            .matMul(pairs(value)) // (B·M, N, l, Hv)
                            .add(fromColumns(toColumns(farWeights).matMul(columns(value))));
            return positions(context);
        }

        private long batch() {
            return request.query().getShape().get(0);
        }

        private long length() {
            return request.query().getShape().get(1);
        }

        private long depth() {
            return (length() + stride - 1) / stride; // M
        }

        /** (B, T, N, H) to (B, M, l, N, H), filled up with zeros. */
        private NDArray grid(NDArray x) {
            Shape shape = x.getShape();
            long missing = depth() * stride - length();
            NDArray full = x;
            if (missing > 0) {
                Shape rest = new Shape(batch(), missing, shape.get(2), shape.get(3));
                full = x.concat(x.getManager().zeros(rest, x.getDataType()), 1);
            }
            return full.reshape(batch(), depth(), stride, shape.get(2), shape.get(3));
        }

        /** (B, M, l, N, H) to (B·M, N, l, H). */
        private NDArray rows(NDArray grid) {
            Shape shape = grid.getShape();
            return grid.reshape(batch() * depth(), stride, shape.get(3), shape.get(4))
                    .swapAxes(1, 2);
        }

        /** (B, M, l, N, H) to (B·M, N, 2l, H): each row behind the one before it. */
        private NDArray pairs(NDArray grid) {
            Shape shape = grid.getShape();
            Shape one = new Shape(batch(), 1, stride, shape.get(3), shape.get(4));
            NDArray before = grid.getManager().zeros(one, grid.getDataType());
            if (depth() > 1) {
                before = before.concat(grid.get(new NDIndex(":, :{}", depth() - 1)), 1);
            }
            return before.concat(grid, 2)
                    .reshape(batch() * depth(), 2L * stride, shape.get(3), shape.get(4))
                    .swapAxes(1, 2);
        }

        /** (B, M, l, N, H) to (B·l, N, M, H). */
        private NDArray columns(NDArray grid) {
            Shape shape = grid.getShape();
            return grid.transpose(0, 2, 3, 1, 4)
                    .reshape(batch() * stride, shape.get(3), depth(), shape.get(4));
        }

        /** Scores of columns as scores of rows: (B·l, N, M, X) to (B·M, N, l, X). */
        private NDArray toRows(NDArray columns) {
            Shape shape = columns.getShape();
            return columns.reshape(batch(), stride, shape.get(1), depth(), shape.get(3))
                    .transpose(0, 3, 2, 1, 4)
                    .reshape(batch() * depth(), shape.get(1), stride, shape.get(3));
        }

        private NDArray fromColumns(NDArray columns) {
            return toRows(columns);
        }

        /** (B·M, N, l, X) to (B·l, N, M, X). */
        private NDArray toColumns(NDArray rows) {
            Shape shape = rows.getShape();
            return rows.reshape(batch(), depth(), shape.get(1), stride, shape.get(3))
                    .transpose(0, 3, 2, 1, 4)
                    .reshape(batch() * stride, shape.get(1), depth(), shape.get(3));
        }

        /** (B·M, N, l, Hv) to (B, T, N, Hv). */
        private NDArray positions(NDArray rows) {
            Shape shape = rows.getShape();
            NDArray all =
                    rows.swapAxes(1, 2)
                            .reshape(batch(), depth() * stride, shape.get(1), shape.get(3));
            return depth() * stride == length() ? all : all.get(new NDIndex(":, :{}", length()));
        }

        /** Ones and zeros, broadcastable to (B·M, N, l, 2l + M). */
        private NDArray visible(NDManager manager) {
            int depth = Math.toIntExact(depth());
            int width = 2 * stride + depth;
            float[] numbers = new float[depth * stride * width];
            int i = 0;
            for (int row = 0; row < depth; row++) {
                for (int column = 0; column < stride; column++) {
                    for (int k = 0; k < width; k++, i++) {
                        boolean near = k > column && k <= column + stride;
                        boolean there = row > 0 || k >= stride;
                        boolean far = k - 2 * stride < row;
                        numbers[i] = (k < 2 * stride ? near && there : far) ? 1 : 0;
                    }
                }
            }
            NDArray pattern = HostArrays.of(manager, numbers, new Shape(depth, 1, stride, width));
            if (request.visible() == null) {
                return batch() == 1 ? pattern : repeated(pattern);
            }
            NDArray keys =
                    request.visible()
                            .toType(DataType.FLOAT32, false)
                            .reshape(batch(), length(), 1, 1);
            NDArray grid = grid(keys); // (B, M, l, 1, 1)
            NDArray near = pairs(grid).reshape(batch() * depth(), 1, 1, 2L * stride);
            NDArray nearAll = near.broadcast(batch() * depth(), 1, stride, 2L * stride);
            NDArray far = columns(grid).reshape(batch(), 1, stride, depth());
            NDArray farAll =
                    far.broadcast(batch(), depth(), stride, depth())
                            .reshape(batch() * depth(), 1, stride, depth());
            return repeated(pattern).mul(nearAll.concat(farAll, -1));
        }

        /** (M, …) to (B·M, …). */
        private NDArray repeated(NDArray pattern) {
            Shape shape = pattern.getShape();
            return pattern.expandDims(0)
                    .broadcast(batch(), shape.get(0), 1, shape.get(2), shape.get(3))
                    .reshape(batch() * shape.get(0), 1, shape.get(2), shape.get(3));
        }

        /** Keys or values for each query head: (B, S, G, H) to (B, S, N, H). */
        private NDArray shared(NDArray groups) {
            Shape shape = groups.getShape();
            long times = request.query().getShape().get(2) / shape.get(2);
            return times == 1
                    ? groups
                    : groups.expandDims(3)
                            .broadcast(
                                    shape.get(0), shape.get(1), shape.get(2), times, shape.get(3))
                            .reshape(
                                    shape.get(0), shape.get(1), shape.get(2) * times, shape.get(3));
        }

        private static NDArray widen(NDArray scores) {
            DataType type = scores.getDataType();
            boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
            return half ? scores.toType(DataType.FLOAT32, false) : scores;
        }
    }
}
