package org.attn4j.attention.pattern;

/** Which of the two steps of a factorised pattern attends; Child et al. 2019, section 4.2. */
public enum Factor {
    /** The near positions alone. */
    LOCAL,
    /** The far positions alone, over which information reaches every position in a second layer. */
    SUMMARY,
    /** Both in one attention, the paper's merged head. */
    MERGED
}
