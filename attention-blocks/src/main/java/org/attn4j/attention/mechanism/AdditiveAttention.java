package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.score.AdditiveScore;

/**
 * Additive attention: a small network reads query and key together and says how well they fit.
 *
 * <p>Bahdanau et al. 2015, section 3.1 and appendix A.1.2: {@code e_ts = v · tanh(W_q q_t + W_k k_s
 * [+ b])}, {@code α_t = softmax(e_t)} over the visible keys, {@code context_t = Σ_s α_ts v_s}. The
 * paper writes s_{i−1} for the query, h_j for keys and values, W_a, U_a and v_a for the parameters;
 * these are the children {@code query_proj}, {@code key_proj} and {@code energy} of the child
 * {@code score}, an {@link AdditiveScore}.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv); a decoder of
 * the paper passes its annotations as key and as value. Choose it where queries and keys differ in
 * size or kind, as states of a decoder and annotations of an encoder do, and where sequences are
 * short: on long ones a dot product is much cheaper and, once scaled, as good. Time B·T·S·A and
 * memory B·T·S·A, with A the units of the hidden layer. W_k k is computed once and kept in the
 * cache, so a recurrent decoder pays for S·A products a step.
 */
public final class AdditiveAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final AdditiveScore score;
    private final ScoredAttention core;

    private AdditiveAttention(Builder builder) {
        super(VERSION);
        score = addChildBlock("score", new AdditiveScore(builder.hiddenSize, builder.bias));
        core = new ScoredAttention(score, builder.alignment, builder.dropout);
        if (builder.alignment instanceof Block block) {
            addChildBlock("alignment", block);
        }
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
     * @return the score, a child of this block
     */
    public AdditiveScore score() {
        return score;
    }

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        return core.attend(parameters, in, training); // (B, T, Dv)
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return ScoredAttention.outputShapes(inputShapes[0], queryKeyValue(inputShapes)[2]);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        core.initialize(manager, dataType, shapes[0], shapes[1]);
    }

    /** Builds an {@link AdditiveAttention}. */
    public static final class Builder {

        private int hiddenSize;
        private boolean bias;
        private Alignment alignment = Softmax.INSTANCE;
        private float dropout;

        private Builder() {}

        /**
         * Sets A, the units of the hidden layer.
         *
         * @param hiddenSize at least 1
         * @return this builder
         */
        public Builder setHiddenSize(int hiddenSize) {
            this.hiddenSize = hiddenSize;
            return this;
        }

        /**
         * Sets whether the hidden layer has a bias; it has none unless set.
         *
         * @param bias whether it has
         * @return this builder
         */
        public Builder optBias(boolean bias) {
            this.bias = bias;
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
        public AdditiveAttention build() {
            return new AdditiveAttention(this);
        }
    }
}
