package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A named tensor that can write its values: what {@link SafetensorsWriter} takes. The values are
 * asked for when their turn comes, one tensor at a time.
 */
public interface TensorContent {

    /**
     * Returns the tensor's name.
     *
     * @return the name
     */
    String name();

    /**
     * Returns the element type.
     *
     * @return the type in the file
     */
    TensorType type();

    /**
     * Returns the dimensions.
     *
     * @return the shape
     */
    Shape shape();

    /**
     * Writes the values, little-endian and in row-major order.
     *
     * @param channel takes exactly {@link #bytes()} bytes
     * @throws IOException if writing fails
     */
    void writeTo(WritableByteChannel channel) throws IOException;

    /**
     * Returns the size of the values.
     *
     * @return the number of bytes
     */
    default long bytes() {
        return shape().size() * type().bits() / Byte.SIZE;
    }

    /**
     * Wraps an array, in its own type.
     *
     * @param name the tensor's name
     * @param array the values, read when the tensor is written
     * @return the content
     * @throws IllegalArgumentException if the format has no type for the array's
     */
    static TensorContent of(String name, NDArray array) {
        return of(name, array, TensorType.of(array.getDataType()));
    }

    /**
     * Wraps an array that is stored in another type.
     *
     * @param name the tensor's name
     * @param array the values, read when the tensor is written
     * @param type the type in the file; a float array can be stored as any of F64, F32, F16 and
     *     BF16 (rounded to the nearest, ties to even), any other in its own type only
     * @return the content
     * @throws IllegalArgumentException if the array cannot be stored so
     */
    static TensorContent of(String name, NDArray array, TensorType type) {
        return new ArrayContent(name, array, type);
    }
}
