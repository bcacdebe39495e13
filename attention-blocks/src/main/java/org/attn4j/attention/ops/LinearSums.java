package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The sums that linear attention keeps of keys and values, in plain array operations on any engine:
 * {@code S = Σ_j φ(k_j) v_jᵀ} and {@code z = Σ_j φ(k_j)}, side by side.
 *
 * @param sums [S, z], (B, N, H, Hv + 1)
 */
public record LinearSums(NDArray sums) {

    /** Positions that are worked through at once when no later key may be seen. */
    private static final int CHUNK = 64;

    /**
     * The context of positions, and the sums after them.
     *
     * @param context (B, N, T, Hv)
     * @param sums the sums after the last position
     */
    public record Result(NDArray context, LinearSums sums) {}

    /**
     * Makes the features of queries or keys, {@code φ(x) = elu(x) + 1}, which are positive.
     *
     * @param x of any shape
     * @return the features, float32 or wider
     */
    public static NDArray features(NDArray x) {
        DataType type = x.getDataType();
        boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        NDArray wide = half ? x.toType(DataType.FLOAT32, false) : x;
        NDArray zero = wide.getManager().zeros(new Shape(1), wide.getDataType());
        return wide.maximum(zero).add(wide.minimum(zero).exp()); // x + 1 above 0, exp(x) below
    }

    /**
     * Sums keys and values up.
     *
     * @param keys the features of the keys, (B, N, S, H), zero for a hidden key
     * @param values (B, N, S, Hv)
     * @return the sums
     */
    public static LinearSums of(NDArray keys, NDArray values) {
        return new LinearSums(keys.swapAxes(2, 3).matMul(withOnes(keys, values)));
    }

    /**
     * Adds sums.
     *
     * @param earlier other sums; null for none
     * @return the sum of both
     */
    public LinearSums plus(LinearSums earlier) {
        return earlier == null ? this : new LinearSums(sums.add(earlier.sums));
    }

    /**
     * Returns S.
     *
     * @return (B, N, H, Hv)
     */
    public NDArray state() {
        return sums.get(new NDIndex("..., :-1"));
    }

    /**
     * Returns z.
     *
     * @return (B, N, H)
     */
    public NDArray normaliser() {
        return sums.get(new NDIndex("..., -1"));
    }

    /**
     * Attends: {@code φ(q)ᵀ S / (φ(q) · z)}, which is zero where no key was summed up.
     *
     * @param queries the features of the queries, (B, N, T, H)
     * @return the context, (B, N, T, Hv)
     */
    public NDArray read(NDArray queries) {
        return divided(queries.matMul(sums)); // (B, N, T, Hv + 1)
    }

    /**
     * Attends with each query seeing its own position and those before it. Within a chunk all pairs
     * are made, and what is before the chunk is read from its sums: time and memory grow linearly.
     *
     * @param queries the features of the queries, (B, N, T, H)
     * @param keys the features of the keys at the same positions, (B, N, T, H), zero for a hidden
     *     key
     * @param values (B, N, T, Hv)
     * @param earlier the sums of the positions before; null for none
     * @return the context and the sums after the last position
     */
    public static Result causal(NDArray queries, NDArray keys, NDArray values, LinearSums earlier) {
        Shape shape = queries.getShape();
        long rows = shape.get(0) * shape.get(1); // B·N
        long length = shape.get(2); // T
        long chunk = Math.min(CHUNK, length);
        long chunks = (length + chunk - 1) / chunk; // C
        NDArray queryChunks = chunked(queries, chunks, chunk); // (B·N, C, M, H)
        NDArray keyChunks = chunked(keys, chunks, chunk); // (B·N, C, M, H)
        NDArray valueChunks = chunked(withOnes(keys, values), chunks, chunk); // (B·N, C, M, Hv + 1)

        NDArray own = keyChunks.swapAxes(2, 3).matMul(valueChunks); // (B·N, C, H, Hv + 1)
        Shape one = new Shape(rows, 1, own.getShape().get(2), own.getShape().get(3));
        NDArray start =
                earlier == null
                        ? own.getManager().zeros(one, own.getDataType())
                        : earlier.sums.reshape(one);
        start.attach(own.getManager()); // earlier sums may belong to a cache
        NDArray after = start.concat(own, 1).cumSum(1); // (B·N, C + 1, H, Hv + 1)
        NDArray before = after.get(new NDIndex(":, :{}", chunks));

        NDArray pairs = queryChunks.matMul(keyChunks.swapAxes(2, 3)); // (B·N, C, M, M)
        NDArray near = pairs.mul(lower(pairs, chunk)).matMul(valueChunks);
        NDArray both = near.add(queryChunks.matMul(before)); // (B·N, C, M, Hv + 1)
        long width = both.getShape().get(3);
        NDArray positions =
                both.reshape(shape.get(0), shape.get(1), chunks * chunk, width)
                        .get(new NDIndex(":, :, :{}", length)); // (B, N, T, Hv + 1)
        NDArray last = after.get(new NDIndex(":, -1"));
        LinearSums sums =
                new LinearSums(last.reshape(shape.get(0), shape.get(1), one.get(2), one.get(3)));
        return new Result(divided(positions), sums);
    }

    /** Divides by the last feature; where it is zero, nothing was seen and all are. */
    private static NDArray divided(NDArray sums) {
        NDArray normaliser = sums.get(new NDIndex("..., -1:"));
        NDArray nothing = normaliser.eq(0).toType(normaliser.getDataType(), false);
        return sums.get(new NDIndex("..., :-1")).div(normaliser.add(nothing));
    }

    private static NDArray withOnes(NDArray keys, NDArray values) {
        Shape shape = values.getShape();
        NDArray ones =
                keys.getManager()
                        .ones(
                                new Shape(shape.get(0), shape.get(1), shape.get(2), 1),
                                keys.getDataType());
        return values.toType(keys.getDataType(), false).concat(ones, 3);
    }

    /** (B, N, T, X) to (B·N, C, M, X), filled up with zeros. */
    private static NDArray chunked(NDArray x, long chunks, long chunk) {
        Shape shape = x.getShape();
        long missing = chunks * chunk - shape.get(2);
        NDArray full = x;
        if (missing > 0) {
            Shape rest = new Shape(shape.get(0), shape.get(1), missing, shape.get(3));
            full = x.concat(x.getManager().zeros(rest, x.getDataType()), 2);
        }
        return full.reshape(shape.get(0) * shape.get(1), chunks, chunk, shape.get(3));
    }

    /** Ones where the key is not later than the query, (M, M). */
    private static NDArray lower(NDArray like, long size) {
        NDArray row = like.getManager().arange(0f, size, 1).reshape(size, 1);
        NDArray column = like.getManager().arange(0f, size, 1).reshape(1, size);
        return column.lte(row).toType(like.getDataType(), false);
    }
}
