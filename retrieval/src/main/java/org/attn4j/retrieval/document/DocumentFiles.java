package org.attn4j.retrieval.document;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.attn4j.datasets.CorpusException;

/**
 * The files of folders, as far as they are documents. What is hidden is passed over; a link is
 * followed to a file of the same folder, and never to a folder or out of it.
 *
 * @param files the files with their formats, sorted by name within each folder that was given
 * @param otherFiles how many files are of no format that is known
 * @param leftOut the links that are not followed and the folders that may not be read
 */
public record DocumentFiles(List<Found> files, int otherFiles, List<String> leftOut) {

    /**
     * A file.
     *
     * @param path where it is, absolute
     * @param format how it is read
     */
    public record Found(Path path, DocumentFormat format) {}

    /**
     * Finds the documents of files and folders.
     *
     * @param roots files, which are text unless their ending tells another format, and folders,
     *     which are read with all folders within
     * @return what was found
     * @throws IOException if one of them is not there or cannot be read
     */
    public static DocumentFiles of(List<Path> roots) throws IOException {
        TreeMap<Path, DocumentFormat> found = new TreeMap<>();
        List<String> leftOut = new ArrayList<>();
        int[] others = new int[1];
        for (Path root : roots) {
            if (!Files.exists(root)) {
                throw new NoSuchFileException(root.toString());
            }
            Path real = root.toRealPath();
            if (Files.isDirectory(real)) {
                Files.walkFileTree(real, new Walk(real, found, leftOut, others));
            } else if (Files.isRegularFile(real)) {
                found.put(real, DocumentFormat.of(root).orElse(DocumentFormat.TEXT));
            } else {
                throw new CorpusException(root + " is a pipe or a device: give files or folders");
            }
        }
        return new DocumentFiles(
                found.entrySet().stream().map(it -> new Found(it.getKey(), it.getValue())).toList(),
                others[0],
                List.copyOf(leftOut));
    }

    /** Goes through a folder. */
    private static final class Walk extends SimpleFileVisitor<Path> {

        private final Path root;
        private final TreeMap<Path, DocumentFormat> found;
        private final List<String> leftOut;
        private final int[] others;

        Walk(Path root, TreeMap<Path, DocumentFormat> found, List<String> leftOut, int[] others) {
            this.root = root;
            this.found = found;
            this.leftOut = leftOut;
            this.others = others;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean hidden = !folder.equals(root) && isHidden(folder);
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (isHidden(file)) {
                return FileVisitResult.CONTINUE;
            }
            Path real = file;
            if (attributes.isSymbolicLink()) {
                real = Files.exists(file) ? file.toRealPath() : root;
                if (!Files.isRegularFile(real) || !real.startsWith(root)) {
                    leftOut.add(file + " is a link that is not followed");
                    return FileVisitResult.CONTINUE;
                }
            } else if (!attributes.isRegularFile()) {
                leftOut.add(file + " is a pipe or a device and is not read");
                return FileVisitResult.CONTINUE;
            }
            Optional<DocumentFormat> format = DocumentFormat.of(file);
            if (format.isPresent()) {
                found.put(real, format.get());
            } else {
                others[0]++;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            leftOut.add(file + " cannot be read");
            return FileVisitResult.CONTINUE;
        }

        private static boolean isHidden(Path path) {
            return path.getFileName().toString().startsWith(".");
        }
    }
}
