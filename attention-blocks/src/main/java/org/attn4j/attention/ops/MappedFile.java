package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * A file that libtorch has mapped, once as an array of each type that is asked for: its tensors are
 * made arrays where they lie. Any number of threads may use it.
 *
 * <p>Positions and types are checked here: libtorch is asked for nothing that could make it fail.
 */
public final class MappedFile implements AutoCloseable {

    private static final int NONE = -1;

    private final TorchModule module;
    private final Path file;
    private final long size;
    private final Map<DataType, NDArray> maps = new EnumMap<>(DataType.class);
    private String identity;

    MappedFile(TorchModule module, Path file, long size) {
        this.module = module;
        this.file = file;
        this.size = size;
    }

    /** Maps the bytes, to see whether it can be done. */
    void open() throws IOException {
        identity = identity();
        mapped(DataType.UINT8);
    }

    /**
     * Returns whether tensors of a type can be made arrays.
     *
     * @param stored the type in the file; values have the machine's byte order
     * @param type the type asked for
     * @return whether {@link #array} takes them
     */
    public boolean supports(DataType stored, DataType type) {
        boolean held = type != DataType.BFLOAT16 && type != DataType.INT16; // by DJL's arrays
        return number(stored) != NONE && number(type) != NONE && held;
    }

    /** libtorch's number of a type. */
    private static int number(DataType type) {
        return switch (type) {
            case UINT8 -> 0;
            case INT8 -> 1;
            case INT16 -> 2;
            case INT32 -> 3;
            case INT64 -> 4;
            case FLOAT16 -> 5;
            case FLOAT32 -> 6;
            case FLOAT64 -> 7;
            case BOOLEAN -> 11;
            case BFLOAT16 -> 15;
            default -> NONE;
        };
    }

    private static int bytes(DataType type) {
        return switch (type) {
            case UINT8, INT8, BOOLEAN -> 1;
            case INT16, FLOAT16, BFLOAT16 -> 2;
            case INT32, FLOAT32 -> 4;
            default -> 8;
        };
    }

    /**
     * Makes a tensor an array. It shares the memory of the file, and a change stays in memory,
     * unless it has to be copied: because another type is asked for, because it lies where its type
     * cannot, or because the manager is of another device.
     *
     * @param manager the manager that will own the array
     * @param position the position of the first byte in the file
     * @param stored the type in the file
     * @param shape the shape, with one element at least
     * @param type the type asked for
     * @return the array, which outlives the map
     * @throws IllegalArgumentException if the tensor is not within the file, or a type is not
     *     supported
     * @throws IOException if the file was replaced or changed since it was mapped
     */
    public NDArray array(
            NDManager manager, long position, DataType stored, Shape shape, DataType type)
            throws IOException {
        Require.that(
                supports(stored, type), "a tensor of type %s cannot be mapped as %s", stored, type);
        int width = bytes(stored);
        long length = Math.multiplyExact(shape.size(), width);
        Require.that(
                position >= 0 && length >= 1 && length <= size - position,
                "a mapped tensor must be within its file of %s bytes, got %s bytes at %s",
                size,
                length,
                position);
        boolean asItLies = position % width == 0 && stored != DataType.BOOLEAN;
        NDArray mapped =
                asItLies
                        ? lying(position / width, stored, shape, type)
                        : moved(position, length, stored, shape, type);
        NDArray array = mapped.toDevice(manager.getDevice(), false);
        if (array != mapped) {
            mapped.close();
        }
        array.attach(manager);
        return array;
    }

    private NDArray lying(long first, DataType stored, Shape shape, DataType type)
            throws IOException {
        try (NDArray slice = slice(first, shape.size(), shape, type)) {
            return module.call("tensor_in_file", mapped(stored), slice);
        }
    }

    private NDArray moved(long position, long length, DataType stored, Shape shape, DataType type)
            throws IOException {
        try (NDArray slice = slice(position, length, shape, type);
                NDArray number = module.scalar((long) number(stored))) {
            return module.call("moved_from_file", mapped(DataType.UINT8), slice, number);
        }
    }

    private NDArray slice(long first, long count, Shape shape, DataType type) {
        long[] slice = new long[3 + shape.dimension()];
        slice[0] = first;
        slice[1] = count;
        slice[2] = number(type);
        System.arraycopy(shape.getShape(), 0, slice, 3, shape.dimension());
        return module.vector(slice);
    }

    /** The file as an array of one type: as many elements as it has room for. */
    private synchronized NDArray mapped(DataType type) throws IOException {
        NDArray known = maps.get(type);
        if (known != null) {
            return known;
        }
        try (NDArray path = module.vector(FileKernel.Torch.pathBytes(file));
                NDArray extent = module.vector(size / bytes(type), number(type))) {
            NDArray mapped = module.call("map_file", path, extent);
            maps.put(type, mapped); // closed with the others, whatever follows
            if (!identity().equals(identity)) {
                throw new IOException(file + " was replaced while it was open; load it again");
            }
            return mapped;
        }
    }

    /** What changes when another file takes the name, or other content the file. */
    private String identity() throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return now.fileKey() + " " + now.size() + " " + now.lastModifiedTime().toMillis();
    }

    /** Lets go of the file; arrays that were made of it stay. */
    @Override
    public synchronized void close() {
        maps.values().forEach(NDArray::close);
        maps.clear();
    }
}
