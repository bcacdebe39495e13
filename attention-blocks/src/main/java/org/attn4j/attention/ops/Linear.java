package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

/**
 * DJL's linear block, {@code y = x Wᵀ + b} over the last dimension with W (units, in) and b
 * (units), computed by the fastest exact kernel of the engine and device.
 *
 * <p>It is built, saved and loaded as DJL's block is, which it may replace anywhere.
 */
public class Linear extends ai.djl.nn.core.Linear {

    private final Parameter weight;
    private final Parameter bias; // null without

    /**
     * Creates the block.
     *
     * @param builder the builder
     */
    protected Linear(Builder builder) {
        super(builder);
        weight = getDirectParameters().get("weight");
        bias = builder.hasBias ? getDirectParameters().get("bias") : null;
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray input = inputs.singletonOrThrow(); // (…, in)
        Device device = input.getDevice();
        NDArray w = parameterStore.getValue(weight, device, training);
        NDArray b = parameterStore.getValue(bias, device, training);
        return new NDList(Kernels.of(input.getManager()).linear().linear(input, w, b));
    }

    /**
     * Creates a block.
     *
     * @param units the features of the output
     * @param bias whether a bias is added
     * @return the block, which learns the features of its input when it is initialised
     */
    public static Linear of(long units, boolean bias) {
        return builder().setUnits(units).optBias(bias).build();
    }

    /**
     * Maps an array.
     *
     * @param parameters where the block's parameters are found
     * @param x (…, in)
     * @param training whether this is a training pass
     * @return (…, units)
     */
    public NDArray apply(ParameterStore parameters, NDArray x, boolean training) {
        return forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /**
     * Creates a builder.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Linear}. */
    public static class Builder extends ai.djl.nn.core.Linear.Builder {

        private boolean hasBias = true;

        /** Creates the builder. */
        protected Builder() {}

        /** {@inheritDoc} */
        @Override
        public Builder setUnits(long units) {
            super.setUnits(units);
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public Builder optBias(boolean bias) {
            super.optBias(bias);
            hasBias = bias;
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public Linear build() {
            if (units <= 0) {
                throw new IllegalArgumentException("units must be positive, got units=" + units);
            }
            return new Linear(this);
        }
    }
}
