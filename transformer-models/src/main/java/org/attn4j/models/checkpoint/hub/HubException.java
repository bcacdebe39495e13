package org.attn4j.models.checkpoint.hub;

import org.attn4j.common.RefusedException;

/** A model or a file cannot be had from the Hub; the message says why, and what mends it. */
public class HubException extends RefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what, where, the mend
     */
    public HubException(String message) {
        super(message);
    }

    /**
     * Creates an exception.
     *
     * @param message what, where, the mend
     * @param cause what went wrong
     */
    public HubException(String message, Throwable cause) {
        super(message, cause);
    }
}
