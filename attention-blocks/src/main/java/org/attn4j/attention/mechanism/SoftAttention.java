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
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.Score;

/**
 * Soft, deterministic attention of Show, Attend and Tell: the expected look at an image, gated.
 *
 * <p>Xu et al. 2015, section 3.1.2, equations 4 to 6, and section 4.2: {@code e_ti = f_att(a_i,
 * h_t)}, {@code α_t = softmax(e_t)} over the visible positions, {@code ẑ_t = β_t Σ_i α_ti a_i} with
 * the gating scalar {@code β_t = σ(w_β · h_t + b_β)} of section 4.2.1. The annotations a are key
 * and value, the state h (h_{t−1} in the paper) is the query, f_att is the child {@code score}, in
 * the paper's programs an {@link org.attn4j.attention.score.AdditiveScore} with a bias, and w_β (1,
 * Dq) with b_β is the child {@code gate}. {@link #penalty} is the doubly stochastic regularisation
 * of equation 14, which asks that every position be looked at once over a whole sentence.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv). Choose it
 * where a decoder describes a set of positions and must now and then rely on its language alone,
 * which a gate near 0 does; {@link HardAttention} looks at one position instead. Time and memory
 * are those of the score, B·T·S·A for the additive one, and B·T·Dq for the gate.
 */
public final class SoftAttention extends ScoredAttention<Score> {

    private static final byte VERSION = 1;

    private final LinearBlock gate; // null without

    /**
     * Creates a block with a gate, with softmax and without dropout.
     *
     * @param score f_att, a score of this block's own: one with parameters becomes its child
     */
    public SoftAttention(Score score) {
        this(score, true, Softmax.INSTANCE, 0);
    }

    /**
     * Creates a block.
     *
     * @param score f_att, a score of this block's own: one with parameters becomes its child
     * @param gate whether the context is gated
     * @param alignment how scores become weights
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     */
    public SoftAttention(Score score, boolean gate, Alignment alignment, float dropout) {
        super(VERSION, score, alignment, dropout);
        this.gate = gate ? addChildBlock("gate", LinearBlock.of(1, true)) : null;
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        AttentionOutput output = context(parameters, in, training);
        if (gate == null) {
            return output;
        }
        NDArray gate = gate(parameters, in.query(), training);
        NDArray gated = output.context().mul(gate);
        AttentionObserver.tell(in.observer(), Stages.GATE, () -> gate);
        AttentionObserver.tell(in.observer(), Stages.OUTPUT, () -> gated);
        return new AttentionOutput(gated); // (B, T, Dv)
    }

    /**
     * Attends without the gate.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param training whether this is a training pass
     * @return Σ α a, (B, T, Dv)
     */
    public AttentionOutput context(
            ParameterStore parameters, AttentionInputs in, boolean training) {
        return super.attend(parameters, in, training);
    }

    /**
     * Computes how much of the context each step uses.
     *
     * @param parameters where the block's parameters are found
     * @param query h, (B, T, Dq)
     * @param training whether this is a training pass
     * @return β, (B, T, 1), in (0, 1)
     * @throws IllegalStateException if the block was built without a gate
     */
    public NDArray gate(ParameterStore parameters, NDArray query, boolean training) {
        if (gate == null) {
            throw new IllegalStateException("this block was built without a gate");
        }
        NDArray logit = gate.apply(parameters, query, training);
        return logit.getNDArrayInternal().sigmoid();
    }

    /**
     * Computes the doubly stochastic penalty, {@code λ Σ_i (1 − Σ_t α_ti)²}: the weights of a step
     * sum to one, and those of a position over all steps should, too. It is added to the loss.
     *
     * @param weights α, (B, 1, T, S), as an observer is told them
     * @param visible (B, S), which positions count, as booleans or ones and zeros; null for all
     * @param steps (B, T), which steps are real, as booleans or ones and zeros; null for all
     * @param lambda λ, at least 0
     * @return the penalty of each row, (B)
     */
    public static NDArray penalty(NDArray weights, NDArray visible, NDArray steps, double lambda) {
        Shape shape = weights.getShape();
        DataType type = weights.getDataType();
        NDArray alpha = weights.squeeze(1); // (B, T, S)
        if (steps != null) {
            alpha = alpha.mul(steps.toType(type, false).expandDims(2));
        }
        NDArray looked = alpha.sum(new int[] {1}); // (B, S)
        NDArray missing = Scalars.subtract(looked, 1).square();
        if (visible != null) {
            missing = missing.mul(visible.toType(type, false));
        }
        return Scalars.multiply(missing.sum(new int[] {1}), lambda).reshape(shape.get(0));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        super.initializeChildBlocks(manager, dataType, inputShapes);
        Heads.initialize(gate, manager, dataType, inputShapes[0]);
    }
}
