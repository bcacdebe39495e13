package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;

/**
 * 1.5-entmax, halfway between softmax and sparsemax: {@code weights = max(z/2 − τ, 0)²}.
 *
 * <p>Peters, Niculae and Martins 2019, "Sparse Sequence-to-Sequence Models", section 3: τ is the
 * number for which the weights sum to 1, and is found exactly by sorting the halved scores x: of
 * the k largest, with mean M and sum of squared deviations V, {@code τ(k) = M − √((1 − V)/k)}, and
 * the largest k with {@code τ(k) ≤ x(k)} counts.
 *
 * <p>Choose it where softmax is too blunt and sparsemax too hard: weights fall off smoothly to
 * exactly zero, and keys near the threshold still pass a gradient. It is {@link AlphaEntmax} with α
 * = 1.5, without the search. Time B·N·T·S·log S, memory B·N·T·S.
 */
public final class Entmax15 implements Alignment {

    /** The mapping; it has no state. */
    public static final Entmax15 INSTANCE = new Entmax15();

    /** Below any halved score that can have weight: the largest is 0, and τ at least −1. */
    private static final float FAR = -2;

    private Entmax15() {}

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
     * @return the weights, and τ of the halved masked scores
     */
    public SparseWeights solve(NDArray scores, MaskArrays mask) {
        MaskedScores z = MaskedScores.of(scores, mask);
        NDArray halves = Scalars.multiply(z.shifted(), 0.5); // (B, N, T, S)
        NDArray found = MaskedScores.search(scores, () -> threshold(z)); // (B, N, T, 1)
        NDArray support = z.ones(halves.stopGradient().gt(found));
        // One Newton step on Σ max(x − τ, 0)² = 1: it changes τ by rounding errors alone, and gives
        // it the gradient of the implicit function.
        NDArray above = halves.sub(found).mul(support);
        NDArray slope = Scalars.multiply(above.stopGradient().sum(new int[] {-1}, true), 2);
        NDArray excess = Scalars.subtract(above.square().sum(new int[] {-1}, true), 1);
        NDArray threshold = excess.div(slope).add(found);
        NDArray weights = z.visible(halves.sub(threshold).mul(support).square());
        return new SparseWeights(weights, threshold.add(Scalars.multiply(z.largest(), 0.5)));
    }

    private static NDArray threshold(MaskedScores z) {
        NDArray halves = Scalars.multiply(z.shifted().stopGradient(), 0.5).clip(FAR, 0);
        NDArray sorted = Ranks.descending(halves);
        NDArray ranks = Ranks.ranks(halves); // (S)
        NDArray mean = sorted.cumSum(3).div(ranks);
        NDArray meanSquare = sorted.square().cumSum(3).div(ranks);
        NDArray deviations = meanSquare.sub(mean.square()).mul(ranks);
        NDArray room = Scalars.subtract(1, deviations).div(ranks).clip(0, 1);
        NDArray thresholds = mean.sub(room.sqrt()); // τ(k)
        NDArray count = z.ones(thresholds.lte(sorted)).sum(new int[] {-1}, true); // (B, N, T, 1)
        NDArray last = z.ones(count.eq(ranks)); // (B, N, T, S)
        return thresholds.mul(last).sum(new int[] {-1}, true);
    }
}
