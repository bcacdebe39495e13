package org.attn4j.models.training;

/** Why a training run ended. */
public enum StopReason {
    /** It made all its steps. */
    STEPS,
    /** It went through the data as often as it should. */
    EPOCHS,
    /** Its time was used up. */
    TIME,
    /** The validation metric has stopped improving. */
    PATIENCE,
    /** It was asked to stop; it can be resumed. */
    SIGNAL
}
