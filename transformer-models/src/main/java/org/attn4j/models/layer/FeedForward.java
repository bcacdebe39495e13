package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import org.attn4j.attention.ops.Linear;

/**
 * The position-wise feed-forward block, {@code fc2(activation(fc1(x)))} (Vaswani et al. 2017, eq.
 * 2), or its gated form {@code fc2(activation(gate(x)) * fc1(x))} (Shazeer 2020, "GLU Variants").
 */
public final class FeedForward extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Linear fc1;
    private final Linear fc2;
    private final Linear gate; // null if not gated
    private final Activation activation;
    private final float dropout;

    private FeedForward(Builder builder) {
        super(VERSION);
        activation = Objects.requireNonNull(builder.activation, "activation");
        dropout = Layers.requireRate("dropout", builder.dropout);
        gate = builder.gated ? linear("gate", builder.innerSize, builder.bias) : null;
        fc1 = linear("fc1", builder.innerSize, builder.bias);
        fc2 = linear("fc2", builder.modelSize, builder.bias);
    }

    private Linear linear(String name, int units, boolean bias) {
        return addChildBlock(name, Linear.builder().setUnits(units).optBias(bias).build());
    }

    /**
     * Creates a builder.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes and gives one array (…, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow(); // (..., D)
        NDArray inner = Layers.apply(fc1, parameters, x, training); // (..., inner)
        NDArray active =
                gate == null
                        ? activation.apply(inner)
                        : activation.apply(Layers.apply(gate, parameters, x, training)).mul(inner);
        NDArray kept = Layers.dropout(active, dropout, training);
        return new NDList(Layers.apply(fc2, parameters, kept, training)); // (..., D)
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        fc1.initialize(manager, dataType, inputShapes);
        if (gate != null) {
            gate.initialize(manager, dataType, inputShapes);
        }
        fc2.initialize(manager, dataType, fc1.getOutputShapes(inputShapes));
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** Builds a {@link FeedForward}. */
    public static final class Builder {

        private int modelSize;
        private int innerSize;
        private Activation activation = Activation.RELU;
        private boolean gated;
        private boolean bias = true;
        private float dropout;

        Builder() {}

        /**
         * Sets the size of input and output.
         *
         * @param modelSize D
         * @return this builder
         */
        public Builder setModelSize(int modelSize) {
            this.modelSize = modelSize;
            return this;
        }

        /**
         * Sets the size between the two linear maps.
         *
         * @param innerSize the inner size, four times D in the paper
         * @return this builder
         */
        public Builder setInnerSize(int innerSize) {
            this.innerSize = innerSize;
            return this;
        }

        /**
         * Sets the activation.
         *
         * @param activation the activation; {@link Activation#RELU} by default
         * @return this builder
         */
        public Builder optActivation(Activation activation) {
            this.activation = activation;
            return this;
        }

        /**
         * Sets whether a third linear map gates the inner values.
         *
         * @param gated whether to gate; false by default
         * @return this builder
         */
        public Builder optGated(boolean gated) {
            this.gated = gated;
            return this;
        }

        /**
         * Sets whether the linear maps have a bias.
         *
         * @param bias whether they have; true by default
         * @return this builder
         */
        public Builder optBias(boolean bias) {
            this.bias = bias;
            return this;
        }

        /**
         * Sets the dropout of the inner values.
         *
         * @param dropout the rate; 0 by default
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if a size is not positive or the rate out of range
         */
        public FeedForward build() {
            if (modelSize < 1 || innerSize < 1) {
                throw new IllegalArgumentException(
                        "modelSize and innerSize must be positive, got modelSize="
                                + modelSize
                                + ", innerSize="
                                + innerSize);
            }
            return new FeedForward(this);
        }
    }
}
