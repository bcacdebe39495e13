package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.function.Supplier;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.position.RotaryEmbedding;

/**
 * The projections around a mechanism on heads: {@code query_proj}, {@code key_proj}, {@code
 * value_proj} and {@code output_proj}, each with a weight (out, in) and, unless it is left out, a
 * bias, as in {@link MultiHeadAttention}. Query, key and value have D features.
 */
abstract class ProjectedAttention extends AttentionBlock {

    private final Sizes sizes;
    private final RotaryEmbedding rotary;
    private final Linear queryProjection;
    private final Linear keyProjection;
    private final Linear valueProjection;
    private final Linear outputProjection;

    /**
     * The sizes of the projections.
     *
     * @param modelSize D
     * @param heads the heads of queries and keys
     * @param headSize H
     * @param valueHeads the heads of values
     * @param valueSize the features of a place in a head of values
     */
    record Sizes(int modelSize, int heads, int headSize, int valueHeads, int valueSize) {

        /** {@inheritDoc} */
        Sizes {
            if (modelSize < 1 || heads < 1 || headSize < 1 || valueHeads < 1 || valueSize < 1) {
                throw new IllegalArgumentException(
                        "modelSize, heads, headSize, valueHeads and valueSize must be at least 1, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads
                                + ", headSize="
                                + headSize
                                + ", valueHeads="
                                + valueHeads
                                + ", valueSize="
                                + valueSize);
            }
        }

        /** N heads for all, of D / N features each. */
        static Sizes of(int modelSize, int heads) {
            return new Sizes(
                    modelSize, heads, part(modelSize, heads), heads, part(modelSize, heads));
        }

        /** D / N. */
        static int part(int modelSize, int heads) {
            if (heads < 1 || modelSize % heads != 0) {
                throw new IllegalArgumentException(
                        "modelSize must be divisible by heads, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads);
            }
            return modelSize / heads;
        }
    }

    ProjectedAttention(byte version, Sizes sizes, boolean bias, RotaryEmbedding rotary) {
        super(version);
        this.sizes = sizes;
        this.rotary = rotary;
        if (rotary != null && rotary.size() > sizes.headSize) {
            throw new IllegalArgumentException(
                    "rotary size must be at most the head size, got rotary size="
                            + rotary.size()
                            + ", head size="
                            + sizes.headSize);
        }
        queryProjection = addChildBlock("query_proj", linear(sizes.heads * sizes.headSize, bias));
        keyProjection = addChildBlock("key_proj", linear(sizes.heads * sizes.headSize, bias));
        valueProjection =
                addChildBlock("value_proj", linear(sizes.valueHeads * sizes.valueSize, bias));
        outputProjection = addChildBlock("output_proj", linear(sizes.modelSize, bias));
    }

    private static Linear linear(int units, boolean bias) {
        return Linear.builder().setUnits(units).optBias(bias).build();
    }

    final Sizes sizes() {
        return sizes;
    }

    /** The heads of the queries, (B, N, T, H); asked for before the cache is updated. */
    final NDArray queryHeads(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = apply(queryProjection, parameters, in.query(), training);
        int cached = in.cache() == null ? 0 : in.cache().length();
        return turned(Heads.split(query, sizes.heads), in, cached);
    }

    /** The heads of keys and values, (B, N, S, H), those of the cache included. */
    final KeyValues memory(ParameterStore parameters, AttentionInputs in, boolean training) {
        int cached = in.cache() == null ? 0 : in.cache().length();
        Supplier<KeyValues> fresh =
                () -> {
                    NDArray key = apply(keyProjection, parameters, in.key(), training);
                    NDArray value = apply(valueProjection, parameters, in.value(), training);
                    return new KeyValues(
                            turned(Heads.split(key, sizes.heads), in, cached),
                            Heads.split(value, sizes.valueHeads));
                };
        return in.cache() == null ? fresh.get() : in.cache().update(fresh);
    }

    private NDArray turned(NDArray heads, AttentionInputs in, int cached) {
        if (rotary == null) {
            return heads;
        }
        return in.positions() == null
                ? rotary.apply(heads, cached)
                : rotary.apply(heads, in.positions());
    }

    /** The context (B, T, D) of its heads (B, N, T, Hv). */
    final NDArray context(ParameterStore parameters, NDArray contextHeads, boolean training) {
        return apply(outputProjection, parameters, Heads.merge(contextHeads), training);
    }

    private static NDArray apply(
            Linear linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Shape shape : queryKeyValue(inputShapes)) {
            if (shape.get(shape.dimension() - 1) != sizes.modelSize) {
                throw new IllegalArgumentException(
                        "the last dimension of query, key and value must be modelSize, got modelSize="
                                + sizes.modelSize
                                + ", input="
                                + shape);
            }
        }
        Shape input = inputShapes[0];
        queryProjection.initialize(manager, dataType, input);
        keyProjection.initialize(manager, dataType, input);
        valueProjection.initialize(manager, dataType, input);
        outputProjection.initialize(
                manager, dataType, new Shape(1, 1, (long) sizes.valueHeads * sizes.valueSize));
    }
}
