package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;

/**
 * The cosine of two texts is to be their score (Reimers and Gurevych 2019, section 3): the mean
 * squared difference, {@code CosineSimilarityLoss} of sentence-transformers. Scores lie in [0, 1]
 * or [-1, 1].
 */
public final class CosineSimilarity extends Loss {

    /** Constructs the loss. */
    public CosineSimilarity() {
        super("CosineSimilarity");
    }

    /**
     * Returns the mean squared difference.
     *
     * @param labels the scores, (B)
     * @param predictions the embeddings (B, E) of both texts
     * @return the mean, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        Columns.require(predictions, 2, 2, "two texts with their score");
        NDArray cosines = Columns.cosines(predictions.get(0), predictions.get(1)); // (B)
        return cosines.sub(labels.head().reshape(-1)).square().mean();
    }
}
