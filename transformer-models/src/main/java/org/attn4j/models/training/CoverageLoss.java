package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Label-smoothed cross-entropy and the coverage loss, which keeps a model from looking at the same
 * again and again: {@code −log P(w_t) + λ Σ_i min(α_ti, c_ti)}, summed over the tokens that are not
 * padding (See, Liu and Manning 2017, equations 12 and 13).
 *
 * <p>A training pass gives the sum over i as a second prediction, (B, T); where there is none, as
 * in validation, this is the cross-entropy alone.
 */
public final class CoverageLoss extends LabelSmoothedCrossEntropy {

    private final long padId;
    private final float weight;

    /**
     * Constructs the loss.
     *
     * @param smoothing the mass spread over all classes, from 0 to below 1
     * @param padId the label that does not count
     * @param weight λ, 1 in the paper
     * @throws IllegalArgumentException if a value is out of range
     */
    public CoverageLoss(float smoothing, long padId, float weight) {
        super(smoothing, padId);
        Require.that(weight >= 0, "weight must not be negative, got weight=%s", weight);
        this.padId = padId;
        this.weight = weight;
    }

    @Override
    public NDArray sum(NDList labels, NDList predictions) {
        NDArray sum = super.sum(labels, predictions);
        if (predictions.size() < 2) {
            return sum;
        }
        NDArray losses = predictions.get(1); // (B, T)
        NDArray counted = labels.head().neq(padId).toType(losses.getDataType(), false);
        NDArray coverage = losses.mul(counted).sum().reshape(sum.getShape());
        return sum.add(Scalars.multiply(coverage, weight));
    }
}
