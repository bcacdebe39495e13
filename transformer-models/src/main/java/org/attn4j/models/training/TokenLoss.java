package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * A loss that is a sum over tokens, so that gradients of several batches or devices can be added up
 * and divided by the number of all their tokens.
 */
public interface TokenLoss {

    /**
     * Returns the sum of the loss over the tokens that count.
     *
     * @param labels the labels
     * @param predictions the model's output
     * @return the sum, a scalar that can be differentiated
     */
    NDArray sum(NDList labels, NDList predictions);

    /**
     * Counts the tokens that the sum runs over.
     *
     * @param labels the labels
     * @return the number of tokens
     */
    long count(NDList labels);
}
