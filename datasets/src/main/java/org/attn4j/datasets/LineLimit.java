package org.attn4j.datasets;

import org.attn4j.common.Require;

/**
 * How long a line of a corpus file may be, and what becomes of a longer one. A longer line is never
 * held in memory, whatever its length.
 *
 * @param characters the most characters (UTF-16 code units) a line may have
 * @param policy what becomes of a longer line
 */
public record LineLimit(int characters, Policy policy) {

    /** What becomes of a line over the limit. */
    public enum Policy {
        /** Reading fails, naming file and line. */
        REFUSE,
        /** The pair is left out, and their number is logged at the end. */
        SKIP
    }

    /** Refuses lines of more than 100,000 characters. */
    public static final LineLimit DEFAULT = new LineLimit(100_000, Policy.REFUSE);

    private static final int MOST = 100_000_000;

    public LineLimit {
        Require.that(
                characters >= 1 && characters <= MOST,
                "the line limit must be between 1 and %s characters, got %s",
                MOST,
                characters);
    }

    /**
     * Returns a limit that leaves longer lines out.
     *
     * @param characters the most characters a line may have
     * @return the limit
     */
    public static LineLimit skipping(int characters) {
        return new LineLimit(characters, Policy.SKIP);
    }
}
