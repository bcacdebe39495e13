package org.attn4j.models.training;

/** Which weights a training run leaves as its result. */
public enum FinalWeights {
    /** Those after the last step. */
    LAST,
    /** Those that scored best in validation. */
    BEST,
    /** The mean of those at the last validations. */
    AVERAGE_LAST,
    /** The mean of those that scored best in validation. */
    AVERAGE_BEST
}
