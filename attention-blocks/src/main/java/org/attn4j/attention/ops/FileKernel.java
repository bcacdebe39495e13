package org.attn4j.attention.ops;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes the tensors of a file arrays where they lie: nothing is copied, and a page is read when a
 * value in it is first needed.
 */
public interface FileKernel {

    /** Maps no file: for engines that keep every array in memory of their own. */
    FileKernel NONE = (file, bytes) -> Optional.empty();

    /**
     * Maps a file, copy-on-write: arrays made of it may be changed, and the file stays as it is.
     * While such an array lives the file must not be cut short or written over, which can end the
     * process; to remove it, or to let its name be another file, does no harm.
     *
     * @param file the file
     * @param bytes its size
     * @return the map, for the caller to close; nothing if the engine or the system cannot map the
     *     file, which then is to be read
     */
    Optional<MappedFile> map(Path file, long bytes);
}
