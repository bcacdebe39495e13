package org.attn4j.datasets;

import java.io.IOException;

/** A corpus cannot be used: the message says what is wrong, where, and how to mend it. */
public class CorpusException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message one sentence for the person who gave the corpus
     */
    public CorpusException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message one sentence for the person who gave the corpus
     * @param cause what was behind it
     */
    public CorpusException(String message, Throwable cause) {
        super(message, cause);
    }
}
