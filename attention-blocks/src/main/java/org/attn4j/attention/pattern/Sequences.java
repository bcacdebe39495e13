package org.attn4j.attention.pattern;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.ops.HostArrays;

/**
 * Taking positions of a sequence, (B, S, …) to (B, R, …), on any engine. Time and memory are those
 * of the result, and in the backward pass those of the sequence too.
 */
public final class Sequences {

    private Sequences() {}

    /**
     * Takes the same positions of each sequence.
     *
     * @param x (B, S, …)
     * @param positions R positions; a negative one stands for any
     * @return (B, R, …)
     */
    public static NDArray take(NDArray x, int[] positions) {
        int length = Math.toIntExact(x.getShape().get(1));
        int run = run(positions);
        if (run == length && positions.length == length && positions[0] == 0) {
            return x;
        }
        if (run > 0) {
            NDArray part =
                    run == length
                            ? x
                            : x.get(new NDIndex(":, {}:{}", positions[0], positions[0] + run));
            return run == positions.length ? part : filledUp(part, positions.length - run);
        }
        long rows = x.getShape().get(0);
        long[] index = new long[Math.toIntExact(rows * positions.length)];
        for (int i = 0; i < index.length; i++) {
            index[i] =
                    (long) (i / positions.length) * length
                            + Math.max(0, positions[i % positions.length]);
        }
        return taken(x, index, positions.length);
    }

    /**
     * Takes positions of each sequence's own.
     *
     * @param x (B, S, …)
     * @param positions (B, R) of integers from 0 to S − 1
     * @return (B, R, …)
     */
    public static NDArray take(NDArray x, NDArray positions) {
        Shape shape = x.getShape();
        Shape taken = positions.getShape();
        NDManager manager = x.getManager();
        try (NDArray starts =
                        manager.arange(0, shape.get(0) * shape.get(1), shape.get(1), DataType.INT64)
                                .reshape(shape.get(0), 1);
                NDArray integers = positions.toType(DataType.INT64, true);
                NDArray index = integers.add(starts);
                NDArray flat = index.reshape(taken.size())) {
            return taken(x, flat, taken.get(1));
        }
    }

    /**
     * Takes positions of each sequence's own.
     *
     * @param x (B, S, …)
     * @param positions for each sequence R positions; a negative one stands for any
     * @return (B, R, …)
     */
    public static NDArray take(NDArray x, int[][] positions) {
        int count = positions[0].length;
        long length = x.getShape().get(1);
        long[] index = new long[Math.multiplyExact(positions.length, count)];
        for (int i = 0; i < index.length; i++) {
            int b = i / count;
            index[i] = b * length + Math.max(0, positions[b][i % count]);
        }
        return taken(x, index, count);
    }

    private static NDArray taken(NDArray x, long[] index, long count) {
        try (NDArray flat = HostArrays.of(x.getManager(), index, new Shape(index.length))) {
            return taken(x, flat, count);
        }
    }

    private static NDArray taken(NDArray x, NDArray flat, long count) {
        Shape shape = x.getShape();
        long rows = shape.get(0);
        long features = shape.size() / rows / shape.get(1);
        long[] result = shape.getShape().clone();
        result[1] = count;
        return x.reshape(rows * shape.get(1), features)
                .get(new NDIndex("{}", flat))
                .reshape(new Shape(result));
    }

    /**
     * How many positions, up to those left out at the end, follow one another; 0 if they do not.
     */
    private static int run(int[] positions) {
        if (positions.length == 0 || positions[0] < 0) {
            return 0;
        }
        int run = 1;
        while (run < positions.length && positions[run] == positions[0] + run) {
            run++;
        }
        for (int i = run; i < positions.length; i++) {
            if (positions[i] >= 0) {
                return 0;
            }
        }
        return run;
    }

    private static NDArray filledUp(NDArray x, long count) {
        long[] shape = x.getShape().getShape().clone();
        shape[1] = count;
        return x.concat(x.getManager().zeros(new Shape(shape), x.getDataType()), 1);
    }
}
