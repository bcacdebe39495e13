package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;

/**
 * Sparsemax: the distribution that lies nearest to the scores, {@code weights = max(z − τ, 0)}.
 *
 * <p>Martins and Astudillo 2016, "From Softmax to Sparsemax", section 2: τ is the number for which
 * the weights sum to 1. With the scores sorted, z(1) ≥ z(2) ≥ …, K is the largest k with {@code 1 +
 * k·z(k) > Σ_{j ≤ k} z(j)}, and {@code τ = (Σ_{j ≤ K} z(j) − 1) / K} (proposition 1, algorithm 1).
 * On the support of the weights the Jacobian is {@code diag(s) − s·sᵀ/|S|}; keys outside pass no
 * gradient.
 *
 * <p>Choose it where a query should take from few keys and from the others exactly nothing, so that
 * the weights can be read as a selection. It is the α-entmax of {@link AlphaEntmax} with α = 2, and
 * the sparsest of them. Time B·N·T·S·log S for sorting, memory B·N·T·S.
 */
public final class Sparsemax implements Alignment {

    /** The mapping; it has no state. */
    public static final Sparsemax INSTANCE = new Sparsemax();

    /** Below any score that can have weight: the largest is 0, and weights are at most 1. */
    private static final float FAR = -3;

    private Sparsemax() {}

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
        SparseWeights solved = solve(scores, mask);
        AttentionObserver.tell(observer, Stages.THRESHOLD, solved::threshold);
        return solved.weights();
    }

    /**
     * Turns scores into weights, and tells the threshold.
     *
     * @param scores raw scores, (B, N, T, S)
     * @param mask who sees whom
     * @return the weights, and τ of the masked scores
     */
    public SparseWeights solve(NDArray scores, MaskArrays mask) {
        MaskedScores z = MaskedScores.of(scores, mask);
        NDArray support = MaskedScores.search(scores, () -> support(z)); // (B, N, T, S)
        NDArray sum = z.shifted().mul(support).sum(new int[] {-1}, true);
        NDArray count = support.sum(new int[] {-1}, true);
        NDArray threshold = Scalars.subtract(sum, 1).div(count); // (B, N, T, 1)
        NDArray weights = z.shifted().sub(threshold).getNDArrayInternal().relu();
        return new SparseWeights(z.visible(weights), threshold.add(z.largest()));
    }

    /** One where a weight is positive, zero elsewhere. */
    private static NDArray support(MaskedScores z) {
        NDArray scores = z.shifted().stopGradient().clip(FAR, 0);
        NDArray sorted = Ranks.descending(scores);
        NDArray ranks = Ranks.ranks(scores); // (S)
        NDArray enters = z.ones(Scalars.add(sorted.mul(ranks), 1).gt(sorted.cumSum(3)));
        NDArray count = enters.sum(new int[] {-1}, true);
        NDArray threshold =
                Scalars.subtract(sorted.mul(enters).sum(new int[] {-1}, true), 1).div(count);
        return z.ones(scores.gt(threshold));
    }
}
