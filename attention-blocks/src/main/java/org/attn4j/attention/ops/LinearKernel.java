package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

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

    /**
     * How a fused kernel computes this map within itself.
     *
     * @param input the input, (…, in)
     * @param weight the weight, (out, in)
     * @return the number that {@code linear_by} of the kernels' source has for it
     */
    default long way(NDArray input, NDArray weight) {
        return 0;
    }

    /**
     * How maps of float32 are computed within a fused kernel.
     *
     * @param rows the rows of the input
     * @param in the features of the input
     * @param out the features of the output
     * @return the number that {@code linear_by} of the kernels' source has for it
     */
    default long way(long rows, long in, long out) {
        return 0;
    }

    /** The engine's own linear map. */
    final class Reference implements LinearKernel {

        Reference() {}

        @Override
        public NDArray linear(NDArray input, NDArray weight, NDArray bias) {
            return input.getNDArrayInternal().linear(input, weight, bias).singletonOrThrow();
        }
    }

    /**
     * Linear maps of an even number of inputs through oneDNN's convolutions. Its inner product, the
     * nearer operation, computes wrong numbers on some processors with AVX-512, at widths that do
     * not fill its blocks.
     *
     * <p>Only large maps go there: below, libtorch leaves oneDNN, or the engine's own map is as
     * fast.
     */
    final class OneDnn implements LinearKernel {

        /** The fewest rows, and the fewest products, for which this was seen to be faster. */
        static final long FEWEST_ROWS = 96;

        static final long FEWEST_PRODUCTS = 1L << 23;

        /** The fewest numbers of one image that libtorch gives to oneDNN. */
        private static final long FEWEST_INPUTS = 20_481;

        private final TorchModule module;
        private final boolean everySize;
        private final LinearKernel engine;

        OneDnn(TorchModule module, KernelChoice.Linear choice, LinearKernel engine) {
            this.module = module;
            everySize = choice == KernelChoice.Linear.ONEDNN_ALL;
            this.engine = engine;
        }

        @Override
        public NDArray linear(NDArray input, NDArray weight, NDArray bias) {
            if (!applies(input, weight)) {
                return engine.linear(input, weight, bias);
            }
            return bias == null
                    ? module.call("linear_onednn", input, weight)
                    : module.call("linear_bias_onednn", input, weight, bias);
        }

        @Override
        public long way(NDArray input, NDArray weight) {
            return applies(input, weight) ? 1 : 0;
        }

        @Override
        public long way(long rows, long in, long out) {
            boolean faster = isLarge(rows, in, out) && rows * in >= FEWEST_INPUTS;
            return hasHalves(in) && (everySize || faster) ? 1 : 0;
        }

        private boolean applies(NDArray input, NDArray weight) {
            long in = weight.getShape().get(1);
            return input.getDataType() == DataType.FLOAT32
                    && input.size() > 0
                    && way(input.size() / in, in, weight.getShape().get(0)) == 1;
        }

        /**
         * Whether half of a row is an element of several channels: with one, libtorch cannot tell
         * channels-last arrays from others.
         */
        private static boolean hasHalves(long in) {
            return in % 2 == 0 && in > 2;
        }

        private static boolean isLarge(long rows, long in, long out) {
            return rows >= FEWEST_ROWS && rows * in * out >= FEWEST_PRODUCTS;
        }
    }

    /**
     * Linear maps whose products are of bfloat16, a float32 cut to 8 bits of precision, forward and
     * backward (Micikevicius et al. 2018, "Mixed Precision Training"). Arrays and gradients stay
     * float32, and small maps are the engine's own.
     */
    final class Bfloat16 implements LinearKernel {

        private final TorchModule module;
        private final LinearKernel engine;

        Bfloat16(TorchModule module, LinearKernel engine) {
            this.module = module;
            this.engine = engine;
        }

        @Override
        public NDArray linear(NDArray input, NDArray weight, NDArray bias) {
            if (way(input, weight) == 0) {
                return engine.linear(input, weight, bias);
            }
            return bias == null
                    ? module.call("linear_bf16", input, weight)
                    : module.call("linear_bias_bf16", input, weight, bias);
        }

        @Override
        public long way(NDArray input, NDArray weight) {
            long in = weight.getShape().get(1);
            return input.getDataType() == DataType.FLOAT32
                    ? way(input.size() / in, in, weight.getShape().get(0))
                    : 0;
        }

        @Override
        public long way(long rows, long in, long out) {
            return OneDnn.isLarge(rows, in, out) ? 2 : 0;
        }
    }
}
