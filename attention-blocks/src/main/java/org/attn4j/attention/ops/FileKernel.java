package org.attn4j.attention.ops;

import ai.djl.engine.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    /**
     * Files mapped by libtorch itself, which counts who uses them.
     *
     * <p>Not on Windows, where a file that is mapped can neither be replaced nor renamed, so that a
     * model could not be saved into the folder that it came from.
     */
    final class Torch implements FileKernel {

        private static final Logger LOGGER = LoggerFactory.getLogger(FileKernel.class);

        private static final boolean WINDOWS = File.separatorChar == '\\';

        private final TorchModule module;

        Torch(TorchModule module) {
            this.module = module;
        }

        @Override
        public Optional<MappedFile> map(Path file, long bytes) {
            boolean ordinary = file.getFileSystem() == FileSystems.getDefault();
            boolean littleEndian = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
            if (WINDOWS || !ordinary || !littleEndian || bytes < 1) {
                return Optional.empty();
            }
            MappedFile mapped = new MappedFile(module, file, bytes);
            try {
                mapped.open();
                return Optional.of(mapped);
            } catch (EngineException | IOException e) {
                // No room for all of it at once, for instance: then it is read tensor by tensor.
                LOGGER.debug("{} is read instead of mapped: {}", file, e.getMessage());
                mapped.close();
                return Optional.empty();
            }
        }

        /** The path as the system has it, of which a text can lose bytes. */
        static long[] pathBytes(Path file) {
            String escaped = file.toAbsolutePath().toUri().getRawPath();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int i = 0; i < escaped.length(); i++) {
                char letter = escaped.charAt(i);
                if (letter == '%') {
                    bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                    i += 2;
                } else {
                    bytes.writeBytes(String.valueOf(letter).getBytes(StandardCharsets.UTF_8));
                }
            }
            byte[] path = bytes.toByteArray();
            long[] codes = new long[path.length];
            for (int i = 0; i < path.length; i++) {
                codes[i] = path[i] & 0xff;
            }
            return codes;
        }
    }
}
