package org.attn4j.common;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One holder at a time, over threads and processes: a lock on a file, which is left in place. A
 * process that dies holds it no longer.
 */
public final class FileLocks {

    private static final long PAUSE_MILLIS = 50;

    /**
     * What this process holds. The systems give locks to processes, and POSIX takes them back when
     * the process closes any other descriptor of the file: a second one must not even be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private FileLocks() {}

    /**
     * Waits until nobody else holds a lock.
     *
     * @param file the file, made if it is missing
     * @return the lock; closing frees it
     * @throws IOException if the file cannot be locked, or the thread is interrupted
     */
    public static Closeable acquire(Path file) throws IOException {
        try {
            Optional<Closeable> lock = tryAcquire(file);
            while (lock.isEmpty()) {
                Thread.sleep(PAUSE_MILLIS);
                lock = tryAcquire(file);
            }
            return lock.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + file);
        }
    }

    /**
     * Takes a lock if nobody holds it.
     *
     * @param file the file, made if it is missing
     * @return the lock, which closing frees; empty if somebody else holds it
     * @throws IOException if the file cannot be locked
     */
    public static Optional<Closeable> tryAcquire(Path file) throws IOException {
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        Path key = folder.toRealPath().resolve(file.getFileName());
        if (!HELD.add(key)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            locked = channel.tryLock() != null;
            return locked ? Optional.of(new Lock(key, channel)) : Optional.empty();
        } finally {
            if (!locked) {
                new Lock(key, channel).close();
            }
        }
    }

    private record Lock(Path key, FileChannel channel) implements Closeable {

        @Override
        public void close() throws IOException {
            try {
                if (channel != null) {
                    channel.close();
                }
            } finally {
                HELD.remove(key);
            }
        }
    }
}
