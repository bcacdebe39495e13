package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import java.util.function.Supplier;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;

/**
 * A layer of self-attention, cross-attention to a memory, and feed-forward, each with a norm,
 * dropout and a way around it (Vaswani et al. 2017, §3.1, "Decoder").
 *
 * <p>Its parts are given to it, so that any attention mechanism, norm and feed-forward block can
 * stand in it. Without a cross-attention it is a layer of a decoder-only model.
 */
public final class DecoderLayer extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Attention selfAttention;
    private final Attention crossAttention; // null for none
    private final Block feedForward;
    private final Residual aroundSelf;
    private final Residual aroundCross;
    private final Residual aroundFeedForward;

    private DecoderLayer(Builder builder) {
        super(VERSION);
        NormOrder order = builder.normOrder;
        float dropout = Layers.requireRate("dropout", builder.dropout);
        selfAttention = addChildBlock("self_attn", builder.selfAttention);
        aroundSelf =
                new Residual(
                        addChildBlock("self_attn_layer_norm", builder.norm.get()), order, dropout);
        crossAttention = builder.crossAttention;
        if (crossAttention == null) {
            aroundCross = null;
        } else {
            addChildBlock("encoder_attn", crossAttention);
            Block norm = addChildBlock("encoder_attn_layer_norm", builder.norm.get());
            aroundCross = new Residual(norm, order, dropout);
        }
        feedForward = addChildBlock("feed_forward", builder.feedForward);
        aroundFeedForward =
                new Residual(addChildBlock("final_layer_norm", builder.norm.get()), order, dropout);
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
     * Runs the layer.
     *
     * @param parameters where the parameters are found
     * @param inputs the hidden states and what they attend to
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public NDArray decode(ParameterStore parameters, DecoderInputs inputs, boolean training) {
        NDArray x =
                aroundSelf.around(
                        parameters,
                        inputs.hidden(),
                        training,
                        query -> self(parameters, query, inputs, training)); // (B, T, D)
        NDArray y =
                crossAttention == null
                        ? x
                        : aroundCross.around(
                                parameters,
                                x,
                                training,
                                query -> cross(parameters, query, inputs, training)); // (B, T, D)
        return aroundFeedForward.around(
                parameters,
                y,
                training,
                z -> Layers.apply(feedForward, parameters, z, training)); // (B, T, D)
    }

    private NDArray self(
            ParameterStore parameters, NDArray query, DecoderInputs inputs, boolean training) {
        AttentionInputs attentionInputs =
                AttentionInputs.self(query)
                        .withMask(inputs.mask())
                        .withCache(inputs.selfCache())
                        .withObserver(at(inputs.observer(), "self_attn"));
        return selfAttention.attend(parameters, attentionInputs, training).context();
    }

    private NDArray cross(
            ParameterStore parameters, NDArray query, DecoderInputs inputs, boolean training) {
        AttentionInputs attentionInputs =
                AttentionInputs.cross(query, inputs.memory())
                        .withMask(inputs.memoryMask())
                        .withCache(inputs.memoryCache())
                        .withObserver(at(inputs.observer(), "encoder_attn"));
        return crossAttention.attend(parameters, attentionInputs, training).context();
    }

    private static AttentionObserver at(AttentionObserver observer, String place) {
        return observer == null ? null : observer.at(place);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [x]}, {@code [x, memory]} or {@code [x, memory, visible]}, with x (B, T, D),
     * memory (B, S, D) and visible (B, S) true for the places of the memory that are seen, and
     * gives (B, T, D). A place of x sees itself and those before it.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray memory = inputs.size() < 2 ? null : inputs.get(1);
        AttentionMask memoryMask =
                inputs.size() < 3 ? AttentionMask.none() : AttentionMask.keys(inputs.get(2));
        DecoderInputs decoderInputs =
                new DecoderInputs(
                        inputs.get(0),
                        AttentionMask.causal(),
                        memory,
                        memoryMask,
                        null,
                        null,
                        null);
        return new NDList(decode(parameters, decoderInputs, training));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = inputShapes[0];
        Shape memory = inputShapes.length < 2 ? x : inputShapes[1];
        for (Block child : getChildren().values()) {
            if (child == crossAttention) {
                child.initialize(manager, dataType, x, memory, memory);
            } else {
                child.initialize(manager, dataType, x);
            }
        }
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** Builds a {@link DecoderLayer}. */
    public static final class Builder {

        private Attention selfAttention;
        private Attention crossAttention;
        private Block feedForward;
        private Supplier<? extends Block> norm;
        private NormOrder normOrder = NormOrder.POST;
        private float dropout;

        Builder() {}

        /**
         * Sets the self-attention.
         *
         * @param selfAttention from (B, T, D) to (B, T, D)
         * @return this builder
         */
        public Builder setSelfAttention(Attention selfAttention) {
            this.selfAttention = selfAttention;
            return this;
        }

        /**
         * Sets the attention to the memory.
         *
         * @param crossAttention from (B, T, D) and (B, S, D) to (B, T, D); none by default
         * @return this builder
         */
        public Builder optCrossAttention(Attention crossAttention) {
            this.crossAttention = crossAttention;
            return this;
        }

        /**
         * Sets the feed-forward block.
         *
         * @param feedForward from (B, T, D) to (B, T, D)
         * @return this builder
         */
        public Builder setFeedForward(Block feedForward) {
            this.feedForward = feedForward;
            return this;
        }

        /**
         * Sets what makes the norms.
         *
         * @param norm makes a new norm, from (B, T, D) to (B, T, D), each time
         * @return this builder
         */
        public Builder setNorm(Supplier<? extends Block> norm) {
            this.norm = norm;
            return this;
        }

        /**
         * Sets where the norms stand.
         *
         * @param normOrder before or after the sublayers; {@link NormOrder#POST} by default
         * @return this builder
         */
        public Builder optNormOrder(NormOrder normOrder) {
            this.normOrder = normOrder;
            return this;
        }

        /**
         * Sets the dropout of each sublayer's output.
         *
         * @param dropout the rate; 0 by default
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Builds the layer.
         *
         * @return the layer
         * @throws IllegalArgumentException if the rate is out of range
         */
        public DecoderLayer build() {
            Objects.requireNonNull(selfAttention, "selfAttention");
            Objects.requireNonNull(feedForward, "feedForward");
            Objects.requireNonNull(norm, "norm");
            return new DecoderLayer(this);
        }
    }
}
