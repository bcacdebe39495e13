package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;

/**
 * What a file says of one tensor, without its values.
 *
 * @param name the tensor's name
 * @param type the element type in the file
 * @param shape the dimensions
 * @param begin the first byte of the values, counted from the end of the file's header
 * @param end the byte after the last one
 */
public record TensorInfo(String name, TensorType type, Shape shape, long begin, long end) {

    /**
     * Returns the size of the values in the file.
     *
     * @return the number of bytes
     */
    public long bytes() {
        return end - begin;
    }

    void requireReadable(Path file) throws CheckpointFormatException {
        if (!type.isReadable()) {
            throw new CheckpointFormatException(
                    "tensor %s of %s has the type %s, which no engine here can hold; convert the file to F32, F16 or BF16 first"
                            .formatted(PrintableName.of(name), file, type));
        }
    }
}
