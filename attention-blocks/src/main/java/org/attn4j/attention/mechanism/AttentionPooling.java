package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.MaskArrays;

/**
 * Sums a sequence up in one vector, by attention with a learned query: which positions matter for
 * what is to be decided?
 *
 * <p>Yang et al. 2016, section 2.2, equations 5 to 7: {@code u_i = tanh(W h_i + b)}, {@code α =
 * softmax(u_i · u)} over the visible positions, {@code v = Σ_i α_i h_i}. W and b, (A, F) and (A),
 * are the child {@code projection}, the vector u, (1, A), the child {@code context}. It is additive
 * attention whose query is a parameter.
 *
 * <p>States (B, S, F) give (B, F); a sequence that is all hidden gives zeros. Time B·S·A·F, memory
 * B·S·A.
 */
public final class AttentionPooling extends AbstractBlock {

    private static final byte VERSION = 1;

    private final LinearBlock projection;
    private final LinearBlock context;

    /**
     * Creates a block.
     *
     * @param hiddenSize A, the features in which positions are compared with the learned query
     */
    public AttentionPooling(int hiddenSize) {
        super(VERSION);
        projection = addChildBlock("projection", LinearBlock.of(hiddenSize, true));
        context = addChildBlock("context", LinearBlock.of(1, false));
    }

    /**
     * Pools.
     *
     * @param parameters where the block's parameters are found
     * @param states (B, S, F)
     * @param visible which positions are real, (B, S), boolean or of zeros and ones; null for all
     * @param observer is told the weights (B, 1, 1, S); null for nobody
     * @param training whether this is a training pass
     * @return the sum (B, F)
     */
    public NDArray pool(
            ParameterStore parameters,
            NDArray states,
            NDArray visible,
            AttentionObserver observer,
            boolean training) {
        NDArray hidden = projection.apply(parameters, states, training).tanh(); // (B, S, A)
        NDArray scores =
                context.apply(parameters, hidden, training) // (B, S, 1)
                        .swapAxes(1, 2)
                        .expandDims(1); // (B, 1, 1, S)
        AttentionMask mask = visible == null ? AttentionMask.none() : AttentionMask.keys(visible);
        MaskArrays numbers = mask.arrays(states.getManager(), 1, states.getShape().get(1));
        AttentionObserver.tell(observer, Stages.KEY, () -> states);
        AttentionObserver.tell(observer, Stages.HIDDEN, () -> hidden.expandDims(1));
        AttentionObserver.tell(observer, Stages.SCORES, () -> scores);
        numbers.tell(observer, scores);
        NDArray weights =
                Softmax.INSTANCE.weights(parameters, scores, numbers, training); // (B, 1, 1, S)
        if (observer != null) {
            observer.observe("", weights);
        }
        NDArray sum = weights.matMul(states.expandDims(1)); // (B, 1, 1, F)
        AttentionObserver.tell(observer, Stages.CONTEXT, () -> sum);
        return sum.squeeze(new int[] {1, 2});
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [states]} or {@code [states, visible]} and gives the sum.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray visible = inputs.size() > 1 ? inputs.get(1) : null;
        return new NDList(pool(parameters, inputs.get(0), visible, null, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projection.initialize(manager, dataType, inputShapes[0]);
        context.initialize(manager, dataType, projection.getOutputShapes(inputShapes)[0]);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), inputShapes[0].get(2))};
    }
}
