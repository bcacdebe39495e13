package org.attn4j.models.generate;

/** Why a sequence is as long as it is. */
public enum FinishReason {
    /** The model gave an end token. */
    END_TOKEN,
    /** A {@link StopCriterion} was met. */
    STOP,
    /** It has as many tokens as are allowed. */
    LENGTH,
    /** The model has no position for another token. */
    POSITIONS,
    /** Nothing was generated, for what it was to be generated from cannot be read. */
    REFUSED
}
