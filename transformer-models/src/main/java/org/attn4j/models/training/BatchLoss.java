package org.attn4j.models.training;

/**
 * The loss of one batch.
 *
 * @param sum the loss summed over what it is a mean of
 * @param weight what it is a mean of: target tokens for a {@link TokenLoss}, examples for other
 *     losses
 */
public record BatchLoss(double sum, long weight) {

    /**
     * Returns the mean loss.
     *
     * @return the mean
     */
    public double mean() {
        return sum / weight;
    }

    /**
     * Adds another.
     *
     * @param other the other
     * @return the loss of both batches
     */
    public BatchLoss plus(BatchLoss other) {
        return new BatchLoss(sum + other.sum, weight + other.weight);
    }
}
