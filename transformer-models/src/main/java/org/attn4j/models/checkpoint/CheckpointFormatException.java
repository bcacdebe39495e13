package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of a checkpoint breaks the rules of its format: truncated, inconsistent or not what its
 * name says.
 */
public class CheckpointFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message one sentence: the file, what is wrong, the mend
     */
    public CheckpointFormatException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message one sentence: the file, what is wrong, the mend
     * @param cause what was thrown while reading
     */
    public CheckpointFormatException(String message, Throwable cause) {
        super(message, cause);
    }

    static CheckpointFormatException safetensors(Path file, String problem) {
        return new CheckpointFormatException(
                "%s is not a valid safetensors file: %s; download or save it again"
                        .formatted(file, problem));
    }
}
