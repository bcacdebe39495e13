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

    /**
     * The cross-entropy of logits {@code x Wᵀ + b} that are not made yet. A fused kernel makes a
     * block of them at a time, so that they and their gradient never take (M, V) of memory.
     *
     * @param states x, (M, D)
     * @param weight W, (V, D)
     * @param bias b, (V), or null for none
     * @param labels as of {@link #crossEntropy}
     * @param smoothing as of {@link #crossEntropy}
     * @param ignoreIndex as of {@link #crossEntropy}
     * @return the sum, a scalar on the manager of the states
     */
    NDArray projectedCrossEntropy(
            NDArray states,
            NDArray weight,
            NDArray bias,
            NDArray labels,
            float smoothing,
            long ignoreIndex);

    /**
     * Cross-entropy in plain array operations, on any engine: the definition.
     *
     * @param linear how logits are made of states
     */
    record Reference(LinearKernel linear) implements LossKernel {

        @Override
        public NDArray projectedCrossEntropy(
                NDArray states,
                NDArray weight,
                NDArray bias,
                NDArray labels,
                float smoothing,
                long ignoreIndex) {
            NDArray logits = linear.linear(states, weight, bias); // (M, V)
            return crossEntropy(logits, labels, smoothing, ignoreIndex);
        }

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

        /**
         * How many logits are made at a time, and how many rows at least: with fewer, a product
         * spends its time on reading the weight.
         */
        private static final long BLOCK = 1L << 23;

        private static final long FEWEST_ROWS = 512;

        private final TorchModule module;
        private final LinearKernel linear;
        private final long block;
        private final long fewestRows;

        Fused(TorchModule module, LinearKernel linear) {
            this(module, linear, BLOCK, FEWEST_ROWS);
        }

        Fused(TorchModule module, LinearKernel linear, long block, long fewestRows) {
            this.module = module;
            this.linear = linear;
            this.block = block;
            this.fewestRows = fewestRows;
        }

        @Override
        public NDArray crossEntropy(
                NDArray logits, NDArray labels, float smoothing, long ignoreIndex) {
            try (NDArray mass = module.scalar((double) smoothing);
                    NDArray ignored = module.scalar(ignoreIndex)) {
                return module.call("cross_entropy", logits, labels, mass, ignored);
            }
        }

        @Override
        public NDArray projectedCrossEntropy(
                NDArray states,
                NDArray weight,
                NDArray bias,
                NDArray labels,
                float smoothing,
                long ignoreIndex) {
            try (NDArray mass = module.scalar((double) smoothing);
                    NDArray ignored = module.scalar(ignoreIndex);
                    NDArray rows =
                            module.scalar(Math.max(block / weight.getShape().get(0), fewestRows));
                    NDArray way = module.scalar(linear.way(states, weight))) {
                return bias == null
                        ? module.call(
                                "projected_cross_entropy",
                                states,
                                weight,
                                labels,
                                mass,
                                ignored,
                                rows,
                                way)
                        : module.call(
                                "projected_bias_cross_entropy",
                                states,
                                weight,
                                bias,
                                labels,
                                mass,
                                ignored,
                                rows,
                                way);
            }
        }
    }
}
