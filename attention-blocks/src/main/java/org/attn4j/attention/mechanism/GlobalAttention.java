package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.score.Score;
import org.attn4j.common.Require;

/**
 * Luong's global attention: every state of the decoder looks at all states of the encoder.
 *
 * <p>Luong et al. 2015, section 3.1: {@code α_ts = softmax_s(score(h_t, h̄_s))} over the visible s
 * and {@code c_t = Σ_s α_ts h̄_s}; the attentional vector is {@code h̃_t = tanh(W_c [c_t; h_t])},
 * equation 5. The score, h_tᵀ h̄_s, h_tᵀ W_a h̄_s, v · tanh(W_a [h_t; h̄_s]) or (W_a h_t)_s, is a
 * part of its own: {@link org.attn4j.attention.score.DotScore}, {@link
 * org.attn4j.attention.score.GeneralScore}, {@link org.attn4j.attention.score.ConcatScore} or
 * {@link org.attn4j.attention.score.LocationScore}; one with parameters is the child {@code score}.
 * h_t is the query, h̄_s both key and value. W_c (A, Dv + Dq), without a bias, is the child {@code
 * output_proj} of a block with an attentional size; such a block gives h̃_t, any other c_t.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give (B, T, Dv), or (B, T, A). Choose it
 * for a recurrent decoder, dot where encoder and decoder share a space, general where they do not;
 * the location score only where the position alone says what is wanted. Time B·T·S·(Dq + Dv) with
 * dot and general, memory B·T·S; the concat score costs A times that. The cache keeps what the
 * score makes of the keys (W_a h̄_s with general), so a step of the decoder costs S·(Dq + Dv).
 */
public final class GlobalAttention extends ScoredAttention<Score> {

    private static final byte VERSION = 1;

    private final int attentionalSize;
    private final LinearBlock outputProjection; // null without

    /**
     * Creates a block that gives the context, with softmax and without dropout.
     *
     * @param score a score of this block's own: one with parameters becomes its child
     */
    public GlobalAttention(Score score) {
        this(score, 0, Softmax.INSTANCE, 0);
    }

    /**
     * Creates a block.
     *
     * @param score a score of this block's own: one with parameters becomes its child
     * @param attentionalSize A, the features of the attentional vector; 0 to give the context
     * @param alignment how scores become weights
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     */
    public GlobalAttention(Score score, int attentionalSize, Alignment alignment, float dropout) {
        super(VERSION, score, alignment, dropout);
        Require.that(
                attentionalSize >= 0,
                "attentionalSize must be at least 0, got attentionalSize=%s",
                attentionalSize);
        this.attentionalSize = attentionalSize;
        outputProjection =
                attentionalSize == 0
                        ? null
                        : addChildBlock("output_proj", LinearBlock.of(attentionalSize, false));
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        AttentionOutput output = context(parameters, in, training);
        if (outputProjection == null) {
            return output; // (B, T, Dv)
        }
        NDArray vector = attentional(parameters, output.context(), in.query(), training);
        AttentionObserver.tell(in.observer(), Stages.OUTPUT, () -> vector);
        return new AttentionOutput(vector); // (B, T, A)
    }

    /**
     * Attends without making the attentional vector.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param training whether this is a training pass
     * @return c_t, (B, T, Dv)
     */
    public AttentionOutput context(
            ParameterStore parameters, AttentionInputs in, boolean training) {
        return super.attend(parameters, in, training);
    }

    /**
     * Makes the attentional vector, {@code tanh(W_c [c; h])}.
     *
     * @param parameters where the block's parameters are found
     * @param context c, (B, T, Dv)
     * @param query h, (B, T, Dq)
     * @param training whether this is a training pass
     * @return h̃, (B, T, A)
     * @throws IllegalStateException if the block was built without an attentional vector
     */
    public NDArray attentional(
            ParameterStore parameters, NDArray context, NDArray query, boolean training) {
        if (outputProjection == null) {
            throw new IllegalStateException(
                    "this block has no attentional vector: give it an attentionalSize");
        }
        NDArray both = context.concat(query, 2); // (B, T, Dv + Dq)
        return outputProjection.apply(parameters, both, training).tanh();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        return outputProjection == null
                ? super.getOutputShapes(inputShapes)
                : new Shape[] {new Shape(query.get(0), query.get(1), attentionalSize)};
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        super.initializeChildBlocks(manager, dataType, inputShapes);
        Shape[] shapes = queryKeyValue(inputShapes);
        long size = shapes[2].get(2) + shapes[0].get(2);
        Heads.initialize(outputProjection, manager, dataType, new Shape(1, 1, size));
    }
}
