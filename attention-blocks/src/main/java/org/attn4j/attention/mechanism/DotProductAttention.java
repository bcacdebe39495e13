package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.common.Require;

/**
 * Dot-product attention without projections: {@code softmax(scale · Q·Kᵀ + M)·V}.
 *
 * <p>Vaswani et al. 2017, equation 1, with {@code scale = 1/√H}; with a scale of 1 it is the
 * dot-product attention that they compare with, and the "dot" score of Luong et al. 2015. Q is the
 * query (B, T, D), K the key (B, S, D), V the value (B, S, Dv); the context is (B, T, Dv). With N
 * heads the features of a position are split into N parts that attend by themselves; keys and
 * values may have fewer heads, and then are narrower by the same factor.
 *
 * <p>It has no parameters: choose it when queries and keys live in one space already. Time B·T·S·(D
 * + Dv); memory B·N·T·S with the reference kernel and B·T·Dv with a fused one.
 */
public final class DotProductAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int heads;
    private final int keyValueHeads;
    private final Double scale; // null for 1/√H
    private final float dropout;
    private final ScoreBias scoreBias; // null for none
    private final QueryKeyNorm norm; // null for none
    private final Alignment alignment; // null for softmax
    private final AttentionKernel kernel;

    private DotProductAttention(Builder builder) {
        super(VERSION);
        heads = builder.heads;
        keyValueHeads = builder.keyValueHeads == 0 ? heads : builder.keyValueHeads;
        Require.that(
                heads >= 1 && keyValueHeads >= 1 && heads % keyValueHeads == 0,
                "heads must be at least 1 and divisible by keyValueHeads,"
                        + " got heads=%s, keyValueHeads=%s",
                heads,
                keyValueHeads);
        ScaledDotProduct.checkDropout(builder.dropout);
        scale = builder.scale;
        dropout = builder.dropout;
        scoreBias = builder.scoreBias;
        norm = builder.norm;
        alignment = builder.alignment;
        kernel = builder.kernel;
        Heads.adopt("score_bias", scoreBias, this::addChildBlock);
        Heads.adopt("norm", norm, this::addChildBlock);
        Heads.adopt("alignment", alignment, this::addChildBlock);
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray split = Heads.split(in.query(), heads);
        NDArray query = norm == null ? split : norm.query(parameters, split, training);
        KeyValues memory = in.remembered(() -> keyValues(parameters, in, training)); // (B, G, S, H)
        AttentionMask mask =
                ScaledDotProduct.biased(in.mask(), scoreBias, parameters, query, memory, training);
        NDArray context =
                new ScaledDotProduct(scale(query.getShape().get(3)), dropout, kernel)
                        .with(alignment, parameters, in.observer())
                        .attend(query, memory, mask, in.observer(), training); // (B, T, Dv)
        return new AttentionOutput(context);
    }

    private KeyValues keyValues(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray key = Heads.split(in.key(), keyValueHeads);
        return new KeyValues(
                norm == null ? key : norm.key(parameters, key, training),
                Heads.split(in.value(), keyValueHeads));
    }

    private double scale(long headSize) {
        if (scale != null) {
            return scale;
        }
        return norm == null ? 1 / Math.sqrt(headSize) : norm.scale(headSize);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        Shape value = queryKeyValue(inputShapes)[2];
        return new Shape[] {
            new Shape(query.get(0), query.get(1), value.get(2) / keyValueHeads * heads)
        };
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Heads.initialize(scoreBias, manager, dataType, new Shape(1, 1));
        Shape oneHead = new Shape(1, heads, 1, 1);
        Heads.initialize(norm, manager, dataType, oneHead, oneHead);
        Heads.initialize(alignment, manager, dataType, oneHead);
    }

    /** Builds a {@link DotProductAttention}. */
    public static final class Builder {

        private int heads = 1;
        private int keyValueHeads;
        private Double scale;
        private float dropout;
        private ScoreBias scoreBias;
        private QueryKeyNorm norm;
        private Alignment alignment;
        private AttentionKernel kernel;

        private Builder() {}

        /**
         * Sets N; 1 unless set.
         *
         * @param heads at least 1, a divisor of the features of the query
         * @return this builder
         */
        public Builder optHeads(int heads) {
            this.heads = heads;
            return this;
        }

        /**
         * Sets G, the heads of keys and values; N unless set.
         *
         * @param keyValueHeads a divisor of N
         * @return this builder
         */
        public Builder optKeyValueHeads(int keyValueHeads) {
            this.keyValueHeads = keyValueHeads;
            return this;
        }

        /**
         * Sets the factor on the scores; 1/√H unless set.
         *
         * @param scale the factor
         * @return this builder
         */
        public Builder optScale(double scale) {
            this.scale = scale;
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
         * Sets positions that add to the scores. One with parameters becomes the child {@code
         * score_bias}.
         *
         * @param scoreBias the bias; null for none
         * @return this builder
         */
        public Builder optScoreBias(ScoreBias scoreBias) {
            this.scoreBias = scoreBias;
            return this;
        }

        /**
         * Sets what is done to queries and keys before their dot product, as in cosine attention;
         * nothing unless set. Unless {@link #optScale} is called too, it brings the factor on the
         * scores. One with parameters becomes the child {@code norm}.
         *
         * @param norm the norm; null for none
         * @return this builder
         */
        public Builder optQueryKeyNorm(QueryKeyNorm norm) {
            this.norm = norm;
            return this;
        }

        /**
         * Sets how scores become weights; softmax unless set. Any other is computed by the
         * reference kernel. One with parameters becomes the child {@code alignment}.
         *
         * @param alignment the mapping; null for softmax
         * @return this builder
         */
        public Builder optAlignment(Alignment alignment) {
            this.alignment = alignment;
            return this;
        }

        /**
         * Sets the kernel; unless set, the fastest that the engine and device have. Requests that
         * it does not support go to the reference.
         *
         * @param kernel the kernel; null for the fastest
         * @return this builder
         */
        public Builder optKernel(AttentionKernel kernel) {
            this.kernel = kernel;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public DotProductAttention build() {
            return new DotProductAttention(this);
        }
    }
}
