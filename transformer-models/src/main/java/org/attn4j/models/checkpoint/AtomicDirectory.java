package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Writes a directory so that its name holds the whole old one or the whole new one.
 *
 * <p>The files go to a new directory beside the target, everything is synced, and the directory
 * takes the target's name. No system can exchange two directories portably in one step: replacing
 * moves the old one aside first, to {@code .NAME.old}, and a crash between the two moves leaves it
 * there, complete. {@link #recover} puts it back; a writer calls it before it reads or writes such
 * a directory after a crash.
 */
public final class AtomicDirectory {

    private AtomicDirectory() {}

    /** Writes the files of a directory. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes everything.
         *
         * @param directory the new, empty directory
         * @throws IOException if writing fails
         */
        void writeTo(Path directory) throws IOException;
    }

    /**
     * Writes a directory.
     *
     * @param target the directory to make or replace; missing parents are made
     * @param content writes the files
     * @throws SaveException if it fails; the target is then as it was and nothing is left beside it
     */
    public static void write(Path target, Content content) throws SaveException {
        Path absolute = target.toAbsolutePath().normalize();
        Path aside = AtomicFile.aside(absolute);
        boolean done = false;
        try {
            Files.createDirectories(absolute.getParent());
            recover(absolute);
            Files.createDirectory(aside);
            content.writeTo(aside);
            sync(aside);
            replace(absolute, aside);
            done = true;
        } catch (SaveException e) {
            throw e;
        } catch (IOException e) {
            throw new SaveException(target, e);
        } finally {
            if (!done) {
                deleteQuietly(aside);
            }
        }
    }

    private static void replace(Path target, Path aside) throws IOException {
        Path old = old(target);
        boolean replaces = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        if (replaces) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (replaces) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        AtomicFile.syncDirectory(target.getParent());
        if (replaces) {
            deleteQuietly(old);
        }
    }

    /**
     * Mends what a crash may have left: puts a replaced directory back if its successor never took
     * the name, removes what is left of it if it did.
     *
     * @param target the directory that was being written
     * @throws IOException if the mending fails
     */
    public static void recover(Path target) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        Path old = old(absolute);
        if (!Files.exists(old, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            delete(old);
        } else {
            Files.move(old, absolute, StandardCopyOption.ATOMIC_MOVE);
        }
        AtomicFile.syncDirectory(absolute.getParent());
    }

    /**
     * Removes the unfinished directories and files that killed writers left in a folder. Only for a
     * folder that nobody else is writing to.
     *
     * @param folder the folder that holds the targets
     * @throws IOException if it cannot be listed or emptied
     */
    public static void removeUnfinished(Path folder) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, ".*.tmp")) {
            for (Path leftover : leftovers) {
                delete(leftover);
            }
        }
    }

    private static Path old(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".old");
    }

    private static void sync(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (attributes.isRegularFile()) {
                            try (FileChannel channel =
                                    FileChannel.open(file, StandardOpenOption.WRITE)) {
                                channel.force(true);
                            }
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path visited, IOException e)
                            throws IOException {
                        AtomicFile.syncDirectory(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /**
     * Removes a directory with everything in it; links are removed, not followed.
     *
     * @param directory the directory, or a file
     * @throws IOException if something cannot be removed
     */
    public static void delete(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path visited, IOException e)
                            throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void deleteQuietly(Path directory) {
        try {
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                delete(directory);
            }
        } catch (IOException e) {
            // What was asked for is done or reported already; a leftover is harmless.
        }
    }
}
