package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** Makes named pipes, where the system has them. */
public final class Pipes {

    private Pipes() {}

    /** Returns false where there is no way to make one. */
    public static boolean make(Path place) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", place.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
