package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoryTest {

    @TempDir private Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void write(Path target, String text) throws IOException {
        AtomicDirectory.write(
                target,
                directory -> {
                    Files.writeString(directory.resolve("one"), text);
                    Files.createDirectory(directory.resolve("sub"));
                    Files.writeString(directory.resolve("sub/two"), text);
                });
    }

    @Test
    void writesAndReplacesAWholeDirectory() throws IOException {
        Path target = folder.resolve("checkpoint");
        write(target, "first");
        assertEquals("first", Files.readString(target.resolve("sub/two")));
        Files.writeString(target.resolve("stale"), "gone after the next");
        write(target, "second");
        assertEquals("second", Files.readString(target.resolve("one")));
        assertFalse(Files.exists(target.resolve("stale")));
        assertEquals(List.of("checkpoint"), names());
    }

    @Test
    void leavesTheOldDirectoryWhenWritingFails() throws IOException {
        Path target = folder.resolve("checkpoint");
        write(target, "first");
        SaveException failure =
                assertThrows(
                        SaveException.class,
                        () ->
                                AtomicDirectory.write(
                                        target,
                                        directory -> {
                                            Files.writeString(directory.resolve("one"), "half");
                                            throw new IOException("No space left on device");
                                        }));
        assertTrue(failure.getMessage().contains("No space left on device"), failure.getMessage());
        assertThrows(
                IllegalStateException.class,
                () ->
                        AtomicDirectory.write(
                                target,
                                directory -> {
                                    throw new IllegalStateException("a mistake");
                                }));
        assertEquals("first", Files.readString(target.resolve("one")));
        assertEquals(List.of("checkpoint"), names());
    }

    @Test
    void recoversFromACrashBetweenTheRenames() throws IOException {
        Path target = folder.resolve("checkpoint");
        write(target, "first");
        Files.move(target, folder.resolve(".checkpoint.old"));
        AtomicDirectory.recover(target);
        assertEquals("first", Files.readString(target.resolve("one")));
        assertEquals(List.of("checkpoint"), names());

        Files.createDirectory(folder.resolve(".checkpoint.old"));
        AtomicDirectory.recover(target);
        assertEquals("first", Files.readString(target.resolve("one")));
        assertEquals(List.of("checkpoint"), names());
    }

    @Test
    void removesWhatKilledWritersLeft() throws IOException {
        Files.createDirectory(folder.resolve(".checkpoint.1234.tmp"));
        Files.writeString(folder.resolve(".checkpoint.1234.tmp/half"), "h");
        Files.writeString(folder.resolve(".model.safetensors.99.tmp"), "h");
        Files.writeString(folder.resolve("kept.tmp"), "k");
        AtomicDirectory.removeUnfinished(folder);
        assertEquals(List.of("kept.tmp"), names());
    }

    @Test
    void doesNotFollowLinksWhenItDeletes() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "p");
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("link"), outside);
        AtomicDirectory.delete(inside);
        assertEquals("p", Files.readString(outside.resolve("precious")));
        assertEquals(List.of("outside"), names());
    }

    /** A writer is killed at random moments; whatever is found afterwards is whole. */
    @Test
    @Tag("slow")
    void survivesKilledWriters() throws Exception {
        Path target = folder.resolve("checkpoint");
        Random random = new Random(7);
        int found = 0;
        for (int round = 0; round < 12; round++) {
            Process writer =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Writer.class.getName(),
                                    target.toString())
                            .redirectErrorStream(true)
                            .start();
            writer.getInputStream().read();
            Thread.sleep(random.nextInt(60));
            writer.destroyForcibly();
            assertTrue(writer.waitFor(10, TimeUnit.SECONDS));
            AtomicDirectory.recover(target);
            if (Files.exists(target)) {
                found++;
                String generation = Files.readString(target.resolve("one"));
                assertEquals(
                        generation, Files.readString(target.resolve("sub/two")), "round " + round);
                assertFalse(generation.isEmpty());
            }
        }
        assertEquals(12, found);
    }

    /** Replaces a directory again and again until it is killed. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            for (int generation = 0; ; generation++) {
                write(Path.of(arguments[0]), Integer.toString(generation));
                System.out.write('.');
                System.out.flush();
            }
        }
    }
}
