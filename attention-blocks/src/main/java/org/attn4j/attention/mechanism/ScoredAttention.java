package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Objects;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.score.Score;
import org.attn4j.common.Require;

/**
 * What mechanisms with one head share: a score says how well queries and keys fit, the fits become
 * weights, and the weights mix the values. A score or alignment with parameters is the child {@code
 * score} or {@code alignment}.
 *
 * <p>A cache holds (B, 1, S, X), what the score keeps of the keys, and the values (B, 1, S, Dv): a
 * {@link org.attn4j.attention.cache.MemoryCache} serves a recurrent decoder step by step, a {@link
 * org.attn4j.attention.cache.GrowingCache} masked self-attention.
 *
 * @param <S> how a query scores a key
 */
abstract class ScoredAttention<S extends Score> extends AttentionBlock {

    private final S score;
    private final Alignment alignment;
    private final float dropout;

    ScoredAttention(byte version, S score, Alignment alignment, float dropout) {
        super(version);
        ScaledDotProduct.checkDropout(dropout);
        this.score = Objects.requireNonNull(score, "score");
        this.alignment = Objects.requireNonNull(alignment, "alignment");
        this.dropout = dropout;
        Heads.adopt("score", score, this::addChildBlock);
        Heads.adopt("alignment", alignment, this::addChildBlock);
    }

    /**
     * Returns how a query scores a key.
     *
     * @return the score, a child of this block if it has parameters
     */
    public final S score() {
        return score;
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDArray scores = scores(parameters, in, memory, training); // (B, 1, T, S)
        NDArray weights = weights(parameters, scores, mask(in, memory), in.observer(), training);
        return output(weights, memory, in, training); // (B, T, Dv)
    }

    /** What is attended to: the prepared keys (B, 1, S, X) and the values (B, 1, S, Dv). */
    final KeyValues memory(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory =
                in.remembered(
                        () ->
                                new KeyValues(
                                        score.keys(parameters, in.key(), training).expandDims(1),
                                        in.value().expandDims(1)));
        AttentionObserver.tell(in.observer(), Stages.QUERY, in::query);
        AttentionObserver.tell(in.observer(), Stages.KEY, in::key);
        AttentionObserver.tell(in.observer(), Stages.VALUE, memory::value);
        return memory;
    }

    /** Raw scores (B, 1, T, S) of the queries (B, T, D). */
    final NDArray scores(
            ParameterStore parameters, AttentionInputs in, KeyValues memory, boolean training) {
        NDArray query = in.query();
        NDArray keys = keys(memory, query.getManager());
        NDArray scores =
                score.scores(parameters, query, keys, in.observer(), training).expandDims(1);
        AttentionObserver.tell(in.observer(), Stages.SCORES, () -> scores);
        return scores;
    }

    /** The weights of scores, both (B, 1, T, S). */
    final NDArray weights(
            ParameterStore parameters,
            NDArray scores,
            MaskArrays mask,
            AttentionObserver observer, // or null
            boolean training) {
        mask.tell(observer, scores);
        return alignment.weights(parameters, scores, mask, observer, training);
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
        Require.that(
                mask.isNone() || mask.additive().getShape().get(1) == 1,
                "this mechanism has one head, but the mask has heads of its own: %s",
                mask.isNone() ? "" : mask.additive().getShape());
        return mask;
    }

    /** Mixes the values by the weights (B, 1, T, S), which the observer is told. */
    final AttentionOutput output(
            NDArray weights, KeyValues memory, AttentionInputs in, boolean training) {
        if (in.observed()) {
            in.observer().observe("", weights);
        }
        NDArray context = dropped(weights, training).matMul(memory.value()); // (B, 1, T, Dv)
        AttentionObserver.tell(in.observer(), Stages.CONTEXT, () -> context);
        return new AttentionOutput(context.squeeze(1));
    }

    final NDArray dropped(NDArray weights, boolean training) {
        return Kernels.dropped(weights, dropout, training);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        Shape value = queryKeyValue(inputShapes)[2];
        return new Shape[] {new Shape(query.get(0), query.get(1), value.get(2))};
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        Heads.initialize(score, manager, dataType, shapes[0], shapes[1]);
        Heads.initialize(alignment, manager, dataType, new Shape(1, 1, 1, 1));
    }
}
