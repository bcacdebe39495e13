package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * The cosines of pairs are to be in the order of their scores: ln(1 + Σ exp(scale · (cos_i −
 * cos_j))) over the pairs of a batch with score_i &lt; score_j, {@code CoSENTLoss} of
 * sentence-transformers (Su 2022). It is the loss of a batch, not a mean.
 */
public final class CoSent extends Loss {

    private static final double NEVER = 1e12;

    private final double scale;

    /**
     * Constructs the loss.
     *
     * @param scale what cosines are multiplied by; 20 in sentence-transformers
     * @throws IllegalArgumentException if it is not positive
     */
    public CoSent(double scale) {
        super("CoSENT");
        Require.that(scale > 0, "scale must be positive, got scale=%s", scale);
        this.scale = scale;
    }

    /**
     * Returns the loss of a batch.
     *
     * @param labels the scores, (B)
     * @param predictions the embeddings (B, E) of both texts
     * @return the loss, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        Columns.require(predictions, 2, 2, "two texts with their score");
        NDArray cosines = Columns.cosines(predictions.get(0), predictions.get(1)); // (B)
        NDArray scaled = Scalars.multiply(cosines, scale);
        NDArray differences = scaled.expandDims(1).sub(scaled.expandDims(0)); // (B, B), i - j
        NDArray scores = labels.head().reshape(-1);
        NDArray inOrder = scores.expandDims(1).gte(scores.expandDims(0)); // (B, B)
        NDArray hidden = Scalars.multiply(inOrder.toType(scaled.getDataType(), false), NEVER);
        NDArray terms = differences.sub(hidden);
        NDArray most = Scalars.maximum(terms.stopGradient().max(), 0); // keeps exp in range
        NDArray sum = terms.sub(most).exp().sum().add(most.neg().exp());
        return sum.log().add(most);
    }
}
