package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file so that its name holds the old content or the new one, never half of either,
 * whatever happens: the content goes to a new file in the same folder, is synced, and takes the
 * name in one step. A file that someone has mapped is therefore never written over either.
 */
public final class AtomicFile {

    private AtomicFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes everything.
         *
         * @param channel the channel to the new file
         * @throws IOException if writing fails
         */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Writes a file.
     *
     * @param target the file to make or replace; its folder must exist
     * @param content writes the content
     * @throws SaveException if it fails; the target is then as it was and nothing is left beside it
     */
    public static void write(Path target, Content content) throws SaveException {
        write(target, content, ChannelOpener.FILES);
    }

    /**
     * Writes a file through a channel of the caller's.
     *
     * @param target the file to make or replace; its folder must exist
     * @param content writes the content
     * @param opener opens the channel to the file that is written aside
     * @throws SaveException if it fails; the target is then as it was and nothing is left beside it
     */
    public static void write(Path target, Content content, ChannelOpener opener)
            throws SaveException {
        Path aside = aside(target);
        boolean done = false;
        try {
            try (WritableByteChannel channel = opener.open(aside)) {
                content.writeTo(channel);
                if (channel instanceof FileChannel file) {
                    file.force(true);
                }
            }
            Files.move(
                    aside,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            syncDirectory(target.toAbsolutePath().getParent());
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

    /**
     * Writes a text file in UTF-8.
     *
     * @param target the file to make or replace
     * @param text the content
     * @throws SaveException if it fails; the target is then as it was
     */
    public static void writeString(Path target, String text) throws SaveException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        write(target, channel -> writeFully(channel, bytes));
    }

    /**
     * Writes all of a buffer: a channel may take less than it is given.
     *
     * @param channel where it goes
     * @param bytes from the buffer's position to its limit
     * @throws IOException if they cannot be written
     */
    public static void writeFully(WritableByteChannel channel, ByteBuffer bytes)
            throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * A name of its own in the folder of the target, for two writers at once; hidden from a
     * listing.
     */
    static Path aside(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    }

    /** Makes a rename durable. Windows has no such call on folders and needs none. */
    static void syncDirectory(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The failure to save is what is reported; a leftover is harmless.
        }
    }
}
