package org.attn4j.models.training;

/** The shapes that a learning rate may take over a training run. */
public enum Schedule {
    /** Warm-up, then the rate stays. */
    CONSTANT,
    /**
     * Linear warm-up, then decay with the inverse square root of the step, both scaled by the model
     * size: Vaswani et al. 2017, section 5.3, equation 3.
     */
    NOAM,
    /** Linear warm-up to a peak, then decay with the inverse square root of the step. */
    INVERSE_SQRT,
    /** Linear warm-up to a peak, then linear decay to a floor at the last step. */
    LINEAR,
    /**
     * Linear warm-up to a peak, then half a cosine down to a floor at the last step: Loshchilov and
     * Hutter 2017.
     */
    COSINE
}
