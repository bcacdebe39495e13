package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/**
 * Dropout (Srivastava 2014), scaled while training so that nothing is left to do when predicting.
 */
public interface DropoutKernel {

    /**
     * Sets each element to 0 with probability {@code rate} and divides the others by {@code 1 −
     * rate}. The mask is a function of the engine's random seed and of what was drawn since.
     *
     * @param input the input, of any shape
     * @param rate the probability, in [0, 1); 0 returns the input itself
     * @return the result, on the manager of the input
     */
    NDArray dropout(NDArray input, float rate);

    /** The engine's own dropout: a random number for each element. */
    final class Reference implements DropoutKernel {

        Reference() {}

        @Override
        public NDArray dropout(NDArray input, float rate) {
            if (rate == 0) {
                return input;
            }
            return input.getNDArrayInternal().dropout(input, rate, true).singletonOrThrow();
        }
    }

    /** Dropout whose mask is hashed from few random numbers. */
    final class Fused implements DropoutKernel {

        private final TorchModule module;

        Fused(TorchModule module) {
            this.module = module;
        }

        @Override
        public NDArray dropout(NDArray input, float rate) {
            if (rate == 0) {
                return input;
            }
            try (NDArray scalar = module.scalar((double) rate)) {
                return module.call("drop", input, scalar);
            }
        }

        /**
         * Dropout with random numbers that are given.
         *
         * @param input what is dropped from, of n elements
         * @param rate the rate
         * @param rows ⌈n / 4096⌉ numbers, (⌈n / 4096⌉, 1), int64
         * @param columns (1, 1024), int64
         * @return the result, of the shape of the input
         */
        NDArray drop(NDArray input, float rate, NDArray rows, NDArray columns) {
            try (NDArray scalar = module.scalar((double) rate)) {
                return module.call("drop_by", input, scalar, rows, columns);
            }
        }
    }
}
