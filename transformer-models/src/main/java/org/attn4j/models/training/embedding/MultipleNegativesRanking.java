package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.model.sentence.SentenceVectors;

/**
 * Among the candidates of the whole batch an anchor is to find its positive (Henderson et al. 2017,
 * section 4.4; {@code MultipleNegativesRankingLoss} of sentence-transformers): the cross-entropy of
 * scaled similarities. Candidates are the positives of all rows and, as hard negatives, all further
 * columns. The symmetric form is the mean of that and of the same for each positive among all
 * anchors. Labels are not looked at but for their number.
 */
public final class MultipleNegativesRanking extends Loss {

    /** The scale of sentence-transformers, a temperature of 0.05. */
    public static final double SCALE = 20;

    private final double scale;
    private final boolean symmetric;
    private final boolean cosine;

    /**
     * Constructs the loss.
     *
     * @param scale what similarities are multiplied by
     * @param symmetric whether positives are to find their anchors too
     * @param cosine whether the similarity is the cosine; else it is the dot product
     * @throws IllegalArgumentException if {@code scale} is not positive
     */
    public MultipleNegativesRanking(double scale, boolean symmetric, boolean cosine) {
        super("MultipleNegativesRanking");
        Require.that(scale > 0, "scale must be positive, got scale=%s", scale);
        this.scale = scale;
        this.symmetric = symmetric;
        this.cosine = cosine;
    }

    /**
     * Returns the mean loss of the anchors.
     *
     * @param labels an array of B rows
     * @param predictions the embeddings (B, E) of anchors, positives, and any number of columns of
     *     negatives
     * @return the mean, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        Columns.require(
                predictions, 2, Integer.MAX_VALUE, "anchors with positives and any negatives");
        NDArray anchors = predictions.head(); // (B, E)
        NDArray candidates = Columns.stacked(predictions.subNDList(1)); // (M, E)
        NDArray scores = Scalars.multiply(similarities(anchors, candidates), scale); // (B, M)
        NDArray forward = meanCrossEntropy(scores);
        if (!symmetric) {
            return forward;
        }
        long rows = anchors.getShape().get(0);
        NDArray positives = scores.get(":, 0:{}", rows); // (B, B)
        return Scalars.multiply(forward.add(meanCrossEntropy(positives.transpose())), 0.5);
    }

    private NDArray similarities(NDArray anchors, NDArray candidates) {
        return cosine
                ? SentenceVectors.cosines(anchors, candidates)
                : anchors.matMul(candidates.transpose());
    }

    /** The right candidate of row i is the i-th. */
    private static NDArray meanCrossEntropy(NDArray scores) {
        long rows = scores.getShape().get(0); // B
        int candidates = Math.toIntExact(scores.getShape().get(1)); // M
        NDArray own =
                scores.getManager()
                        .eye(Math.toIntExact(rows), candidates, 0, scores.getDataType()); // (B, M)
        return Scalars.divide(scores.logSoftmax(1).mul(own).sum(), -rows);
    }
}
