package org.attn4j.attention.norm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.attn4j.attention.ops.Scalars;

/** Vectors of length 1. */
final class UnitVectors {

    /** Keeps the root of the squares of a vector of zeros from 0, where it has no gradient. */
    private static final double TINY = 1e-20;

    private UnitVectors() {}

    /** {@code x / |x|} over the last axis, in float32 or wider. */
    static NDArray of(NDArray x) {
        NDArray wide = wide(x);
        NDArray length =
                Scalars.add(wide.square().sum(new int[] {-1}, true), TINY).sqrt(); // (…, 1)
        return wide.div(length);
    }

    /** In float32 if it is of half precision. */
    static NDArray wide(NDArray x) {
        DataType type = x.getDataType();
        boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        return half ? x.toType(DataType.FLOAT32, false) : x;
    }
}
