package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/** The engine's own dropout. */
final class ReferenceDropoutKernel implements DropoutKernel {

    /** {@inheritDoc} */
    @Override
    public NDArray dropout(NDArray input, float rate) {
        if (rate == 0) {
            return input;
        }
        return input.getNDArrayInternal().dropout(input, rate, true).singletonOrThrow();
    }
}
