package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * α-entmax, with an α that each head learns: {@code weights = max((α − 1)·z − τ, 0)^(1/(α − 1))}.
 *
 * <p>Peters, Niculae and Martins 2019, section 3, for the mapping; Correia, Niculae and Martins
 * 2019, "Adaptively Sparse Transformers", section 3, for learning α, one number a head, by the
 * gradient of their proposition 1. τ is the number for which the weights sum to 1. Towards α = 1 it
 * is softmax, at 1.5 {@link Entmax15}, at 2 {@link Sparsemax}: the larger, the sparser. The learned
 * α is {@code 1 + sigmoid(a)}, kept at 1.01 or above; the parameter is {@code pre_alpha} = a, (N),
 * and starts at 0.
 *
 * <p>Choose it where some heads should look at single keys and others at many, and the model is to
 * find out which. τ is searched: bisection brings it near, Newton's method, which on this convex
 * function never overshoots, to the last digit. Time is that of about 15 softmaxes; memory B·N·T·S.
 */
public final class AlphaEntmax extends AbstractBlock implements Alignment {

    private static final byte VERSION = 1;

    private static final double LEAST = 1.01;
    private static final int BISECTIONS = 8;
    private static final int NEWTON_STEPS = 7;
    private static final double TINY = 1e-12;
    private static final int[] LAST = {-1};

    private final double alpha; // if it is given
    private final int heads;
    private final Parameter preAlpha; // (N), or null if alpha is given

    private AlphaEntmax(double alpha, int heads) {
        super(VERSION);
        this.alpha = alpha;
        this.heads = heads;
        preAlpha =
                heads == 0
                        ? null
                        : addParameter(
                                Parameter.builder()
                                        .setName("pre_alpha")
                                        .setType(Parameter.Type.OTHER)
                                        .optShape(new Shape(heads))
                                        .optInitializer(Initializer.ZEROS)
                                        .build());
    }

    /**
     * Returns the mapping with an α for each head, which is learned.
     *
     * @param heads N
     * @return the mapping, with a parameter
     */
    public static AlphaEntmax learned(int heads) {
        Require.that(heads >= 1, "heads must be at least 1, got heads=%s", heads);
        return new AlphaEntmax(Double.NaN, heads);
    }

    /**
     * Returns the mapping with a given α.
     *
     * @param alpha from 1.01 to 2
     * @return the mapping, without parameters
     */
    public static AlphaEntmax fixed(double alpha) {
        Require.that(
                alpha >= LEAST && alpha <= 2,
                "alpha must be from %s to 2, got alpha=%s",
                LEAST,
                alpha);
        return new AlphaEntmax(alpha, 0);
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
        NDArray alpha = alpha(parameters, scores, training);
        SparseWeights solved = solve(scores, mask, alpha);
        AttentionObserver.tell(observer, Stages.ALPHA, () -> alpha);
        AttentionObserver.tell(observer, Stages.THRESHOLD, solved::threshold);
        return solved.weights();
    }

    /**
     * Returns the α of each head.
     *
     * @param parameters where the parameter is found
     * @param like an array whose manager and type the result has
     * @param training whether this is a training pass
     * @return (N), or (1) if α is given
     */
    public NDArray alpha(ParameterStore parameters, NDArray like, boolean training) {
        NDArray zeros =
                like.getManager()
                        .zeros(
                                new Shape(Math.max(heads, 1)),
                                MaskedScores.wide(like.getDataType()));
        if (preAlpha == null) {
            return Scalars.add(zeros, alpha);
        }
        NDArray learned = parameters.getValue(preAlpha, like.getDevice(), training);
        NDArray share = zeros.add(learned).getNDArrayInternal().sigmoid();
        return Scalars.add(share.clip(LEAST - 1, 1), 1);
    }

    /**
     * Turns scores into weights with given α, and tells the threshold. Gradients reach α too.
     *
     * @param scores raw scores, (B, N, T, S)
     * @param mask who sees whom
     * @param alpha above 1 and at most 2: (N), or (1) for all heads
     * @return the weights, and τ of (α − 1) times the masked scores
     */
    public static SparseWeights solve(NDArray scores, MaskArrays mask, NDArray alpha) {
        MaskedScores z = MaskedScores.of(scores, mask);
        NDArray factor = Scalars.subtract(alpha, 1).reshape(1, alpha.size(), 1, 1); // α − 1
        NDArray power = factor.onesLike().div(factor); // 1 / (α − 1)
        NDArray scaled = z.shifted().mul(factor); // (B, N, T, S)
        NDArray found =
                MaskedScores.search(
                        scores, () -> threshold(z, scaled.stopGradient(), power.stopGradient()));

        NDArray support = z.ones(scaled.stopGradient().gt(found));
        NDArray outside = Scalars.subtract(1, support);
        // One Newton step more, which carries the gradient of the implicit function.
        NDArray sum = raised(scaled.sub(found), support, outside, power).sum(LAST, true);
        NDArray slope =
                MaskedScores.search(
                        scores, () -> slope(scaled.stopGradient().sub(found), support, power));
        NDArray threshold = Scalars.subtract(sum, 1).div(slope).add(found); // (B, N, T, 1)
        NDArray weights = raised(scaled.sub(threshold), support, outside, power);
        return new SparseWeights(
                z.visible(weights), threshold.add(z.largest().mul(factor.stopGradient())));
    }

    /** {@code above^power} on the support and 0 elsewhere, with gradients that are never NaN. */
    private static NDArray raised(NDArray above, NDArray support, NDArray outside, NDArray power) {
        NDArray base = above.mul(support).add(outside).clip(TINY, Float.MAX_VALUE);
        return base.log().mul(power).exp().mul(support);
    }

    /** Minus the derivative of the sum of the weights with respect to τ. */
    private static NDArray slope(NDArray above, NDArray support, NDArray power) {
        NDArray exponent = Scalars.subtract(power.stopGradient(), 1);
        NDArray base = above.clip(TINY, Float.MAX_VALUE);
        NDArray raised = base.log().mul(exponent).exp().mul(support);
        return raised.sum(LAST, true).mul(power.stopGradient());
    }

    /** τ to the last digits: from the left, where the sum of the weights is at least 1. */
    private static NDArray threshold(MaskedScores z, NDArray scaled, NDArray power) {
        NDArray left =
                Scalars.subtract(scaled.max(LAST, true), 1); // the largest alone has weight 1 there
        double width = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            width /= 2;
            NDArray middle = Scalars.add(left, width);
            NDArray sum = sum(scaled.sub(middle), power);
            left = left.add(Scalars.multiply(z.ones(sum.gte(1)), width));
        }
        for (int i = 0; i < NEWTON_STEPS; i++) {
            NDArray above = scaled.sub(left);
            NDArray support = z.ones(above.gt(0));
            left =
                    left.add(
                            Scalars.subtract(sum(above, power), 1)
                                    .div(slope(above, support, power)));
        }
        return left;
    }

    private static NDArray sum(NDArray above, NDArray power) {
        return above.clip(TINY, Float.MAX_VALUE).log().mul(power).exp().sum(LAST, true);
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
