package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.index.NDIndex;

/** The loss of a classification over a vocabulary. */
public interface LossKernel {

    /**
     * Label-smoothed cross-entropy, summed over the labels that are not ignored. The smoothing
     * spreads its mass over all V classes, the right one included, as PyTorch's {@code
     * cross_entropy} does (Szegedy 2016, section 7).
     *
     * @param logits the unnormalised scores, (M, V), finite: the loss of others is not a number
     * @param labels the classes, (M), int64
     * @param smoothing the mass that is spread, in [0, 1)
     * @param ignoreIndex the label whose rows count for nothing, in the sum and in the gradient;
     *     need not be a class
     * @return the sum, a scalar on the manager of the logits; 0 when every label is ignored
     */
    NDArray crossEntropy(NDArray logits, NDArray labels, float smoothing, long ignoreIndex);

    /** Cross-entropy in plain array operations, on any engine: the definition. */
    final class Reference implements LossKernel {

        Reference() {}

        @Override
        public NDArray crossEntropy(
                NDArray logits, NDArray labels, float smoothing, long ignoreIndex) {
            long classes = logits.getShape().get(1); // V
            NDArray counted = labels.neq(ignoreIndex); // (M)
            NDArray classOf =
                    labels.mul(counted.toType(labels.getDataType(), false)); // (M), in range
            NDArray logProbabilities = logits.logSoftmax(1); // (M, V)
            NDArray right =
                    logProbabilities
                            .get(new NDIndex().addAllDim().addPickDim(classOf.expandDims(1)))
                            .squeeze(1); // (M)
            NDArray loss = Scalars.multiply(right, smoothing - 1); // (M)
            if (smoothing > 0) {
                NDArray spread = logProbabilities.sum(new int[] {1}); // (M)
                loss = loss.sub(Scalars.multiply(spread, smoothing / classes));
            }
            return NDArrays.where(counted, loss, loss.zerosLike()).sum();
        }
    }

    /**
     * Cross-entropy in one call, which makes the gradient along with the value, a few rows at a
     * time.
     */
    final class Fused implements LossKernel {

        private final TorchModule module;

        Fused(TorchModule module) {
            this.module = module;
        }

        @Override
        public NDArray crossEntropy(
                NDArray logits, NDArray labels, float smoothing, long ignoreIndex) {
            try (NDArray mass = module.scalar((double) smoothing);
                    NDArray ignored = module.scalar(ignoreIndex)) {
                return module.call("cross_entropy", logits, labels, mass, ignored);
            }
        }
    }
}
