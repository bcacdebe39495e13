package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import java.util.Locale;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * The negative is to be further from the anchor than the positive by a margin: the mean of max(d(a,
 * p) − d(a, n) + margin, 0), {@code TripletLoss} of sentence-transformers. Labels are not looked at
 * but for their number.
 */
public final class Triplet extends Loss {

    /** PyTorch adds it to differences, so that the distance of equals has a gradient. */
    private static final double EPSILON = 1e-6;

    private final Distance distance;
    private final double margin;

    /** How far apart two vectors are. */
    public enum Distance {
        /** The length of their difference. */
        EUCLIDEAN,
        /** 1 less their cosine. */
        COSINE,
        /** The sum of their differences. */
        MANHATTAN;

        NDArray of(NDArray left, NDArray right) {
            if (this == COSINE) {
                return Scalars.subtract(1, Columns.cosines(left, right));
            }
            NDArray difference = Scalars.add(left.sub(right), EPSILON);
            return this == EUCLIDEAN
                    ? difference.square().sum(new int[] {1}).sqrt()
                    : difference.abs().sum(new int[] {1});
        }

        /** Returns the name in configurations. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Constructs the loss.
     *
     * @param distance how distances are taken; Euclidean in sentence-transformers
     * @param margin by how much the negative is to be further away; 5 in sentence-transformers,
     *     which no vectors of length 1 reach
     * @throws IllegalArgumentException if the margin is not positive
     */
    public Triplet(Distance distance, double margin) {
        super("Triplet");
        Require.that(margin > 0, "margin must be positive, got margin=%s", margin);
        this.distance = distance;
        this.margin = margin;
    }

    /**
     * Returns the mean loss.
     *
     * @param labels an array of B rows
     * @param predictions the embeddings (B, E) of anchors, positives and negatives
     * @return the mean, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        Columns.require(predictions, 3, 3, "anchors, positives and one negative each");
        NDArray near = distance.of(predictions.get(0), predictions.get(1)); // (B)
        NDArray far = distance.of(predictions.get(0), predictions.get(2)); // (B)
        return Scalars.maximum(Scalars.add(near.sub(far), margin), 0).mean();
    }
}
