package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Opens the channels that files are written through. Saving takes one so that a caller can count,
 * slow down or break the writing, as a test does for a disk that fills.
 */
@FunctionalInterface
public interface ChannelOpener {

    /**
     * Opens ordinary file channels, which are synced to the disk before the file takes its name.
     */
    ChannelOpener FILES =
            path -> FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /**
     * Opens a channel to a new file.
     *
     * @param path the file, which does not exist yet
     * @return the channel; a {@link FileChannel} is forced to the disk before it is closed
     * @throws IOException if the file cannot be made
     */
    WritableByteChannel open(Path path) throws IOException;
}
