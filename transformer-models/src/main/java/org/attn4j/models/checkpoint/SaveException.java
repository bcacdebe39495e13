package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Saving failed; what was there before is unchanged. */
public class SaveException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param target the file or directory that was to be written
     * @param cause what went wrong
     */
    public SaveException(Path target, IOException cause) {
        super(
                ("cannot save %s: %s; what was there before is unchanged, so"
                                + " mend this and save again")
                        .formatted(target, reason(cause)),
                cause);
    }

    private static String reason(IOException cause) {
        String reason =
                cause instanceof FileSystemException problem && problem.getReason() != null
                        ? problem.getReason()
                        : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }
}
