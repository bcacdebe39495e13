package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/** The engine's own linear map. */
final class ReferenceLinearKernel implements LinearKernel {

    /** {@inheritDoc} */
    @Override
    public NDArray linear(NDArray input, NDArray weight, NDArray bias) {
        return input.getNDArrayInternal().linear(input, weight, bias).singletonOrThrow();
    }
}
