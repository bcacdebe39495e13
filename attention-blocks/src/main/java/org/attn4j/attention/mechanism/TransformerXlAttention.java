package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.SinusoidalPositions;

/**
 * Self-attention that knows distances and not places, so that what it learnt holds for a memory of
 * earlier segments too: the attention of Transformer-XL.
 *
 * <p>Dai et al. 2019, section 3.3. With q, k, v the projections of a head, R_d the sinusoidal
 * vector of the distance d, W_r its projection, and u, v' learned vectors of a head that stand
 * where the query's place would:
 *
 * <pre>
 *   score(i, j) = ((q_i + u) · k_j + (q_i + v') · W_r R_(i−j)) / √H
 * </pre>
 *
 * (the paper leaves the 1/√H out of its equations and has it in its program). W_q, W_k, W_v, W_r,
 * W_o are the children {@code query_proj}, {@code key_proj}, {@code value_proj}, {@code
 * position_proj} and {@code output_proj}; u and v' the parameters {@code content_bias} and {@code
 * position_bias}, (N, H).
 *
 * <p>With T queries and S keys, query t stands at S − T + t: keys before the queries are a memory,
 * from a cache or given as a longer key and value, as {@link TransformerXl} does. Scores by
 * distance are made for all T + S − 1 distances at once and shifted into place, in B·T·(T + S)·D.
 * Under a mask that hides all later keys, negative distances are left out. Query (B, T, D) and key
 * and value (B, S, D) give (B, T, D), weights (B, N, T, S); the positions of {@link
 * AttentionInputs} are not read. Choose it for long sequences that are read piece by piece. Memory
 * is B·N·T·S with any kernel, as the scores by distance differ for each query.
 */
public final class TransformerXlAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final int heads;
    private final int headSize;
    private final double scale;
    private final SinusoidalPositions distances;
    private final ScaledDotProduct core;

    private final Linear queryProjection;
    private final Linear keyProjection;
    private final Linear valueProjection;
    private final Linear positionProjection;
    private final Linear outputProjection;
    private final Parameter contentBias; // (N, H), u
    private final Parameter positionBias; // (N, H), v'

    private TransformerXlAttention(Builder builder) {
        super(VERSION);
        modelSize = builder.modelSize;
        heads = builder.heads;
        headSize = builder.headSize == 0 ? modelSize / heads : builder.headSize;
        scale = 1 / Math.sqrt(headSize);
        distances = SinusoidalPositions.builder().setSize(modelSize).build();
        core = new ScaledDotProduct(scale, builder.dropout, builder.kernel);
        int features = heads * headSize;
        queryProjection = addChildBlock("query_proj", linear(features, builder.bias));
        keyProjection = addChildBlock("key_proj", linear(features, builder.bias));
        valueProjection = addChildBlock("value_proj", linear(features, builder.bias));
        positionProjection = addChildBlock("position_proj", linear(features, false));
        outputProjection = addChildBlock("output_proj", linear(modelSize, builder.bias));
        boolean own = builder.contentBias == null;
        contentBias =
                own ? addParameter(bias("content_bias", heads, headSize)) : builder.contentBias;
        positionBias =
                own ? addParameter(bias("position_bias", heads, headSize)) : builder.positionBias;
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
        NDArray query = apply(queryProjection, parameters, in.query(), training); // (B, T, N·H)
        Supplier<KeyValues> fresh =
                () ->
                        new KeyValues(
                                project(keyProjection, parameters, in.key(), training),
                                project(valueProjection, parameters, in.value(), training));
        KeyValues memory =
                in.cache() == null ? fresh.get() : in.cache().update(fresh); // (B, N, S, H)

        NDArray byContent = biased(query, contentBias, parameters, training); // (B, N, T, H)
        NDArray byDistance = biased(query, positionBias, parameters, training);
        NDArray positionScores =
                positionScores(
                        byDistance,
                        memory.length(),
                        in.mask().band().after() == 0,
                        parameters,
                        training); // (B, N, T, S)
        AttentionMask mask =
                in.mask().and(AttentionMask.bias(Scalars.multiply(positionScores, scale)));
        KeyValues read = new KeyValues(Heads.on(manager, memory.key()), memory.value());
        NDArray output = core.attend(byContent, read, mask, in.observer(), training);
        NDArray context = apply(outputProjection, parameters, output, training); // (B, T, D)
        return new AttentionOutput(context);
    }

    /** The second half of the score, before the scale. */
    private NDArray positionScores(
            NDArray queryHeads, // (B, N, T, H)
            long keys,
            boolean causal,
            ParameterStore parameters,
            boolean training) {
        NDManager manager = queryHeads.getManager();
        long queries = queryHeads.getShape().get(2);
        NDArray rows = distances.encode(manager, 0, keys).flip(0); // S − 1 … 0
        if (!causal && queries > 1) {
            rows = rows.concat(before(manager, queries - 1), 0); // −1 … −(T − 1)
        }
        rows = rows.toType(queryHeads.getDataType(), false); // (P, D)
        NDArray vectors =
                apply(positionProjection, parameters, rows, training) // (P, N·H)
                        .reshape(rows.getShape().get(0), heads, headSize)
                        .transpose(1, 2, 0); // (N, H, P)
        return shifted(Heads.times(queryHeads, vectors), keys);
    }

    /** The vectors of the distances −1, −2 …: sines change their sign, cosines do not. */
    private NDArray before(NDManager manager, long count) {
        float[] signs = new float[modelSize];
        for (int i = 0; i < modelSize; i++) {
            signs[i] = i % 2 == 0 ? -1 : 1;
        }
        return distances
                .encode(manager, 1, count)
                .mul(HostArrays.of(manager, signs, new Shape(modelSize)));
    }

    /**
     * Moves scores by distance to their keys. Column p of row t holds the distance S − 1 − p, which
     * is that of key j = p − (T − 1 − t): each row must move left by one place less than the row
     * above it. With one more column in front, that is what reading the same numbers in rows of
     * another length does. Keys later than the last distance get numbers of other rows; only a mask
     * that hides them leaves those distances out.
     */
    private static NDArray shifted(NDArray scores, long keys) {
        Shape shape = scores.getShape(); // (B, N, T, P)
        long queries = shape.get(2);
        long columns = shape.get(3);
        NDArray zeros =
                scores.getManager()
                        .zeros(
                                new Shape(shape.get(0), shape.get(1), queries, 1),
                                scores.getDataType());
        NDArray placed =
                zeros.concat(scores, 3)
                        .reshape(shape.get(0), shape.get(1), queries * (columns + 1))
                        .get(new NDIndex("..., {}:", queries))
                        .reshape(shape); // (B, N, T, P)
        return columns == keys ? placed : placed.get(new NDIndex("..., :{}", keys));
    }

    /** Adds a vector of its own to each head: (B, N, T, H). */
    private NDArray biased(
            NDArray query, Parameter bias, ParameterStore parameters, boolean training) {
        NDArray vectors = parameters.getValue(bias, query.getDevice(), training); // (N, H)
        Shape shape = query.getShape(); // (B, T, N·H)
        return query.reshape(shape.get(0), shape.get(1), heads, headSize)
                .add(vectors)
                .swapAxes(1, 2);
    }

    private NDArray project(
            Linear projection, ParameterStore parameters, NDArray x, boolean training) {
        return Heads.split(apply(projection, parameters, x, training), heads);
    }

    private static NDArray apply(
            Linear linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    private static Linear linear(long units, boolean bias) {
        return Linear.builder().setUnits(units).optBias(bias).build();
    }

    static Parameter bias(String name, int heads, int headSize) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(heads, headSize))
                .optInitializer(new NormalInitializer(0.02f))
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
        positionProjection.initialize(manager, dataType, new Shape(1, modelSize));
        outputProjection.initialize(manager, dataType, new Shape(1, 1, (long) heads * headSize));
    }

    /** Builds a {@link TransformerXlAttention}. */
    public static final class Builder {

        private int modelSize;
        private int heads;
        private int headSize;
        private boolean bias;
        private float dropout;
        private AttentionKernel kernel;
        private Parameter contentBias;
        private Parameter positionBias;

        private Builder() {}

        /**
         * Sets D, the features of query and context.
         *
         * @param modelSize at least 2
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
         * Sets whether the projections of query, key, value and context have a bias; not unless
         * set, as in the paper.
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

        /** Takes the parameters u and v' of a stack, which owns them. */
        Builder optSharedBiases(Parameter content, Parameter position) {
            this.contentBias = content;
            this.positionBias = position;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public TransformerXlAttention build() {
            if (modelSize < 2 || heads < 1 || headSize < 0) {
                throw new IllegalArgumentException(
                        "modelSize must be at least 2, heads and headSize at least 1, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads
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
            ScaledDotProduct.checkDropout(dropout);
            return new TransformerXlAttention(this);
        }
    }
}
