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
import java.util.function.UnaryOperator;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;

/**
 * A layer of self-attention and feed-forward, each with a norm, dropout and a way around it
 * (Vaswani et al. 2017, §3.1, "Encoder").
 *
 * <p>Its parts are given to it, so that any attention mechanism, norm and feed-forward block can
 * stand in it. With a causal mask it is a layer of a decoder-only model.
 */
public final class EncoderLayer extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Attention selfAttention;
    private final Block feedForward;
    private final Residual aroundAttention;
    private final Residual aroundFeedForward;
    private final boolean parallel;
    private final AttentionMask ownMask;

    private EncoderLayer(Builder builder) {
        super(VERSION);
        NormOrder order = builder.normOrder;
        parallel = builder.parallel;
        ownMask = builder.mask;
        float dropout = Layers.requireRate("dropout", builder.dropout);
        selfAttention = addChildBlock("self_attn", builder.selfAttention);
        aroundAttention =
                new Residual(
                        addChildBlock("self_attn_layer_norm", builder.norm.get()), order, dropout);
        feedForward = addChildBlock("feed_forward", builder.feedForward);
        float innerDropout =
                builder.feedForwardDropout == null
                        ? dropout
                        : Layers.requireRate("feedForwardDropout", builder.feedForwardDropout);
        aroundFeedForward =
                new Residual(
                        addChildBlock("final_layer_norm", builder.norm.get()), order, innerDropout);
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
     * @param x (B, T, D)
     * @param mask who sees whom among the T places
     * @param observer receives the weights as {@code self_attn}, or null
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public NDArray encode(
            ParameterStore parameters,
            NDArray x,
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        return encode(parameters, x, mask, null, null, observer, training);
    }

    /**
     * Runs the layer on tokens that follow others, or that have places of their own.
     *
     * @param parameters where the parameters are found
     * @param x (B, T, D)
     * @param mask who sees whom, from the T places to those of the cache and these
     * @param positions the places of the tokens, (B, T) or (T) of int64; null for those after the
     *     cache
     * @param cache keys and values of the tokens before; null if there are none
     * @param observer receives the weights as {@code self_attn}, or null
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public NDArray encode(
            ParameterStore parameters,
            NDArray x,
            AttentionMask mask,
            NDArray positions,
            KeyValueCache cache,
            AttentionObserver observer,
            boolean training) {
        AttentionObserver selfObserver = observer == null ? null : observer.at("self_attn");
        UnaryOperator<NDArray> attend =
                query ->
                        selfAttention
                                .attend(
                                        parameters,
                                        AttentionInputs.self(query)
                                                .withMask(mask.and(ownMask))
                                                .withPositions(positions)
                                                .withCache(cache)
                                                .withObserver(selfObserver),
                                        training)
                                .context();
        UnaryOperator<NDArray> inner = y -> Layers.apply(feedForward, parameters, y, training);
        NDArray attended = aroundAttention.around(parameters, x, training, attend); // (B, T, D)
        return parallel
                ? attended.add(aroundFeedForward.branch(parameters, x, training, inner))
                : aroundFeedForward.around(parameters, attended, training, inner); // (B, T, D)
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [x]} or {@code [x, visible]}, with x (B, T, D) and visible (B, T) true for
     * the places that are seen, and gives (B, T, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        AttentionMask mask =
                inputs.size() < 2 ? AttentionMask.none() : AttentionMask.keys(inputs.get(1));
        return new NDList(encode(parameters, inputs.get(0), mask, null, training));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, inputShapes[0]);
        }
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** Builds an {@link EncoderLayer}. */
    public static final class Builder {

        private Attention selfAttention;
        private Block feedForward;
        private Supplier<? extends Block> norm;
        private NormOrder normOrder = NormOrder.POST;
        private boolean parallel;
        private AttentionMask mask = AttentionMask.none();
        private float dropout;
        private Float feedForwardDropout;

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
         * Sets whether both sublayers read what the layer is given, {@code x + attention(norm1(x))
         * + feedForward(norm2(x))}, instead of one after the other (Wang and Komatsuzaki 2021,
         * GPT-J; Black et al. 2022, GPT-NeoX-20B, §2.1).
         *
         * @param parallel whether they do, with {@link NormOrder#PRE}; false by default
         * @return this builder
         */
        public Builder optParallel(boolean parallel) {
            this.parallel = parallel;
            return this;
        }

        /**
         * Sets what this layer hides beside what a call hides, such as all that is outside of a
         * window.
         *
         * @param mask a mask for any lengths; nothing by default
         * @return this builder
         */
        public Builder optMask(AttentionMask mask) {
            this.mask = mask;
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
         * Sets the dropout of the feed-forward block's output, where it is another than the
         * attention's.
         *
         * @param feedForwardDropout the rate; that of {@link #optDropout} by default
         * @return this builder
         */
        public Builder optFeedForwardDropout(float feedForwardDropout) {
            this.feedForwardDropout = feedForwardDropout;
            return this;
        }

        /**
         * Builds the layer.
         *
         * @return the layer
         * @throws IllegalArgumentException if the rate is out of range, or the sublayers are
         *     parallel and the norms not before them
         */
        public EncoderLayer build() {
            Objects.requireNonNull(selfAttention, "selfAttention");
            Objects.requireNonNull(feedForward, "feedForward");
            Objects.requireNonNull(norm, "norm");
            if (parallel && normOrder != NormOrder.PRE) {
                throw new IllegalArgumentException(
                        "parallel sublayers take their norms before them, got normOrder="
                                + normOrder);
            }
            return new EncoderLayer(this);
        }
    }
}
