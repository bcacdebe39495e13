package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.AdaptiveSpan;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
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
 * <p>Query, key and value are of one sequence, (B, T, D); the context is (B, T, D). Later positions
 * are hidden without a mask, unless the block is symmetric. Choose it where most heads need only
 * near positions and a few need far ones. Training takes the time and memory of full attention,
 * B·T²·D and B·N·T². A step with a cache reads the last {@code max z + R} positions only, however
 * many the cache holds.
 */
public final class AdaptiveSpanAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int heads;
    private final double scale;
    private final float dropout;
    private final Projections projections;
    private final AdaptiveSpan span;

    private AdaptiveSpanAttention(Builder builder) {
        super(VERSION);
        int headSize = builder.headSize();
        ScaledDotProduct.checkDropout(builder.dropout);
        heads = builder.heads;
        scale = 1 / Math.sqrt(headSize);
        dropout = builder.dropout;
        Projections.Sizes sizes = Projections.Sizes.of(builder.modelSize, heads, headSize, heads);
        projections =
                new Projections(this::addChildBlock, sizes, builder.bias, null, builder.rotary)
                        .withOutput(this::addChildBlock, builder.bias);
        span =
                addChildBlock(
                        "span",
                        new AdaptiveSpan(
                                heads,
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

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = projections.query(parameters, in, training); // (B, N, T, H)
        KeyValues memory = projections.memory(parameters, in, training); // (B, N, S, H)
        NDArray context =
                attendHeads(
                        parameters,
                        query,
                        memory,
                        in.mask(),
                        in.observer(),
                        training); // (B, N, T, H)
        return projections.output(parameters, in, Heads.merge(context), training); // (B, T, D)
    }

    /**
     * Attends on heads, without the projections.
     *
     * @param parameters where the spans are found
     * @param queryHeads (B, N, T, H)
     * @param memory keys and values (B, N, S, H); the queries are the last T of the S positions
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
        MaskArrays within = numbers.withoutFirstKeys(manager, skipped);
        AttentionObserver.tell(observer, Stages.QUERY, () -> queryHeads);
        AttentionObserver.tell(observer, Stages.KEY, () -> key);
        AttentionObserver.tell(observer, Stages.VALUE, () -> value);
        AttentionObserver.tell(
                observer, Stages.SCORES, () -> queryHeads.matMul(key.swapAxes(2, 3)));
        AttentionObserver.tell(observer, Stages.SCALED_SCORES, () -> scores);
        within.tell(observer, scores);
        NDArray weights = span.weights(parameters, scores, within, observer, training);
        if (observer != null) {
            observer.observe("", skipped == 0 ? weights : padded(skipped, weights));
        }
        NDArray context = Kernels.dropped(weights, dropout, training).matMul(value);
        AttentionObserver.tell(observer, Stages.CONTEXT, () -> context);
        return context; // (B, N, T, Hv)
    }

    /** Leaves out the first positions of keys or values. */
    private static NDArray from(long skipped, NDArray heads, NDManager manager) {
        return skipped == 0 ? heads : heads.get(manager, new NDIndex(":, :, {}:", skipped));
    }

    /** Weights for all S positions, of which the first were not looked at. */
    private static NDArray padded(long skipped, NDArray weights) {
        Shape shape = weights.getShape();
        Shape missing = new Shape(shape.get(0), shape.get(1), shape.get(2), skipped);
        NDArray zeros = weights.getManager().zeros(missing, weights.getDataType());
        return zeros.concat(weights, 3);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
        span.initialize(manager, dataType, new Shape(1, heads, 1, 1));
    }

    /** Builds an {@link AdaptiveSpanAttention}. The four projections have a bias unless set. */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private int maxSpan;
        private double initialSpan;
        private double ramp = 32;
        private double penalty = 2e-6;
        private boolean symmetric;
        private RotaryEmbedding rotary;

        private Builder() {}

        /**
         * Sets the most positions that a span may have.
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
         * Sets R, over how many positions the mask falls from 1 to 0; 32 unless set.
         *
         * @param ramp above 0
         * @return this builder
         */
        public Builder optRamp(double ramp) {
            this.ramp = ramp;
            return this;
        }

        /**
         * Sets λ, what a position of mean span costs; 2e-6 unless set, as in the paper, where spans
         * go up to 8,192.
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
         * Sets positions that rotate queries and keys.
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
            return new AdaptiveSpanAttention(this);
        }
    }
}
