package org.attn4j.attention.align;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.Penalized;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Softmax over a span that each head learns: {@code weights[r] = m(x)·exp(s[r]) / Σ m·exp(s)}, x
 * being how far the key r is behind the query.
 *
 * <p>Sukhbaatar et al. 2019, "Adaptive Attention Span in Transformers", section 3: the soft mask
 * {@code m(x) = min(max((R + z − x) / R, 0), 1)} is 1 up to the distance z, the span of the head,
 * and falls to 0 over a ramp of R positions, through which gradients reach z. The penalty {@code
 * λ/N · Σ z} makes spans as short as the task allows. The query's own position has the distance 0,
 * and later keys are hidden.
 *
 * <p>The parameter {@code span}, (N), is z as a share of the greatest span, from 0 to 1, so that a
 * learning rate fits it as it fits other parameters; {@link #constrain} keeps it in that range
 * after each update. Time and memory B·N·T·S.
 */
public final class AdaptiveSpan extends AbstractBlock implements Alignment, Penalized {

    private static final byte VERSION = 1;

    private final int heads;
    private final int maxSpan;
    private final double ramp;
    private final double penalty;
    private final boolean symmetric;
    private final Parameter span; // (N)

    /**
     * Creates the mapping.
     *
     * @param heads N
     * @param maxSpan the most positions that a span may have, at least 1
     * @param initialSpan the span that every head starts with, from 0 to {@code maxSpan}
     * @param ramp R, over how many positions the mask falls, above 0; 32 in the paper
     * @param penalty λ, what a position of mean span costs, at least 0
     * @param symmetric whether later keys are seen as far as earlier ones, for encoders; the paper
     *     has only earlier ones
     */
    public AdaptiveSpan(
            int heads,
            int maxSpan,
            double initialSpan,
            double ramp,
            double penalty,
            boolean symmetric) {
        super(VERSION);
        Require.that(
                heads >= 1 && maxSpan >= 1,
                "heads and maxSpan must be at least 1, got heads=%s, maxSpan=%s",
                heads,
                maxSpan);
        Require.that(
                initialSpan >= 0 && initialSpan <= maxSpan,
                "initialSpan must be from 0 to maxSpan, got initialSpan=%s, maxSpan=%s",
                initialSpan,
                maxSpan);
        Require.that(
                ramp > 0 && penalty >= 0,
                "ramp must be above 0 and penalty at least 0, got ramp=%s, penalty=%s",
                ramp,
                penalty);
        this.heads = heads;
        this.maxSpan = maxSpan;
        this.ramp = ramp;
        this.penalty = penalty;
        this.symmetric = symmetric;
        span =
                addParameter(
                        Parameter.builder()
                                .setName("span")
                                .setType(Parameter.Type.OTHER)
                                .optShape(new Shape(heads))
                                .optInitializer(
                                        (manager, shape, type) ->
                                                manager.full(
                                                        shape,
                                                        (float) (initialSpan / maxSpan),
                                                        type))
                                .build());
    }

    @Override
    public NDArray weights(
            ParameterStore parameters, NDArray scores, MaskArrays mask, boolean training) {
        return weights(parameters, scores, mask, null, training);
    }

    @Override
    public NDArray weights(
            ParameterStore parameters,
            NDArray scores,
            MaskArrays mask,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = scores.getManager();
        long queries = scores.getShape().get(2);
        long keys = scores.getShape().get(3);
        DataType type = MaskedScores.wide(scores.getDataType());
        NDArray softMask =
                softMask(parameters, manager, queries, keys, training)
                        .toType(type, false)
                        .expandDims(0); // (1, N, T, S)
        AttentionObserver.tell(observer, Stages.SOFT_MASK, () -> softMask.squeeze(0));
        NDArray within = softMask.stopGradient().gt(0).toType(type, false);
        // Out of reach is hidden before the softmax, so that what remains keeps its digits.
        NDArray soft =
                mask.keepVisible(mask.masked(scores).add(MaskArrays.additive(within)).softmax(-1))
                        .mul(softMask); // (B, N, T, S)
        NDArray sum = soft.sum(new int[] {-1}, true); // 0 if nothing is left
        NDArray blind = sum.stopGradient().lte(0).toType(type, false);
        return soft.div(sum.add(blind)).toType(scores.getDataType(), false);
    }

    /**
     * Returns m for all pairs; the queries are the last T of the S positions.
     *
     * @param parameters where the spans are found
     * @param manager where the result lives
     * @param queryLength T
     * @param keyLength S
     * @param training whether this is a training pass
     * @return (N, T, S), from 0 to 1
     */
    public NDArray softMask(
            ParameterStore parameters,
            NDManager manager,
            long queryLength,
            long keyLength,
            boolean training) {
        NDArray spans = spans(parameters, manager, training); // (N)
        NDArray query = manager.arange((float) (keyLength - queryLength), keyLength, 1);
        NDArray key = manager.arange(0f, keyLength, 1);
        NDArray distance = query.reshape(queryLength, 1).sub(key.reshape(1, keyLength)); // (T, S)
        NDArray away = symmetric ? distance.abs() : distance;
        DataType type = spans.getDataType();
        NDArray rest = spans.reshape(heads, 1, 1).sub(away.toType(type, false)); // (N, T, S)
        NDArray mask = Scalars.multiply(Scalars.add(rest, ramp), 1 / ramp).clip(0, 1);
        return symmetric ? mask : mask.mul(distance.gte(0).toType(type, false));
    }

    /**
     * Returns the spans, within their range.
     *
     * @param parameters where they are found
     * @param manager where the result lives; its device counts
     * @param training whether this is a training pass
     * @return z in positions, (N), in float32 or wider
     */
    public NDArray spans(ParameterStore parameters, NDManager manager, boolean training) {
        NDArray learned = parameters.getValue(span, manager.getDevice(), training);
        DataType type = MaskedScores.wide(learned.getDataType());
        NDArray share = manager.zeros(new Shape(heads), type).add(learned).clip(0, 1);
        return Scalars.multiply(share, maxSpan);
    }

    /**
     * Returns how many positions a query sees at most in the widest head, its own included: what
     * lies further back need not be looked at.
     *
     * @param parameters where the spans are found
     * @param manager where arrays on the way live; its device counts
     * @return the number of positions
     */
    public long reach(ParameterStore parameters, NDManager manager) {
        try (NDArray spans = spans(parameters, manager, false);
                NDArray largest = spans.max().toType(DataType.FLOAT32, true)) {
            return (long) Math.ceil(largest.getFloat() + ramp);
        }
    }

    /** Returns {@code λ/N · Σ z}. */
    @Override
    public NDArray penalty(ParameterStore parameters, NDManager manager, boolean training) {
        return Scalars.multiply(spans(parameters, manager, training).sum(), penalty / heads)
                .reshape(new Shape());
    }

    @Override
    public void constrain(ParameterStore parameters, NDManager manager) {
        Device device = manager.getDevice();
        NDArray learned = parameters.getValue(span, device, false);
        NDArray zeros = manager.zeros(learned.getShape(), learned.getDataType());
        try (NDArray share = zeros.add(learned);
                NDArray within = share.clip(0, 1)) {
            within.copyTo(learned);
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(
                weights(parameters, inputs.singletonOrThrow(), MaskArrays.NONE, training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return inputShapes;
    }
}
