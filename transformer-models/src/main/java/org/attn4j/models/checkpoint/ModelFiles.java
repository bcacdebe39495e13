package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The files of a model's folder, as far as they may be opened: regular ones, in the folder itself
 * or in the blobs of a Hub cache, wherever links lead.
 *
 * <p>A folder may come from anyone. A link in it could hand out a file of this machine, a pipe or a
 * device could hold its reader for ever. The folder may itself be reached by a link.
 */
public final class ModelFiles {

    /** The most bytes of a file that is neither a configuration nor weights: 256 MB. */
    public static final int MAX_BYTES = 256 << 20;

    private final Path folder;
    private final Path root;

    private ModelFiles(Path folder, Path root) {
        this.folder = folder;
        this.root = root;
    }

    /**
     * Returns the files of a folder.
     *
     * @param folder the folder of a model
     * @return its files
     */
    public static ModelFiles of(Path folder) {
        return new ModelFiles(folder, folder);
    }

    /**
     * Returns the files of a folder within this one, such as a module's. They may be links to
     * others of this folder.
     *
     * @param path the path, empty for this folder itself
     * @return its files
     */
    public ModelFiles in(String path) {
        return path.isEmpty() ? this : new ModelFiles(folder.resolve(path), root);
    }

    /**
     * Returns the files of the folder that this one is in.
     *
     * @return the files of the whole model; these where the folder is no module's
     */
    public ModelFiles whole() {
        return of(root);
    }

    /**
     * Returns where this folder is in the whole model's.
     *
     * @return the path, empty where the folder is no module's
     */
    public String path() {
        return root.relativize(folder).toString().replace('\\', '/');
    }

    /**
     * Returns where the files are.
     *
     * @return the folder, as it was given
     */
    public Path folder() {
        return folder;
    }

    /**
     * Returns whether the folder has something of a name, though it be a link that leads nowhere.
     *
     * @param name the name
     * @return whether it is there
     */
    public boolean has(String name) {
        return Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Returns a file that may be opened.
     *
     * @param name its path in the folder
     * @return the path
     * @throws NoSuchFileException if there is nothing of the name
     * @throws CheckpointFormatException if it is no regular file, or lies outside of the folder
     * @throws IOException if the folder cannot be read
     */
    public Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Path real = real(file);
        if (!real.startsWith(root.toRealPath()) && !isBlob(real)) {
            throw new CheckpointFormatException(
                    "%s leads to %s, which is outside of the model's folder; put the file itself there if it belongs to the model"
                            .formatted(file, real));
        }
        regular(file);
        return file;
    }

    /**
     * Returns a file that may be opened, if there is one.
     *
     * @param name its path in the folder
     * @return the path; nothing if there is nothing of the name
     * @throws IOException if it may not be opened
     */
    public Optional<Path> find(String name) throws IOException {
        return has(name) ? Optional.of(file(name)) : Optional.empty();
    }

    private static Path real(Path file) throws IOException {
        try {
            return file.toRealPath();
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(file)) {
                throw new CheckpointFormatException(
                        "%s is a link to %s, which is not there; copy or download the file again"
                                .formatted(file, Files.readSymbolicLink(file)),
                        e);
            }
            throw new NoSuchFileException(
                    file.toString(), null, "there is no such file; check the path");
        } catch (FileSystemException e) {
            throw new CheckpointFormatException(
                    file + " cannot be found: " + e.getReason() + "; copy the file itself there",
                    e);
        }
    }

    /** {@code models--org--name/blobs/DIGEST}, to which the folders of a Hub cache link. */
    private static boolean isBlob(Path real) {
        Path blobs = real.getParent();
        return blobs != null
                && blobs.endsWith("blobs")
                && blobs.getNameCount() > 1
                && blobs.getName(blobs.getNameCount() - 2).toString().startsWith("models--");
    }

    /**
     * Returns the names of what is here and in the folders within, but for deeper folders. {@link
     * #file} may yet refuse them.
     *
     * @return the names, {@code 1_Pooling/config.json} for instance
     * @throws IOException if a folder cannot be read
     */
    public SortedSet<String> names() throws IOException {
        SortedSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (Files.isDirectory(entry)) {
                    names.addAll(within(entry, name + "/"));
                } else {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static SortedSet<String> within(Path folder, String prefix) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(folder, entry -> !Files.isDirectory(entry))) {
            entries.forEach(entry -> names.add(prefix + entry.getFileName()));
        }
        return names;
    }

    /**
     * Copies a file as it is, of a link what it leads to.
     *
     * @param name its path in the folder
     * @param target the file to make or replace; its folder is there
     * @throws IOException if it may not be opened, or cannot be copied
     */
    public void copy(String name, Path target) throws IOException {
        Path file = file(name);
        requireSize(file, regular(file).size(), MAX_BYTES);
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads a file that may be opened.
     *
     * @param file a regular file
     * @param maxBytes the most bytes it may have
     * @return its content
     * @throws NoSuchFileException if there is no such file
     * @throws CheckpointFormatException if it is no regular file, or larger
     * @throws IOException if it cannot be read
     */
    public static byte[] read(Path file, int maxBytes) throws IOException {
        requireSize(file, regular(file).size(), maxBytes);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes);
            if (in.read() >= 0) { // it has grown, or has no size that is told
                requireSize(file, maxBytes + 1L, maxBytes);
            }
            return bytes;
        }
    }

    /** Opening a pipe waits for its writer, so what a path is must be known before. */
    static BasicFileAttributes regular(Path file) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(
                    file.toString(), null, "there is no such file; check the path");
        }
        if (!attributes.isRegularFile()) {
            throw new CheckpointFormatException(
                    file
                            + (attributes.isDirectory()
                                    ? " is a folder, where a file is wanted; check the path"
                                    : " is a pipe or a device, where a file is wanted; check the path"));
        }
        return attributes;
    }

    private static void requireSize(Path file, long size, long maxBytes)
            throws CheckpointFormatException {
        if (size > maxBytes) {
            throw new CheckpointFormatException(
                    "%s has %s bytes, where at most %s are read; is it the right file?"
                            .formatted(file, size, maxBytes));
        }
    }
}
