package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * The learning rule of hard attention: REINFORCE with a moving-average baseline and an entropy
 * term.
 *
 * <p>Xu et al. 2015, section 4.1, equations 10 to 12. With N sampled sequences of positions s and
 * the log-likelihood log p(y | s, a) that each led to, the loss is minus the mean over samples and
 * rows of
 *
 * <pre>log p(y | s, a) + λ_r [log p(y | s, a) − b] Σ_t log α_t(s_t) + λ_e Σ_t H(α_t)</pre>
 *
 * <p>where no gradient goes through the bracket. The first term trains what reads the context, the
 * second makes positions that led to more than the baseline likelier, the third keeps looking
 * around. The baseline b is a number that whoever trains keeps from batch to batch: {@link
 * #baseline} moves it after the loss was taken.
 *
 * @param rewardWeight λ_r, at least 0
 * @param entropyWeight λ_e, at least 0
 * @param decay how much of the old baseline stays, in [0, 1); 0.9 in the paper
 */
public record Reinforce(double rewardWeight, double entropyWeight, double decay) {

    public Reinforce {
        Require.that(
                rewardWeight >= 0 && entropyWeight >= 0 && decay >= 0 && decay < 1,
                "rewardWeight and entropyWeight must be at least 0 and decay in [0, 1),"
                        + " got rewardWeight=%s, entropyWeight=%s, decay=%s",
                rewardWeight,
                entropyWeight,
                decay);
    }

    /**
     * Computes the loss.
     *
     * @param logLikelihood log p(y | s, a), (N, B), with its gradient
     * @param glimpses the positions that led to it
     * @param steps (B, T), which steps are real, as booleans or ones and zeros; null for all
     * @param baseline b, from the batches before; 0 at the first
     * @return the loss, an array of one element
     */
    public NDArray loss(NDArray logLikelihood, Glimpses glimpses, NDArray steps, double baseline) {
        NDArray logProbability = glimpses.logProbability(); // (N, B, T)
        NDArray entropy = glimpses.entropy(); // (B, T)
        if (steps != null) {
            DataType type = entropy.getDataType();
            NDArray real = steps.toType(type, false);
            logProbability = logProbability.mul(real.expandDims(0));
            entropy = entropy.mul(real);
        }
        NDArray better = Scalars.subtract(logLikelihood.stopGradient(), baseline);
        NDArray advantage = Scalars.multiply(better, rewardWeight); // (N, B)
        NDArray gain =
                logLikelihood
                        .add(logProbability.sum(new int[] {2}).mul(advantage))
                        .add(
                                Scalars.multiply(entropy.sum(new int[] {1}), entropyWeight)
                                        .expandDims(0)); // (N, B)
        return gain.mean().neg();
    }

    /**
     * Moves the baseline towards what this batch reached.
     *
     * @param baseline the old baseline
     * @param logLikelihood log p(y | s, a), (N, B)
     * @return the new baseline
     */
    public double baseline(double baseline, NDArray logLikelihood) {
        NDArray mean = logLikelihood.stopGradient().mean();
        return decay * baseline
                + (1 - decay) * mean.toType(DataType.FLOAT64, false).toDoubleArray()[0];
    }
}
