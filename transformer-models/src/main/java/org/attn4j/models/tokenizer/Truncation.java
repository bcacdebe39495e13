package org.attn4j.models.tokenizer;

/** Which text is shortened when a sequence would be too long. */
public enum Truncation {
    /** Nothing is shortened. */
    NONE,
    /** The longer of two texts first, until both are of one length; then both. */
    LONGEST_FIRST,
    /** The first text alone. */
    ONLY_FIRST,
    /** The second text alone, such as the context of a question. */
    ONLY_SECOND
}
