package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import org.attn4j.models.model.head.Losses;

/**
 * A loss of transformers' heads as one of DJL's: a mean over the examples of a batch, so that every
 * example of a step counts as much.
 */
public final class HeadLoss extends Loss {

    private final Mean mean;

    /** From labels and predictions to a scalar. */
    private interface Mean {

        NDArray of(NDList labels, NDList predictions);
    }

    private HeadLoss(String name, Mean mean) {
        super(name);
        this.mean = mean;
    }

    /**
     * Returns the loss of a regression, the mean square of the differences.
     *
     * @return a loss of labels (B, C) and {@code logits} (B, C)
     */
    public static HeadLoss regression() {
        return new HeadLoss(
                "MeanSquare",
                (labels, predictions) -> Losses.meanSquare(predictions.head(), labels.head()));
    }

    /**
     * Returns the loss of classes that do not exclude each other, the mean of their binary
     * cross-entropies.
     *
     * @return a loss of labels (B, C), 0 or 1, and {@code logits} (B, C)
     */
    public static HeadLoss multiLabel() {
        return new HeadLoss(
                "BinaryCrossEntropy",
                (labels, predictions) ->
                        Losses.binaryCrossEntropy(predictions.head(), labels.head()));
    }

    /**
     * Returns the loss of an answer's span, the mean of the cross-entropies of its start and end.
     *
     * @return a loss of the labels {@code start_positions} and {@code end_positions}, both (B), and
     *     the predictions {@code start_logits} and {@code end_logits}, both (B, T)
     */
    public static HeadLoss span() {
        return new HeadLoss(
                "Span",
                (labels, predictions) ->
                        Losses.span(
                                predictions.get(0),
                                predictions.get(1),
                                labels.get(0),
                                labels.get(1)));
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return mean.of(labels, predictions);
    }
}
