package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import java.util.function.Supplier;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.ScoreBias;

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
 * <p>No mask hides the persistent memory, so a query that sees no place of the input reads the
 * memory alone, and its context is not zero. Weights are (B, N, T, S + M), the persistent entries
 * last. In the paper such a layer needs no feed-forward block: choose it to fold what a model knows
 * into its attention, and see in the weights how much comes from there. Query (B, T, D), key (B, S,
 * Dk) and value (B, S, Dv) give (B, T, D). Time B·(T + S)·D² + B·T·(S + M)·D; a cache holds the
 * places alone.
 */
public final class PersistentMemoryAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final int heads;
    private final int headSize;
    private final int persistent;
    private final RotaryEmbedding rotary;
    private final ScoreBias scoreBias;
    private final ScaledDotProduct core;

    private final Linear queryProjection;
    private final Linear keyProjection;
    private final Linear valueProjection;
    private final Linear outputProjection;
    private final Parameter persistentKeys; // (N, M, H)
    private final Parameter persistentValues;

    private PersistentMemoryAttention(Builder builder) {
        super(VERSION);
        modelSize = builder.modelSize;
        heads = builder.heads;
        headSize = builder.headSize == 0 ? modelSize / heads : builder.headSize;
        persistent = builder.persistent;
        rotary = builder.rotary;
        scoreBias = builder.scoreBias;
        core = new ScaledDotProduct(1 / Math.sqrt(headSize), builder.dropout, builder.kernel);
        queryProjection = addChildBlock("query_proj", linear(heads * headSize, builder.bias));
        keyProjection = addChildBlock("key_proj", linear(heads * headSize, builder.bias));
        valueProjection = addChildBlock("value_proj", linear(heads * headSize, builder.bias));
        outputProjection = addChildBlock("output_proj", linear(modelSize, builder.bias));
        persistentKeys = addParameter(vectors("persistent_keys"));
        persistentValues = addParameter(vectors("persistent_values"));
        if (scoreBias instanceof Block block) {
            addChildBlock("score_bias", block);
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

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDManager manager = in.query().getManager();
        int cached = in.cache() == null ? 0 : in.cache().length();
        NDArray queryHeads = project(queryProjection, parameters, in.query(), training);
        queryHeads = turn(queryHeads, in, cached); // (B, N, T, H)
        Supplier<KeyValues> fresh =
                () -> {
                    NDArray key = project(keyProjection, parameters, in.key(), training);
                    NDArray value = project(valueProjection, parameters, in.value(), training);
                    return new KeyValues(turn(key, in, cached), value);
                };
        KeyValues places =
                in.cache() == null ? fresh.get() : in.cache().update(fresh); // (B, N, S, H)

        long queries = queryHeads.getShape().get(2);
        AttentionMask mask =
                ScaledDotProduct.biased(
                                in.mask(),
                                scoreBias,
                                parameters,
                                manager,
                                queries,
                                places.length(),
                                training)
                        .withVisibleKeys(manager, queries, places.length(), persistent);
        KeyValues memory =
                new KeyValues(
                        augmented(places.key(), persistentKeys, parameters, manager, training),
                        augmented(places.value(), persistentValues, parameters, manager, training));
        NDArray output =
                core.attend(queryHeads, memory, mask, in.observer(), training); // (B, T, N·H)
        NDArray context =
                outputProjection
                        .forward(parameters, new NDList(output), training)
                        .singletonOrThrow(); // (B, T, D)
        return new AttentionOutput(context);
    }

    /** Appends the persistent vectors to those of the places: (B, N, S + M, H). */
    private NDArray augmented(
            NDArray places,
            Parameter vectors,
            ParameterStore parameters,
            NDManager manager,
            boolean training) {
        long batch = places.getShape().get(0);
        Shape shape = new Shape(batch, heads, persistent, headSize);
        NDArray values = parameters.getValue(vectors, places.getDevice(), training); // (N, M, H)
        NDArray rows = manager.zeros(shape, places.getDataType()).add(values); // (B, N, M, H)
        NDArray all = places.concat(rows, 2);
        all.attach(manager);
        return all;
    }

    private NDArray turn(NDArray heads, AttentionInputs in, int cached) {
        if (rotary == null) {
            return heads;
        }
        return in.positions() == null
                ? rotary.apply(heads, cached)
                : rotary.apply(heads, in.positions());
    }

    private NDArray project(
            Linear projection, ParameterStore parameters, NDArray x, boolean training) {
        return Heads.split(
                projection.forward(parameters, new NDList(x), training).singletonOrThrow(), heads);
    }

    private static Linear linear(long units, boolean bias) {
        return Linear.builder().setUnits(units).optBias(bias).build();
    }

    private Parameter vectors(String name) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(heads, persistent, headSize))
                .optInitializer(new NormalInitializer(1))
                .build();
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        queryProjection.initialize(manager, dataType, shapes[0]);
        keyProjection.initialize(manager, dataType, shapes[1]);
        valueProjection.initialize(manager, dataType, shapes[2]);
        outputProjection.initialize(manager, dataType, new Shape(1, 1, (long) heads * headSize));
        if (scoreBias instanceof Block block) {
            block.initialize(manager, dataType, new Shape(1, 1));
        }
    }

    /** Builds a {@link PersistentMemoryAttention}. */
    public static final class Builder {

        private int modelSize;
        private int heads;
        private int headSize;
        private int persistent;
        private boolean bias;
        private float dropout;
        private RotaryEmbedding rotary;
        private ScoreBias scoreBias;
        private AttentionKernel kernel;

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
         * @param heads at least 1
         * @return this builder
         */
        public Builder setHeads(int heads) {
            this.heads = heads;
            return this;
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
         * Sets H; D / N unless set.
         *
         * @param headSize at least 1
         * @return this builder
         */
        public Builder optHeadSize(int headSize) {
            this.headSize = headSize;
            return this;
        }

        /**
         * Sets whether the four projections have a bias; not unless set, as in the paper.
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
         * Sets positions that turn queries and the keys of places, for self-attention. The
         * persistent keys stand nowhere and are not turned.
         *
         * @param rotary the embedding; null for none
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
            return this;
        }

        /**
         * Sets positions that add to the scores of places. One with parameters becomes the child
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
            if (modelSize < 1 || heads < 1 || persistent < 1 || headSize < 0) {
                throw new IllegalArgumentException(
                        "modelSize, heads, persistent and headSize must be at least 1, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads
                                + ", persistent="
                                + persistent
                                + ", headSize="
                                + headSize);
            }
            if (headSize == 0 && modelSize % heads != 0) {
                throw new IllegalArgumentException(
                        "modelSize must be divisible by heads, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads);
            }
            int size = headSize == 0 ? modelSize / heads : headSize;
            if (rotary != null && rotary.size() > size) {
                throw new IllegalArgumentException(
                        "rotary size must be at most the head size, got rotary size="
                                + rotary.size()
                                + ", head size="
                                + size);
            }
            ScaledDotProduct.checkDropout(dropout);
            return new PersistentMemoryAttention(this);
        }
    }
}
