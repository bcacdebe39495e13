package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.common.Require;

/**
 * Multi-head attention whose heads also look at M learned vectors that belong to no input: a
 * persistent memory.
 *
 * <p>Sukhbaatar et al. 2019, "Augmenting Self-attention with Persistent Memory", section 4: with
 * [k_n ; v_n] the keys and values of head n from the input, and [p_n^k ; p_n^v] its M persistent
 * ones,
 *
 * <pre>
 *   weights_n = softmax(q_n · [k_n ; p_n^k] / √H)      one softmax over S + M
 *   context   = W_o [weights_1 [v_1 ; p_1^v] … weights_N [v_N ; p_N^v]]
 * </pre>
 *
 * The persistent keys and values are the parameters {@code persistent_keys} and {@code
 * persistent_values}, (N, M, H) each; the projections are {@code query_proj}, {@code key_proj},
 * {@code value_proj} and {@code output_proj}. They begin as standard normal numbers, which is what
 * the paper's scaled ones amount to.
 *
 * <p>No mask hides the persistent memory, so a query that sees no position of the input reads the
 * memory alone, and its context is not zero. Weights are (B, N, T, S + M), the persistent entries
 * last. In the paper such a layer needs no feed-forward block: choose it to fold what a model knows
 * into its attention, and see in the weights how much comes from there. Query (B, T, D), key (B, S,
 * Dk) and value (B, S, Dv) give (B, T, D). Time B·(T + S)·D² + B·T·(S + M)·D; a cache holds the
 * positions alone.
 */
public final class PersistentMemoryAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int heads;
    private final int headSize;
    private final int persistent;
    private final Projections projections;
    private final ScaledDotProduct core;
    private final Parameter persistentKeys; // (N, M, H)
    private final Parameter persistentValues;
    private final ScoreBias scoreBias; // null for none

    private PersistentMemoryAttention(Builder builder) {
        super(VERSION);
        headSize = builder.headSize();
        heads = builder.heads;
        persistent = builder.persistent;
        Require.that(
                persistent >= 1, "persistent must be at least 1, got persistent=%s", persistent);
        scoreBias = builder.scoreBias;
        core = new ScaledDotProduct(1 / Math.sqrt(headSize), builder.dropout, builder.kernel);
        Projections.Sizes sizes =
                Projections.Sizes.of(builder.modelSize, heads, headSize, heads).withInputs(0, 0);
        projections =
                new Projections(this::addChildBlock, sizes, builder.bias, null, builder.rotary)
                        .withOutput(this::addChildBlock, builder.bias);
        persistentKeys = addParameter(vectors("persistent_keys"));
        persistentValues = addParameter(vectors("persistent_values"));
        Heads.adopt("score_bias", scoreBias, this::addChildBlock);
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
        NDManager manager = in.query().getManager();
        NDArray query = projections.query(parameters, in, training); // (B, N, T, H)
        KeyValues seen = projections.memory(parameters, in, training); // (B, N, S, H)
        AttentionMask mask =
                ScaledDotProduct.biased(in.mask(), scoreBias, parameters, query, seen, training)
                        .withVisibleKeys(
                                manager, query.getShape().get(2), seen.length(), persistent);
        KeyValues memory = // (B, N, S + M, H)
                new KeyValues(
                        augmented(seen.key(), persistentKeys, parameters, manager, training),
                        augmented(seen.value(), persistentValues, parameters, manager, training));
        NDArray context = core.attend(query, memory, mask, in.observer(), training); // (B, T, N·H)
        return projections.output(parameters, in, context, training); // (B, T, D)
    }

    /** Appends the persistent vectors to others: (B, N, S + M, H). */
    private NDArray augmented(
            NDArray seen,
            Parameter vectors,
            ParameterStore parameters,
            NDManager manager,
            boolean training) {
        long batch = seen.getShape().get(0);
        Shape shape = new Shape(batch, heads, persistent, headSize);
        NDArray values = parameters.getValue(vectors, seen.getDevice(), training); // (N, M, H)
        NDArray rows = manager.zeros(shape, seen.getDataType()).add(values); // (B, N, M, H)
        NDArray all = seen.concat(rows, 2);
        all.attach(manager);
        return all;
    }

    private Parameter vectors(String name) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(heads, persistent, headSize))
                .optInitializer(new NormalInitializer(1))
                .build();
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
        Heads.initialize(scoreBias, manager, dataType, new Shape(1, 1));
    }

    /**
     * Builds a {@link PersistentMemoryAttention}. The projections have no bias unless set, as in
     * the paper.
     */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private int persistent;
        private RotaryEmbedding rotary;
        private ScoreBias scoreBias;
        private AttentionKernel kernel;

        private Builder() {
            bias = false;
        }

        /**
         * Sets M, the persistent vectors of a head; the paper has 1024 and more.
         *
         * @param persistent at least 1
         * @return this builder
         */
        public Builder setPersistent(int persistent) {
            this.persistent = persistent;
            return this;
        }

        /**
         * Sets positions that rotate queries and keys, for self-attention. The persistent keys
         * stand nowhere and are not rotated.
         *
         * @param rotary the embedding; null for none
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
            return this;
        }

        /**
         * Sets positions that add to the scores of positions. One with parameters becomes the child
         * {@code score_bias}.
         *
         * @param scoreBias the bias; null for none
         * @return this builder
         */
        public Builder optScoreBias(ScoreBias scoreBias) {
            this.scoreBias = scoreBias;
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
        public PersistentMemoryAttention build() {
            return new PersistentMemoryAttention(this);
        }
    }
}
