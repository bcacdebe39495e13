package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.SinusoidalPositions;
import org.attn4j.common.Require;

/**
 * Self-attention that knows distances and not positions, so that what it learnt holds for a memory
 * of earlier segments too: the attention of Transformer-XL.
 *
 * <p>Dai et al. 2019, section 3.3. With q, k, v the projections of a head, R_d the sinusoidal
 * vector of the distance d, W_r its projection, and u, v' learned vectors of a head that stand
 * where the query's position would:
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
 * distance are made for all T + S − 1 distances at once and shifted into position, in B·T·(T +
 * S)·D. Under a mask that hides all later keys, negative distances are left out. Query (B, T, D)
 * and key and value (B, S, D) give (B, T, D), weights (B, N, T, S); the positions of {@link
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
    private final Projections projections;
    private final LinearBlock positionProjection;
    private final ScaledDotProduct core;
    private final Parameter contentBias; // (N, H), u
    private final Parameter positionBias; // (N, H), v'

    private TransformerXlAttention(Builder builder) {
        super(VERSION);
        headSize = builder.headSize();
        modelSize = builder.modelSize;
        heads = builder.heads;
        Require.that(modelSize >= 2, "modelSize must be at least 2, got modelSize=%s", modelSize);
        scale = 1 / Math.sqrt(headSize);
        distances = SinusoidalPositions.builder().setSize(modelSize).build();
        core = new ScaledDotProduct(scale, builder.dropout, builder.kernel);
        Projections.Sizes sizes = Projections.Sizes.of(modelSize, heads, headSize, heads);
        projections = new Projections(this::addChildBlock, sizes, builder.bias, null, null);
        positionProjection =
                addChildBlock("position_proj", LinearBlock.of((long) heads * headSize, false));
        projections.withOutput(this::addChildBlock, builder.bias);
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

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = projections.query(parameters, in, training); // (B, N, T, H)
        AttentionObserver.tell(in.observer(), Stages.PROJECTED_QUERY, () -> query);
        KeyValues memory = projections.memory(parameters, in, training); // (B, N, S, H)
        NDArray byContent = biased(query, contentBias, parameters, training); // (B, N, T, H)
        NDArray byDistance = biased(query, positionBias, parameters, training);
        boolean causal = in.mask().band().after() == 0;
        NDArray positionScores =
                positionScores(
                        byDistance,
                        memory.length(),
                        causal,
                        parameters,
                        in.observer(),
                        training); // (B, N, T, S)
        AttentionObserver.tell(in.observer(), Stages.POSITION_SCORES, () -> positionScores);
        AttentionMask mask =
                in.mask().and(AttentionMask.bias(Scalars.multiply(positionScores, scale)));
        NDManager manager = in.query().getManager();
        KeyValues read = new KeyValues(Heads.on(manager, memory.key()), memory.value());
        NDArray context =
                core.attend(byContent, read, mask, in.observer(), training); // (B, T, N·H)
        return projections.output(parameters, in, context, training); // (B, T, D)
    }

    /** The second half of the score, before the scale. */
    private NDArray positionScores(
            NDArray queryHeads, // (B, N, T, H)
            long keys,
            boolean causal,
            ParameterStore parameters,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = queryHeads.getManager();
        long queries = queryHeads.getShape().get(2);
        NDArray rows = distances.encode(manager, 0, keys).flip(0); // S − 1 … 0
        if (!causal && queries > 1) {
            rows = rows.concat(before(manager, queries - 1), 0); // −1 … −(T − 1)
        }
        NDArray known = rows.toType(queryHeads.getDataType(), false); // (P, D)
        AttentionObserver.tell(observer, Stages.DISTANCES, () -> known);
        NDArray vectors =
                positionProjection
                        .apply(parameters, known, training) // (P, N·H)
                        .reshape(known.getShape().get(0), heads, headSize)
                        .transpose(1, 2, 0); // (N, H, P)
        AttentionObserver.tell(
                observer, Stages.DISTANCE_KEYS, () -> vectors.swapAxes(1, 2)); // (N, P, H)
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
     * is that of key j = p − (T − 1 − t): each row must move left by one position less than the row
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
    private static NDArray biased(
            NDArray heads, Parameter bias, ParameterStore parameters, boolean training) {
        NDArray vectors = parameters.getValue(bias, heads.getDevice(), training); // (N, H)
        return heads.add(Heads.on(heads.getManager(), vectors).expandDims(1));
    }

    static Parameter bias(String name, int heads, int headSize) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(heads, headSize))
                .optInitializer(new NormalInitializer(0.02f))
                .build();
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
        positionProjection.initialize(manager, dataType, new Shape(1, modelSize));
    }

    /**
     * Builds a {@link TransformerXlAttention}. The projections of query, key, value and context
     * have no bias unless set, as in the paper.
     */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private AttentionKernel kernel;
        private Parameter contentBias;
        private Parameter positionBias;

        private Builder() {
            bias = false;
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
            return new TransformerXlAttention(this);
        }
    }
}
