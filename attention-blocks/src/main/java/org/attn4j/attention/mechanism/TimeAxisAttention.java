package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.common.Require;

/**
 * Attention along the time axis: each position of a scene attends to itself at other times, and to
 * nothing else.
 *
 * <p>Bertasius, Wang and Torresani 2021 (TimeSformer), section 3, "divided space-time attention",
 * its temporal half: for every position p by itself, {@code α_(p,t) = softmax_t'(q_(p,t) · k_(p,t')
 * / √H)} and {@code s_(p,t) = Σ_t' α v_(p,t')} in each head, the heads then projected together. All
 * positions share the projections, those of the child {@code attention}, a {@link
 * MultiHeadAttention}. The classification token, the norm and the residual of their layer are the
 * caller's.
 *
 * <p>x (B, T, P, D) with T times and P positions gives (B, T, P, D). Choose it for video, sensor
 * fields and the like, beside an attention over positions: joint attention over all T·P costs
 * (T·P)², this one P·T². Time B·P·T²·D and, with a fused kernel, memory B·T·P·D. With {@code
 * causal} no time sees a later one. It is no {@link org.attn4j.attention.Attention}, whose inputs
 * have no second axis; a sequence (B, T, D) is the case of one position.
 */
public final class TimeAxisAttention extends AbstractBlock {

    private static final byte VERSION = 1;

    private final MultiHeadAttention attention;
    private final boolean causal;

    /**
     * Creates a block.
     *
     * @param attention attends along time, with queries, keys and values of one size
     * @param causal whether a time sees no later one
     */
    public TimeAxisAttention(MultiHeadAttention attention, boolean causal) {
        super(VERSION);
        this.attention = addChildBlock("attention", attention);
        this.causal = causal;
    }

    /**
     * A batch of scenes over time.
     *
     * @param x (B, T, P, D)
     * @param visible which times are seen, (B, T), boolean or of zeros and ones; null for all
     * @param observer is told the weights, (B·P, N, T, T), batch major; null for nobody
     */
    public record Inputs(NDArray x, NDArray visible, AttentionObserver observer) {

        public Inputs {
            Objects.requireNonNull(x, "x");
            Require.that(
                    x.getShape().dimension() == 4,
                    "time axis attention takes (B, T, P, D), got %s",
                    x.getShape());
        }

        /**
         * Returns inputs without an observer.
         *
         * @param x (B, T, P, D)
         * @param visible (B, T), or null
         * @return the inputs
         */
        public static Inputs of(NDArray x, NDArray visible) {
            return new Inputs(x, visible, null);
        }
    }

    /**
     * Attends.
     *
     * @param parameters where the block's parameters are found
     * @param in the scenes
     * @param training whether dropout applies
     * @return context (B, T, P, D)
     */
    public NDArray attend(ParameterStore parameters, Inputs in, boolean training) {
        Shape shape = in.x().getShape();
        long batch = shape.get(0);
        long times = shape.get(1);
        long positions = shape.get(2);
        NDArray rows = in.x().swapAxes(1, 2).reshape(batch * positions, times, -1); // (B·P, T, D)
        AttentionMask mask = causal ? AttentionMask.causal() : AttentionMask.none();
        if (in.visible() != null) {
            mask = mask.and(AttentionMask.keys(in.visible().repeat(0, positions))); // (B·P, T)
        }
        AttentionInputs inputs =
                AttentionInputs.self(rows).withMask(mask).withObserver(in.observer());
        return attention
                .attend(parameters, inputs, training)
                .context() // (B·P, T, D)
                .reshape(batch, positions, times, -1)
                .swapAxes(1, 2); // (B, T, P, D)
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [x]} or {@code [x, visible]} and gives the context.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        if (inputs.isEmpty() || inputs.size() > 2) {
            throw new IllegalArgumentException(
                    "time axis attention takes [x] or [x, visible], got %s arrays"
                            .formatted(inputs.size()));
        }
        Inputs in = Inputs.of(inputs.get(0), inputs.size() > 1 ? inputs.get(1) : null);
        return new NDList(attend(parameters, in, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = inputShapes[0];
        attention.initialize(manager, dataType, new Shape(1, 1, x.get(x.dimension() - 1)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
