package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.function.Supplier;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.score.Score;

/**
 * The core that mechanisms with one head share: a score says how well queries and keys fit, the
 * fits become weights, and the weights mix the values.
 *
 * <p>A cache holds (B, 1, S, X), what the score keeps of the keys, and the values (B, 1, S, Dv): a
 * {@link org.attn4j.attention.cache.MemoryCache} serves a recurrent decoder step by step, a {@link
 * org.attn4j.attention.cache.GrowingCache} masked self-attention.
 *
 * @param score how a query scores a key
 * @param alignment how scores become weights
 * @param dropout the rate at which weights are dropped in training
 */
record ScoredAttention(Score score, Alignment alignment, float dropout) {

    /** {@inheritDoc} */
    ScoredAttention {
        ScaledDotProduct.checkDropout(dropout);
    }

    AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDArray scores = scores(parameters, in.query(), memory, training); // (B, 1, T, S)
        NDArray weights =
                alignment.weights(parameters, scores, mask(in, memory), training); // (B, 1, T, S)
        return output(weights, memory, in, training);
    }

    /** What is attended to: the prepared keys (B, 1, S, X) and the values (B, 1, S, Dv). */
    KeyValues memory(ParameterStore parameters, AttentionInputs in, boolean training) {
        Supplier<KeyValues> fresh =
                () ->
                        new KeyValues(
                                score.keys(parameters, in.key(), training).expandDims(1),
                                in.value().expandDims(1));
        return in.cache() == null ? fresh.get() : in.cache().update(fresh);
    }

    /** Raw scores (B, 1, T, S) of queries (B, T, D). */
    NDArray scores(ParameterStore parameters, NDArray query, KeyValues memory, boolean training) {
        return score.scores(parameters, query, keys(memory, query.getManager()), training)
                .expandDims(1);
    }

    /** The prepared keys (B, S, X), on the manager of the pass. */
    static NDArray keys(KeyValues memory, NDManager manager) {
        NDArray keys = memory.key().squeeze(1);
        keys.attach(manager);
        return keys;
    }

    /** The mask as arrays, for one head. */
    static MaskArrays mask(AttentionInputs in, KeyValues memory) {
        NDArray query = in.query();
        MaskArrays mask =
                in.mask().arrays(query.getManager(), query.getShape().get(1), memory.length());
        if (!mask.isNone() && mask.additive().getShape().get(1) != 1) {
            throw new IllegalArgumentException(
                    "this mechanism has one head, but the mask has heads of its own: "
                            + mask.additive().getShape());
        }
        return mask;
    }

    /** Mixes the values by the weights (B, 1, T, S) to the context (B, T, Dv). */
    AttentionOutput output(
            NDArray weights, KeyValues memory, AttentionInputs in, boolean training) {
        NDArray kept =
                training && dropout > 0
                        ? Kernels.of(weights.getManager()).dropout().dropout(weights, dropout)
                        : weights;
        NDArray context = kept.matMul(memory.value()); // (B, 1, T, Dv)
        if (in.observed()) {
            in.observer().observe("", weights);
        }
        return new AttentionOutput(context.squeeze(1));
    }

    /** The shape of the context for shapes of {@code [query, key, value]}. */
    static Shape[] outputShapes(Shape query, Shape value) {
        return new Shape[] {new Shape(query.get(0), query.get(1), value.get(2))};
    }

    /** Initialises the parts that have parameters, for shapes of query and key. */
    void initialize(NDManager manager, DataType dataType, Shape query, Shape key) {
        if (score instanceof Block block) {
            block.initialize(manager, dataType, query, key);
        }
        if (alignment instanceof Block block) {
            block.initialize(manager, dataType, new Shape(1, 1, 1, 1));
        }
    }
}
