package org.attn4j.models.checkpoint;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Read-only access to a file of any size through memory maps.
 *
 * <p>A map of Java 17 holds 2 GB at most, so the file is mapped in windows, each when it is first
 * needed; a stretch that crosses windows gets a map of its own. File systems that cannot map are
 * read into direct buffers instead.
 */
final class FileRegion implements Closeable {

    /** The size of a window. */
    private static final long WINDOW = 1L << 30;

    /** A thousand times the largest file that was ever published. */
    private static final long MAX_BYTES = 1L << 50;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final AtomicReferenceArray<ByteBuffer> windows;
    private volatile boolean mappable = true;

    private FileRegion(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
        this.windows = new AtomicReferenceArray<>(Math.toIntExact(size / WINDOW + 1));
    }

    static FileRegion open(Path path) throws IOException {
        ModelFiles.regular(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (channel.size() > MAX_BYTES) {
                throw new CheckpointFormatException(
                        "%s has %s bytes, more than any weights; is it the right file?"
                                .formatted(path, channel.size()));
            }
            return new FileRegion(path, channel, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /**
     * Returns a stretch of the file.
     *
     * @param position the first byte
     * @param length the number of bytes
     * @return a direct, read-only, little-endian buffer from 0 to {@code length}
     * @throws IOException if the file cannot be read, or has become shorter
     */
    ByteBuffer slice(long position, int length) throws IOException {
        requireWhole();
        Objects.checkFromIndexSize(position, length, size);
        ByteBuffer bytes = mappable ? mapped(position, length) : null;
        if (bytes == null) {
            bytes = load(position, length);
        }
        return bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns null if there is no map to be had: not on this system, or not of this size now. */
    private ByteBuffer mapped(long position, int length) {
        int window = (int) (position / WINDOW);
        long start = window * WINDOW;
        try {
            return position + length <= start + WINDOW
                    ? window(window, start).slice((int) (position - start), length)
                    : map(position, length);
        } catch (UnsupportedOperationException | IOException e) {
            mappable = false;
            return null;
        }
    }

    /** A map past the end of a file that has become shorter would crash the process. */
    void requireWhole() throws IOException {
        if (channel.size() < size) {
            throw new EOFException(
                    path + " was cut short while it was open; write or download it again");
        }
    }

    private ByteBuffer window(int index, long start) throws IOException {
        ByteBuffer mapped = windows.get(index);
        if (mapped == null) {
            mapped = map(start, Math.min(WINDOW, size - start));
            windows.set(index, mapped);
        }
        return mapped;
    }

    private ByteBuffer map(long position, long length) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, position, length);
    }

    private ByteBuffer load(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException(path + " was cut short while it was read");
            }
        }
        return bytes.flip().asReadOnlyBuffer();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
