package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocksTest {

    @TempDir private Path folder;

    /** Another process, which leaves with 1 if the lock is held. */
    static final class Other {

        private Other() {}

        public static void main(String[] args) throws IOException {
            System.exit(FileLocks.tryAcquire(Path.of(args[0])).isPresent() ? 0 : 1);
        }
    }

    private static int otherProcess(Path lock) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        Other.class.getName(),
                        lock.toString())
                .inheritIO()
                .start()
                .waitFor();
    }

    /** A failed attempt in the same process must not free the lock for other processes. */
    @Test
    void oneHolderOverThreadsAndProcesses() throws Exception {
        Path file = folder.resolve("new/a.lock");
        try (Closeable lock = FileLocks.tryAcquire(file).orElseThrow()) {
            assertTrue(FileLocks.tryAcquire(file).isEmpty());
            assertTrue(FileLocks.tryAcquire(folder.resolve("new/../new/a.lock")).isEmpty());
            assertEquals(1, otherProcess(file));
            assertFalse(lock.toString().isEmpty());
        }
        assertEquals(0, otherProcess(file));
        assertTrue(Files.exists(file));
        FileLocks.tryAcquire(file).orElseThrow().close();
    }

    @Test
    void aWaitingThreadGetsTheLockWhenItIsFree() throws Exception {
        Path file = folder.resolve("a.lock");
        Closeable first = FileLocks.acquire(file);
        Thread waiting =
                new Thread(
                        () -> {
                            try {
                                FileLocks.acquire(file).close();
                                Files.createFile(folder.resolve("was here"));
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        waiting.start();
        Thread.sleep(120);
        assertFalse(Files.exists(folder.resolve("was here")));
        first.close();
        waiting.join();
        assertTrue(Files.exists(folder.resolve("was here")));
    }
}
