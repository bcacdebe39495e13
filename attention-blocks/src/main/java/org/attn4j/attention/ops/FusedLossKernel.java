package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/**
 * Cross-entropy in one call, which makes the gradient along with the value, a few rows at a time.
 */
final class FusedLossKernel implements LossKernel {

    private final TorchModule module;

    FusedLossKernel(TorchModule module) {
        this.module = module;
    }

    /** {@inheritDoc} */
    @Override
    public NDArray crossEntropy(NDArray logits, NDArray labels, float smoothing, long ignoreIndex) {
        try (NDArray mass = module.scalar((double) smoothing);
                NDArray ignored = module.scalar(ignoreIndex)) {
            return module.call("cross_entropy", logits, labels, mass, ignored);
        }
    }
}
