package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.function.BiFunction;

/** Features as heads and back. */
final class Heads {

    private Heads() {}

    /** Splits the features of each position among heads: (B, T, N·H) to (B, N, T, H). */
    static NDArray split(NDArray x, long heads) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads).swapAxes(1, 2);
    }

    /** Puts the heads of each position side by side: (B, N, T, H) to (B, T, N·H). */
    static NDArray merge(NDArray heads) {
        Shape shape = heads.getShape();
        return heads.swapAxes(1, 2)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }

    /**
     * A view on another manager. What is computed from it lives there too, and not on that of a
     * cache or a parameter, where it would stay.
     */
    static NDArray on(NDManager manager, NDArray x) {
        NDArray view = x.reshape(x.getShape());
        view.attach(manager);
        return view;
    }

    /**
     * Multiplies each head with its own matrix, without a copy of it for each row of the batch: (B,
     * N, T, X) and (N, X, Y) to (B, N, T, Y).
     */
    static NDArray times(NDArray heads, NDArray matrices) {
        Shape shape = heads.getShape(); // (B, N, T, X)
        long batch = shape.get(0);
        long count = shape.get(1);
        return heads.swapAxes(0, 1)
                .reshape(count, batch * shape.get(2), shape.get(3))
                .matMul(matrices) // (N, B·T, Y)
                .reshape(count, batch, shape.get(2), matrices.getShape().get(2))
                .swapAxes(0, 1);
    }

    /** Makes a part the child of a block if it has parameters, as scores and norms may. */
    static void adopt(String name, Object part, BiFunction<String, Block, Block> owner) {
        if (part instanceof Block block) {
            owner.apply(name, block);
        }
    }

    /** Initialises a part if it has parameters. */
    static void initialize(Object part, NDManager manager, DataType dataType, Shape... shapes) {
        if (part instanceof Block block) {
            block.initialize(manager, dataType, shapes);
        }
    }

    /** Concatenates; DJL copies a single array without its gradient. */
    static NDArray joined(NDList arrays, int axis) {
        return arrays.size() == 1 ? arrays.get(0) : NDArrays.concat(arrays, axis);
    }
}
