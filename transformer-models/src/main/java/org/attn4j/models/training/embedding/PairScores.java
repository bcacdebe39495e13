package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import org.attn4j.attention.ops.Scalars;

/**
 * A cross-encoder's single output is to be the score of a pair: binary cross-entropy of its sigmoid
 * ({@code BinaryCrossEntropyLoss} of sentence-transformers' cross-encoders), or the squared
 * difference of the output itself ({@code MSELoss}).
 */
public final class PairScores extends Loss {

    private final boolean binary;

    /**
     * Constructs the loss.
     *
     * @param binary whether it is the cross-entropy; else the squared difference
     */
    public PairScores(boolean binary) {
        super("PairScores");
        this.binary = binary;
    }

    /**
     * Returns the mean loss.
     *
     * @param labels the scores, (B), in [0, 1] for the cross-entropy
     * @param predictions the outputs, (B, 1)
     * @return the mean, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray outputs = predictions.head().reshape(-1);
        NDArray scores = labels.head().reshape(-1);
        if (!binary) {
            return outputs.sub(scores).square().mean();
        }
        // max(x, 0) - x y + ln(1 + exp(-|x|)), which no x overflows
        NDArray tail = Scalars.add(outputs.abs().neg().exp(), 1).log();
        return Scalars.maximum(outputs, 0).sub(outputs.mul(scores)).add(tail).mean();
    }
}
