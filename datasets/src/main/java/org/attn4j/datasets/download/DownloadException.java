package org.attn4j.datasets.download;

import org.attn4j.common.RefusedException;

/** A file could not be fetched: the message says which, why, and how to mend it. */
public class DownloadException extends RefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message one sentence for the person who wanted the file
     */
    public DownloadException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message one sentence for the person who wanted the file
     * @param cause what was behind it
     */
    public DownloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
