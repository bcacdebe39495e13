package org.attn4j.models.checkpoint.hub;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One at a time, over threads and processes: a lock on a file, which is left in place. */
final class FileLocks {

    private static final long PAUSE_MILLIS = 50;

    private FileLocks() {}

    /** Waits until nobody else holds the lock; closing frees it. */
    static Closeable acquire(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (true) {
                try {
                    channel.lock();
                    return channel;
                } catch (OverlappingFileLockException e) { // another thread of this process
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new HubException("interrupted while waiting for " + file, e);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
