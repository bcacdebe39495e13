package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Some outputs of a linear map, {@code x W'ᵀ + b'} with rows W' of its weight: what a decoder
 * computes that chooses among some tokens of a vocabulary. The rows are copies, of float32 even
 * where the whole map is packed as bfloat16 or int8.
 */
public final class LinearRows implements AutoCloseable {

    private final NDArray weight; // (rows, in)
    private final NDArray bias; // (rows), null for none

    private LinearRows(NDArray weight, NDArray bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /**
     * Copies rows.
     *
     * @param owner takes the copies over
     * @param weight (out, in), which stays the caller's
     * @param bias (out), or null for none
     * @param rows which of them, in this order
     */
    static LinearRows of(NDManager owner, NDArray weight, NDArray bias, int[] rows) {
        try (NDManager scratch = owner.newSubManager()) {
            NDArray chosen = HostArrays.indices(scratch, rows);
            return new LinearRows(
                    kept(owner, Rows.of(weight, chosen)),
                    bias == null ? null : kept(owner, Rows.of(bias, chosen)));
        }
    }

    private static NDArray kept(NDManager owner, NDArray array) {
        Temporaries.keep(array);
        array.attach(owner);
        return array;
    }

    /**
     * Maps an array.
     *
     * @param x (…, in)
     * @return (…, rows), on the manager of x
     */
    public NDArray apply(NDArray x) {
        return Kernels.of(x.getManager()).linear().linear(x, weight, bias);
    }

    /** Frees the copies. */
    @Override
    public void close() {
        weight.close();
        if (bias != null) {
            bias.close();
        }
    }
}
