package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.Objects;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.score.Score;

/**
 * Luong's global attention: every state of the decoder looks at all states of the encoder.
 *
 * <p>Luong et al. 2015, section 3.1: {@code α_ts = softmax_s(score(h_t, h̄_s))} over the visible s
 * and {@code c_t = Σ_s α_ts h̄_s}; the attentional vector is {@code h̃_t = tanh(W_c [c_t; h_t])},
 * equation 5. The score, h_tᵀ h̄_s, h_tᵀ W_a h̄_s, v · tanh(W_a [h_t; h̄_s]) or (W_a h_t)_s, is a
 * part of its own: {@link org.attn4j.attention.score.DotScore}, {@link
 * org.attn4j.attention.score.GeneralScore}, {@link org.attn4j.attention.score.ConcatScore} or
 * {@link org.attn4j.attention.score.LocationScore}; one with parameters is the child {@code score}.
 * h_t is the query, h̄_s both key and value. W_c (A, Dv + Dq), without a bias, is the child {@code
 * output_proj} of a block built with {@link Builder#optAttentionalSize}; such a block gives h̃_t,
 * any other c_t.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give (B, T, Dv), or (B, T, A). Choose it
 * for a recurrent decoder, dot where encoder and decoder share a space, general where they do not;
 * the location score only where the place alone says what is wanted. Time B·T·S·(Dq + Dv) with dot
 * and general, memory B·T·S; the concat score costs A times that. The cache keeps what the score
 * makes of the keys (W_a h̄_s with general), so a step of the decoder costs S·(Dq + Dv).
 */
public final class GlobalAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final Score score;
    private final ScoredAttention core;
    private final int attentionalSize;
    private final Linear outputProjection; // null without

    private GlobalAttention(Builder builder) {
        super(VERSION);
        score = Objects.requireNonNull(builder.score, "score");
        if (score instanceof Block block) {
            addChildBlock("score", block);
        }
        core = new ScoredAttention(score, builder.alignment, builder.dropout);
        if (builder.alignment instanceof Block block) {
            addChildBlock("alignment", block);
        }
        attentionalSize = builder.attentionalSize;
        outputProjection =
                attentionalSize == 0
                        ? null
                        : addChildBlock(
                                "output_proj",
                                Linear.builder().setUnits(attentionalSize).optBias(false).build());
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns how a query scores a key.
     *
     * @return the score
     */
    public Score score() {
        return score;
    }

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        AttentionOutput output = context(parameters, in, training);
        if (outputProjection == null) {
            return output; // (B, T, Dv)
        }
        NDArray vector = attentional(parameters, output.context(), in.query(), training);
        return new AttentionOutput(vector); // (B, T, A)
    }

    /**
     * Attends without making the attentional vector.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param training whether this is a training pass
     * @return c_t, (B, T, Dv)
     */
    public AttentionOutput context(
            ParameterStore parameters, AttentionInputs in, boolean training) {
        return core.attend(parameters, in, training);
    }

    /**
     * Makes the attentional vector, {@code tanh(W_c [c; h])}.
     *
     * @param parameters where the block's parameters are found
     * @param context c, (B, T, Dv)
     * @param query h, (B, T, Dq)
     * @param training whether this is a training pass
     * @return h̃, (B, T, A)
     * @throws IllegalStateException if the block was built without an attentional vector
     */
    public NDArray attentional(
            ParameterStore parameters, NDArray context, NDArray query, boolean training) {
        if (outputProjection == null) {
            throw new IllegalStateException(
                    "this block has no attentional vector: build it with optAttentionalSize");
        }
        NDList both = new NDList(context.concat(query, 2)); // (B, T, Dv + Dq)
        return outputProjection.forward(parameters, both, training).singletonOrThrow().tanh();
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        return outputProjection == null
                ? ScoredAttention.outputShapes(query, queryKeyValue(inputShapes)[2])
                : new Shape[] {new Shape(query.get(0), query.get(1), attentionalSize)};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        core.initialize(manager, dataType, shapes[0], shapes[1]);
        if (outputProjection != null) {
            long size = shapes[2].get(2) + shapes[0].get(2);
            outputProjection.initialize(manager, dataType, new Shape(1, 1, size));
        }
    }

    /** Builds a {@link GlobalAttention}. */
    public static final class Builder {

        private Score score;
        private int attentionalSize;
        private Alignment alignment = Softmax.INSTANCE;
        private float dropout;

        private Builder() {}

        /**
         * Sets how a query scores a key.
         *
         * @param score a score of this block's own: one with parameters becomes its child
         * @return this builder
         */
        public Builder setScore(Score score) {
            this.score = score;
            return this;
        }

        /**
         * Makes the block give the attentional vector instead of the context.
         *
         * @param attentionalSize A, the features of the vector; 0, as unless set, for none
         * @return this builder
         */
        public Builder optAttentionalSize(int attentionalSize) {
            this.attentionalSize = attentionalSize;
            return this;
        }

        /**
         * Sets how scores become weights; softmax unless set. One with parameters becomes the child
         * {@code alignment}.
         *
         * @param alignment the mapping
         * @return this builder
         */
        public Builder optAlignment(Alignment alignment) {
            this.alignment = alignment;
            return this;
        }

        /**
         * Sets the rate at which weights are dropped in training; 0 unless set.
         *
         * @param dropout in [0, 1)
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
         */
        public GlobalAttention build() {
            if (attentionalSize < 0) {
                throw new IllegalArgumentException(
                        "attentionalSize must be at least 0, got attentionalSize="
                                + attentionalSize);
            }
            return new GlobalAttention(this);
        }
    }
}
