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
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.RelativeKeys;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.ScoreBias;

/**
 * Multi-head attention: N times scaled dot-product attention, each on projections of its own, and
 * their results projected once more.
 *
 * <p>Vaswani et al. 2017, section 3.2.2: {@code head_n = softmax(Q·W_n^Q · (K·W_n^K)ᵀ / √H) ·
 * V·W_n^V} and {@code context = [head_1 … head_N]·W^O}. W^Q, W^K, W^V and W^O are here the children
 * {@code query_proj}, {@code key_proj}, {@code value_proj} and {@code output_proj}, each with a
 * weight (out, in) and, unless it is left out, a bias. The same block is
 *
 * <ul>
 *   <li>self-attention when it is given {@link AttentionInputs#self}, masked with {@link
 *       AttentionMask#causal()};
 *   <li>cross-attention with {@link AttentionInputs#cross}, or with keys and values of other sizes;
 *   <li>grouped-query attention (Ainslie et al. 2023) with fewer key and value heads than query
 *       heads, and multi-query attention (Shazeer 2019) with one: the cache shrinks by N / G.
 * </ul>
 *
 * <p>Query (B, T, D), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, D). Time B·(T +
 * S)·D² for the projections and B·T·S·D for attending; memory B·N·T·S with the reference kernel,
 * B·T·D with a fused one.
 */
public final class MultiHeadAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final int keySize;
    private final int valueSize;
    private final int heads;
    private final int keyValueHeads;
    private final int headSize;
    private final boolean zeroAttention;
    private final RotaryEmbedding rotary;
    private final ScoreBias scoreBias;
    private final RelativeKeys relativeKeys; // null for none
    private final double scale;
    private final QueryKeyNorm norm; // or null
    private final Alignment alignment; // null for softmax
    private final ScaledDotProduct core;

    private final Linear queryProjection;
    private final Linear keyProjection;
    private final Linear valueProjection;
    private final Linear outputProjection;
    private final Parameter extraKey; // (1, 1, G·H), or null
    private final Parameter extraValue;

    private MultiHeadAttention(Builder builder) {
        super(VERSION);
        modelSize = builder.modelSize;
        heads = builder.heads;
        keySize = orElse(builder.keySize, modelSize);
        valueSize = orElse(builder.valueSize, modelSize);
        keyValueHeads = orElse(builder.keyValueHeads, heads);
        headSize = orElse(builder.headSize, modelSize / heads);
        zeroAttention = builder.zeroAttention;
        rotary = builder.rotary;
        scoreBias = builder.scoreBias;
        alignment = builder.alignment;
        norm = builder.norm;
        double usual = norm == null ? 1 / Math.sqrt(headSize) : norm.scale(headSize);
        relativeKeys = builder.relativeKeys;
        scale = builder.scale == null ? usual : builder.scale;
        core = new ScaledDotProduct(scale, builder.dropout, builder.kernel);
        queryProjection =
                addChildBlock("query_proj", linear((long) heads * headSize, builder.bias));
        keyProjection =
                addChildBlock("key_proj", linear((long) keyValueHeads * headSize, builder.bias));
        valueProjection =
                addChildBlock("value_proj", linear((long) keyValueHeads * headSize, builder.bias));
        outputProjection = addChildBlock("output_proj", linear(modelSize, builder.bias));
        extraKey = builder.keyValueBias ? addParameter(extra("bias_k")) : null;
        extraValue = builder.keyValueBias ? addParameter(extra("bias_v")) : null;
        if (scoreBias instanceof Block block) {
            addChildBlock("score_bias", block);
        }
        if (relativeKeys != null) {
            addChildBlock("relative_keys", relativeKeys);
        }
        if (norm instanceof Block block) {
            addChildBlock("norm", block);
        }
        if (alignment instanceof Block block) {
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

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDManager manager = in.query().getManager();
        int cached = in.cache() == null ? 0 : in.cache().length();
        NDArray queryHeads = project(queryProjection, heads, parameters, in.query(), training);
        if (norm != null) {
            queryHeads = norm.query(parameters, queryHeads, training);
        }
        queryHeads = turn(queryHeads, in, cached); // (B, N, T, H)
        Supplier<KeyValues> fresh =
                () -> {
                    NDArray key =
                            project(keyProjection, keyValueHeads, parameters, in.key(), training);
                    NDArray value =
                            project(
                                    valueProjection,
                                    keyValueHeads,
                                    parameters,
                                    in.value(),
                                    training);
                    if (norm != null) {
                        key = norm.key(parameters, key, training);
                    }
                    return new KeyValues(turn(key, in, cached), value);
                };
        KeyValues memory =
                in.cache() == null ? fresh.get() : in.cache().update(fresh); // (B, G, S, H)

        long queries = queryHeads.getShape().get(2);
        AttentionMask mask =
                ScaledDotProduct.biased(
                        in.mask(),
                        scoreBias,
                        parameters,
                        manager,
                        queries,
                        memory.length(),
                        training);
        if (relativeKeys != null) {
            NDArray relative = relativeKeys.scores(parameters, queryHeads, memory.key(), training);
            mask = mask.and(AttentionMask.bias(Scalars.multiply(relative, scale)));
        }
        int extras = (extraKey == null ? 0 : 1) + (zeroAttention ? 1 : 0);
        if (extras > 0) {
            mask = mask.withVisibleKeys(manager, queries, memory.length(), extras);
            memory = withExtras(parameters, manager, memory, training); // (B, G, S + extras, H)
        }

        NDArray output =
                core.with(alignment, parameters)
                        .attend(queryHeads, memory, mask, in.observer(), training); // (B, T, N·H)
        NDArray context = apply(outputProjection, parameters, output, training); // (B, T, D)
        return new AttentionOutput(context);
    }

    private NDArray turn(NDArray heads, AttentionInputs in, int cached) {
        if (rotary == null) {
            return heads;
        }
        return in.positions() == null
                ? rotary.apply(heads, cached)
                : rotary.apply(heads, in.positions());
    }

    /** Appends the learned key and value and those of zeros, in torch's order. */
    private KeyValues withExtras(
            ParameterStore parameters, NDManager manager, KeyValues memory, boolean training) {
        NDArray key = memory.key();
        NDArray value = memory.value();
        Shape one = new Shape(key.getShape().get(0), 1, (long) keyValueHeads * headSize);
        NDArray zeros = manager.zeros(one, key.getDataType()); // (B, 1, G·H)
        if (extraKey != null) {
            NDArray learnedKey = parameters.getValue(extraKey, key.getDevice(), training);
            NDArray learnedValue = parameters.getValue(extraValue, key.getDevice(), training);
            key = key.concat(Heads.split(zeros.add(learnedKey), keyValueHeads), 2);
            value = value.concat(Heads.split(zeros.add(learnedValue), keyValueHeads), 2);
        }
        if (zeroAttention) {
            NDArray nothing = Heads.split(zeros, keyValueHeads); // (B, G, 1, H)
            key = key.concat(nothing, 2);
            value = value.concat(nothing, 2);
        }
        return new KeyValues(key, value);
    }

    private static NDArray project(
            Linear projection, int heads, ParameterStore parameters, NDArray x, boolean training) {
        return Heads.split(apply(projection, parameters, x, training), heads);
    }

    private static NDArray apply(
            Linear linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        check("modelSize", modelSize, "query", shapes[0]);
        check("keySize", keySize, "key", shapes[1]);
        check("valueSize", valueSize, "value", shapes[2]);
        queryProjection.initialize(manager, dataType, shapes[0]);
        keyProjection.initialize(manager, dataType, shapes[1]);
        valueProjection.initialize(manager, dataType, shapes[2]);
        Shape merged = new Shape(shapes[0].get(0), shapes[0].get(1), (long) heads * headSize);
        outputProjection.initialize(manager, dataType, merged);
        if (scoreBias instanceof Block block) {
            block.initialize(manager, dataType, new Shape(1, 1));
        }
        if (relativeKeys != null) {
            relativeKeys.initialize(manager, dataType, new Shape(1, 1));
        }
        if (norm instanceof Block block) {
            Shape oneHead = new Shape(1, heads, 1, headSize);
            block.initialize(manager, dataType, oneHead, oneHead);
        }
        if (alignment instanceof Block block) {
            block.initialize(manager, dataType, new Shape(1, heads, 1, 1));
        }
    }

    private static void check(String setting, int expected, String input, Shape shape) {
        long size = shape.get(shape.dimension() - 1);
        if (size != expected) {
            throw new IllegalArgumentException(
                    "the last dimension of the "
                            + input
                            + " must be "
                            + setting
                            + ", got "
                            + setting
                            + "="
                            + expected
                            + ", "
                            + input
                            + "="
                            + shape);
        }
    }

    private static Linear linear(long units, boolean bias) {
        return Linear.builder().setUnits(units).optBias(bias).build();
    }

    private Parameter extra(String name) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(1, 1, (long) keyValueHeads * headSize))
                .optInitializer(new NormalInitializer(0.02f))
                .build();
    }

    private static int orElse(int set, int otherwise) {
        return set == 0 ? otherwise : set;
    }

    /** Builds a {@link MultiHeadAttention}. */
    public static final class Builder {

        private int modelSize;
        private int heads;
        private int keyValueHeads;
        private int headSize;
        private int keySize;
        private int valueSize;
        private boolean bias = true;
        private boolean keyValueBias;
        private boolean zeroAttention;
        private Double scale;
        private float dropout;
        private RotaryEmbedding rotary;
        private ScoreBias scoreBias;
        private RelativeKeys relativeKeys;
        private QueryKeyNorm norm;
        private Alignment alignment;
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
         * Sets G, the heads of keys and values; N unless set, and 1 for multi-query attention.
         *
         * @param keyValueHeads a divisor of N
         * @return this builder
         */
        public Builder optKeyValueHeads(int keyValueHeads) {
            this.keyValueHeads = keyValueHeads;
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
         * Sets Dk, the features of the key; D unless set.
         *
         * @param keySize at least 1
         * @return this builder
         */
        public Builder optKeySize(int keySize) {
            this.keySize = keySize;
            return this;
        }

        /**
         * Sets Dv, the features of the value; D unless set.
         *
         * @param valueSize at least 1
         * @return this builder
         */
        public Builder optValueSize(int valueSize) {
            this.valueSize = valueSize;
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
         * Sets whether a learned key and value that every query sees are appended, as {@code
         * add_bias_kv} of torch; not unless set. Parameters {@code bias_k} and {@code bias_v}, (1,
         * 1, G·H).
         *
         * @param keyValueBias whether they are
         * @return this builder
         */
        public Builder optKeyValueBias(boolean keyValueBias) {
            this.keyValueBias = keyValueBias;
            return this;
        }

        /**
         * Sets whether a key and value of zeros that every query sees are appended, as {@code
         * add_zero_attn} of torch, so that a query can look at nothing; not unless set.
         *
         * @param zeroAttention whether they are
         * @return this builder
         */
        public Builder optZeroAttention(boolean zeroAttention) {
            this.zeroAttention = zeroAttention;
            return this;
        }

        /**
         * Sets the factor on the scores; 1/√H unless set, 1 in T5.
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
         * Sets positions that turn queries and keys, for self-attention.
         *
         * @param rotary the embedding; null for none
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
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
         * Sets vectors for distances that queries are compared with, for self-attention. They
         * become the child {@code relative_keys}.
         *
         * @param relativeKeys the vectors, of this attention's head size; null for none
         * @return this builder
         */
        public Builder optRelativeKeys(RelativeKeys relativeKeys) {
            this.relativeKeys = relativeKeys;
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
        public MultiHeadAttention build() {
            if (modelSize < 1 || heads < 1) {
                throw new IllegalArgumentException(
                        "modelSize and heads must be at least 1, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads);
            }
            if (headSize < 0 || keySize < 0 || valueSize < 0 || keyValueHeads < 0) {
                throw new IllegalArgumentException(
                        "sizes must be at least 1, got headSize="
                                + headSize
                                + ", keySize="
                                + keySize
                                + ", valueSize="
                                + valueSize
                                + ", keyValueHeads="
                                + keyValueHeads);
            }
            if (headSize == 0 && modelSize % heads != 0) {
                throw new IllegalArgumentException(
                        "modelSize must be divisible by heads, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads);
            }
            if (keyValueHeads > 0 && heads % keyValueHeads != 0) {
                throw new IllegalArgumentException(
                        "heads must be divisible by keyValueHeads, got heads="
                                + heads
                                + ", keyValueHeads="
                                + keyValueHeads);
            }
            if (relativeKeys != null && keyValueHeads > 0 && keyValueHeads != heads) {
                throw new IllegalArgumentException(
                        "relative keys need as many key heads as query heads, got heads="
                                + heads
                                + ", keyValueHeads="
                                + keyValueHeads);
            }
            ScaledDotProduct.checkDropout(dropout);
            int size = orElse(headSize, modelSize / heads);
            if (rotary != null && rotary.size() > size) {
                throw new IllegalArgumentException(
                        "rotary size must be at most the head size, got rotary size="
                                + rotary.size()
                                + ", head size="
                                + size);
            }
            return new MultiHeadAttention(this);
        }
    }
}
