package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/** The linear map {@code x Wᵀ + b}. */
public interface LinearKernel {

    /**
     * Applies the map to the last dimension.
     *
     * @param input the input, (…, in)
     * @param weight the weight, (out, in)
     * @param bias the bias, (out), or null for none
     * @return the result, (…, out), on the manager of the input
     */
    NDArray linear(NDArray input, NDArray weight, NDArray bias);
}
