package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.AdaptiveSpan;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.RotaryEmbedding;

/**
 * Multi-head self-attention in which each head learns how far back it looks.
 *
 * <p>Sukhbaatar et al. 2019, "Adaptive Attention Span in Transformers", section 3. On each head,
 * {@code s = q·k / √H} and {@code weights[r] = m(t − r)·exp(s[r]) / Σ m·exp(s)}, with the soft mask
 * {@code m(x) = min(max((R + z − x) / R, 0), 1)}; z, the span, is a parameter of the head, R
 * ({@code ramp}) how softly it ends. {@link #spanLoss} is {@code λ/N · Σ z}: added to the loss, it
 * makes spans as short as the task allows. {@link AdaptiveSpan}, the child {@code span}, holds
 * them; the projections are those of {@link MultiHeadAttention}. The vectors by relative position
 * that the paper adds to keys are left to {@code optRotary}.
 *
 * <p>Query, key and value are of one sequence, (B, T, D); the context is (B, T, D). Later places
 * are hidden without a mask, unless the block is symmetric. Choose it where most heads need only
 * near places and a few need far ones. Training takes the time and memory of full attention, B·T²·D
 * and B·N·T². A step with a cache reads the last {@code max z + R} places only, however many the
 * cache holds.
 */
public final class AdaptiveSpanAttention extends ProjectedAttention {

    private static final byte VERSION = 1;

    private final double scale;
    private final float dropout;
    private final AdaptiveSpan span;

    private AdaptiveSpanAttention(Builder builder) {
        super(VERSION, Sizes.of(builder.modelSize, builder.heads), builder.bias, builder.rotary);
        scale = 1 / Math.sqrt(sizes().headSize());
        dropout = builder.dropout;
        span =
                addChildBlock(
                        "span",
                        new AdaptiveSpan(
                                builder.heads,
                                builder.maxSpan,
                                builder.initialSpan,
                                builder.ramp,
                                builder.penalty,
                                builder.symmetric));
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
     * Returns the part that holds the spans.
     *
     * @return the spans of the heads
     */
    public AdaptiveSpan span() {
        return span;
    }

    /**
     * Returns what the spans cost, {@code λ/N · Σ z}. A trainer that knows {@link
     * org.attn4j.attention.Penalized} adds it by itself.
     *
     * @param parameters where the spans are found
     * @param manager where the result lives; its device counts
     * @param training whether this is a training pass
     * @return one number
     */
    public NDArray spanLoss(ParameterStore parameters, NDManager manager, boolean training) {
        return span.penalty(parameters, manager, training);
    }

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray queryHeads = queryHeads(parameters, in, training);
        KeyValues memory = memory(parameters, in, training);
        NDArray context =
                attendHeads(parameters, queryHeads, memory, in.mask(), in.observer(), training);
        return new AttentionOutput(context(parameters, context, training));
    }

    /**
     * Attends on heads, without the projections.
     *
     * @param parameters where the spans are found
     * @param queryHeads (B, N, T, H)
     * @param memory keys and values (B, N, S, H); the queries are the last T of the S places
     * @param mask who sees whom, beside the spans
     * @param observer is told the weights (B, N, T, S); null for nobody
     * @param training whether this is a training pass
     * @return context (B, N, T, Hv)
     */
    public NDArray attendHeads(
            ParameterStore parameters,
            NDArray queryHeads,
            KeyValues memory,
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = queryHeads.getManager();
        long queries = queryHeads.getShape().get(2);
        long keys = memory.length();
        MaskArrays numbers = mask.arrays(manager, queries, keys);
        long skipped =
                queries < keys
                        ? Math.max(0, keys - queries + 1 - span.reach(parameters, manager))
                        : 0;
        NDArray key = from(skipped, memory.key(), manager); // (B, N, S − skipped, H)
        NDArray value = from(skipped, memory.value(), manager);

        NDArray scores = Scalars.multiply(queryHeads, scale).matMul(key.swapAxes(2, 3));
        NDArray weights =
                span.weights(
                        parameters, scores, numbers.withoutFirstKeys(manager, skipped), training);
        NDArray kept =
                training && dropout > 0
                        ? Kernels.of(manager).dropout().dropout(weights, dropout)
                        : weights;
        if (observer != null) {
            observer.observe("", skipped == 0 ? weights : padded(skipped, weights));
        }
        return kept.matMul(value); // (B, N, T, Hv)
    }

    /** Leaves out the first positions of keys or values. */
    private static NDArray from(long skipped, NDArray heads, NDManager manager) {
        return skipped == 0 ? heads : heads.get(manager, new NDIndex(":, :, {}:", skipped));
    }

    /** Weights for all S places, of which the first were not looked at. */
    private static NDArray padded(long skipped, NDArray weights) {
        Shape shape = weights.getShape();
        Shape missing = new Shape(shape.get(0), shape.get(1), shape.get(2), skipped);
        NDArray zeros = weights.getManager().zeros(missing, weights.getDataType());
        return zeros.concat(weights, 3);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        super.initializeChildBlocks(manager, dataType, inputShapes);
        span.initialize(manager, dataType, new Shape(1, sizes().heads(), 1, 1));
    }

    /** Builds an {@link AdaptiveSpanAttention}. */
    public static final class Builder {

        private int modelSize;
        private int heads;
        private int maxSpan;
        private double initialSpan;
        private double ramp = 32;
        private double penalty = 2e-6;
        private boolean symmetric;
        private boolean bias = true;
        private float dropout;
        private RotaryEmbedding rotary;

        private Builder() {}

        /**
         * Sets D, the features of query and context.
         *
         * @param modelSize at least 1
         * @return this builder
         */
        public Builder setModelSize(int modelSize) {
            this.modelSize = modelSize;
            return this;
        }

        /**
         * Sets N.
         *
         * @param heads at least 1, a divisor of D
         * @return this builder
         */
        public Builder setHeads(int heads) {
            this.heads = heads;
            return this;
        }

        /**
         * Sets the most places that a span may have.
         *
         * @param maxSpan at least 1
         * @return this builder
         */
        public Builder setMaxSpan(int maxSpan) {
            this.maxSpan = maxSpan;
            return this;
        }

        /**
         * Sets the span that every head starts with; 0 unless set.
         *
         * @param initialSpan from 0 to the maximum
         * @return this builder
         */
        public Builder optInitialSpan(double initialSpan) {
            this.initialSpan = initialSpan;
            return this;
        }

        /**
         * Sets R, over how many places the mask falls from 1 to 0; 32 unless set.
         *
         * @param ramp above 0
         * @return this builder
         */
        public Builder optRamp(double ramp) {
            this.ramp = ramp;
            return this;
        }

        /**
         * Sets λ, what a place of mean span costs; 2e-6 unless set, as in the paper, where spans go
         * up to 8,192.
         *
         * @param penalty at least 0
         * @return this builder
         */
        public Builder optPenalty(double penalty) {
            this.penalty = penalty;
            return this;
        }

        /**
         * Sets whether later keys are seen as far as earlier ones, for encoders; not unless set.
         *
         * @param symmetric whether they are
         * @return this builder
         */
        public Builder optSymmetric(boolean symmetric) {
            this.symmetric = symmetric;
            return this;
        }

        /**
         * Sets whether the four projections have a bias; they do unless set.
         *
         * @param bias whether they have
         * @return this builder
         */
        public Builder optBias(boolean bias) {
            this.bias = bias;
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
         * Sets positions that turn queries and keys.
         *
         * @param rotary the embedding; null for none
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public AdaptiveSpanAttention build() {
            ScaledDotProduct.checkDropout(dropout);
            return new AdaptiveSpanAttention(this);
        }
    }
}
