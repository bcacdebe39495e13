package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;

/** A file whose tensors are made arrays where they lie. Any number of threads may use it. */
public interface MappedFile extends AutoCloseable {

    /**
     * Returns whether tensors of a type can be made arrays.
     *
     * @param stored the type in the file; values have the machine's byte order
     * @param type the type asked for
     * @return whether {@link #array} takes them
     */
    boolean supports(DataType stored, DataType type);

    /**
     * Makes a tensor an array. It shares the memory of the file, and a change stays in memory,
     * unless it has to be copied: because another type is asked for, because its place does not
     * suit its type, or because the manager is of another device.
     *
     * @param manager the manager that will own the array
     * @param position the place of the first byte in the file
     * @param stored the type in the file
     * @param shape the shape, with one element at least
     * @param type the type asked for
     * @return the array, which outlives the map
     * @throws IllegalArgumentException if the tensor is not within the file, or a type is not
     *     supported
     * @throws IOException if the file was replaced or changed since it was mapped
     */
    NDArray array(NDManager manager, long position, DataType stored, Shape shape, DataType type)
            throws IOException;

    /** Lets go of the file; arrays that were made of it stay. */
    @Override
    void close();
}
