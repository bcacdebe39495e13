package org.attn4j.parity;

/**
 * A dump cannot be computed: it lacks something, its parts do not fit, or nothing knows its kind.
 */
public final class FixtureException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message one sentence
     */
    FixtureException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message one sentence
     * @param cause what went wrong while computing
     */
    FixtureException(String message, Throwable cause) {
        super(message, cause);
    }
}
