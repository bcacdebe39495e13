package org.attn4j.common;

import java.io.IOException;

/** Something cannot be fetched, and trying again at once will not mend it. */
public class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what, where, the mend
     */
    public RefusedException(String message) {
        super(message);
    }

    /**
     * Creates an exception.
     *
     * @param message what, where, the mend
     * @param cause what went wrong
     */
    public RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
