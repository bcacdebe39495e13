package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/** Dropout whose mask is hashed from few random numbers. */
final class FusedDropoutKernel implements DropoutKernel {

    private final TorchModule module;

    FusedDropoutKernel(TorchModule module) {
        this.module = module;
    }

    /** {@inheritDoc} */
    @Override
    public NDArray dropout(NDArray input, float rate) {
        if (rate == 0) {
            return input;
        }
        try (NDArray scalar = module.scalar((double) rate)) {
            return module.call("drop", input, scalar);
        }
    }
}
