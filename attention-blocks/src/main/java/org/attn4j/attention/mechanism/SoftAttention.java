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
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.Score;

/**
 * Soft, deterministic attention of Show, Attend and Tell: the expected look at an image, gated.
 *
 * <p>Xu et al. 2015, section 3.1.2, equations 4 to 6, and section 4.2: {@code e_ti = f_att(a_i,
 * h_t)}, {@code α_t = softmax(e_t)} over the visible places, {@code ẑ_t = β_t Σ_i α_ti a_i} with
 * the gating scalar {@code β_t = σ(w_β · h_t + b_β)} of section 4.2.1. The annotations a are key
 * and value, the state h (h_{t−1} in the paper) is the query, f_att is the child {@code score}, in
 * the paper's programs an {@link org.attn4j.attention.score.AdditiveScore} with a bias, and w_β (1,
 * Dq) with b_β is the child {@code gate}. {@link #penalty} is the doubly stochastic regularisation
 * of equation 14, which asks that every place be looked at once over a whole sentence.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv). Choose it
 * where a decoder describes a set of places and must now and then rely on its language alone, which
 * a gate near 0 does; {@link HardAttention} looks at one place instead. Time and memory are those
 * of the score, B·T·S·A for the additive one, and B·T·Dq for the gate.
 */
public final class SoftAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final Score score;
    private final ScoredAttention core;
    private final Linear gate; // null without

    private SoftAttention(Builder builder) {
        super(VERSION);
        score = Objects.requireNonNull(builder.score, "score");
        if (score instanceof Block block) {
            addChildBlock("score", block);
        }
        core = new ScoredAttention(score, builder.alignment, builder.dropout);
        if (builder.alignment instanceof Block block) {
            addChildBlock("alignment", block);
        }
        gate = builder.gate ? addChildBlock("gate", Linear.builder().setUnits(1).build()) : null;
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
        if (gate == null) {
            return output;
        }
        NDArray gated = output.context().mul(gate(parameters, in.query(), training));
        return new AttentionOutput(gated); // (B, T, Dv)
    }

    /**
     * Attends without the gate.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param training whether this is a training pass
     * @return Σ α a, (B, T, Dv)
     */
    public AttentionOutput context(
            ParameterStore parameters, AttentionInputs in, boolean training) {
        return core.attend(parameters, in, training);
    }

    /**
     * Computes how much of the context each step uses.
     *
     * @param parameters where the block's parameters are found
     * @param query h, (B, T, Dq)
     * @param training whether this is a training pass
     * @return β, (B, T, 1), in (0, 1)
     * @throws IllegalStateException if the block was built without a gate
     */
    public NDArray gate(ParameterStore parameters, NDArray query, boolean training) {
        if (gate == null) {
            throw new IllegalStateException("this block was built without a gate");
        }
        NDArray logit = gate.forward(parameters, new NDList(query), training).singletonOrThrow();
        return logit.getNDArrayInternal().sigmoid();
    }

    /**
     * Computes the doubly stochastic penalty, {@code λ Σ_i (1 − Σ_t α_ti)²}: the weights of a step
     * sum to one, and those of a place over all steps should, too. It is added to the loss.
     *
     * @param weights α, (B, 1, T, S), as an observer is told them
     * @param visible (B, S), which places count, as booleans or ones and zeros; null for all
     * @param steps (B, T), which steps are real, as booleans or ones and zeros; null for all
     * @param lambda λ, at least 0
     * @return the penalty of each row, (B)
     */
    public static NDArray penalty(NDArray weights, NDArray visible, NDArray steps, double lambda) {
        Shape shape = weights.getShape();
        DataType type = weights.getDataType();
        NDArray alpha = weights.squeeze(1); // (B, T, S)
        if (steps != null) {
            alpha = alpha.mul(steps.toType(type, false).expandDims(2));
        }
        NDArray looked = alpha.sum(new int[] {1}); // (B, S)
        NDArray missing = Scalars.subtract(looked, 1).square();
        if (visible != null) {
            missing = missing.mul(visible.toType(type, false));
        }
        return Scalars.multiply(missing.sum(new int[] {1}), lambda).reshape(shape.get(0));
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
        if (gate != null) {
            gate.initialize(manager, dataType, shapes[0]);
        }
    }

    /** Builds a {@link SoftAttention}. */
    public static final class Builder {

        private Score score;
        private boolean gate = true;
        private Alignment alignment = Softmax.INSTANCE;
        private float dropout;

        private Builder() {}

        /**
         * Sets f_att, how a query scores a key.
         *
         * @param score a score of this block's own: one with parameters becomes its child
         * @return this builder
         */
        public Builder setScore(Score score) {
            this.score = score;
            return this;
        }

        /**
         * Sets whether the context is gated; it is unless set.
         *
         * @param gate whether it is
         * @return this builder
         */
        public Builder optGate(boolean gate) {
            this.gate = gate;
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
        public SoftAttention build() {
            return new SoftAttention(this);
        }
    }
}
