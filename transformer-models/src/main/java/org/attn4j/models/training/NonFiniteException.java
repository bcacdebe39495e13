package org.attn4j.models.training;

import ai.djl.TrainingDivergedException;

/**
 * A loss or a gradient is infinite or not a number. The weights are as they were before the step.
 */
public class NonFiniteException extends TrainingDivergedException {

    private static final long serialVersionUID = 1L;

    /**
     * Constructs the exception.
     *
     * @param message what is not finite, where, and what may help
     */
    public NonFiniteException(String message) {
        super(message);
    }
}
