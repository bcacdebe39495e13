package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Named tensors that can be read one at a time, such as a safetensors file or a set of shards.
 *
 * <p>A source may be used by several threads at once until it is closed. Arrays that were read stay
 * valid after that.
 */
public interface TensorSource extends AutoCloseable {

    /**
     * Opens a checkpoint.
     *
     * @param path a {@code .safetensors} file, a {@code .safetensors.index.json} file, or a
     *     directory that holds {@code model.safetensors} or {@code model.safetensors.index.json}
     * @return the open source; close it
     * @throws CheckpointFormatException if it is malformed, or of a format that is not read
     * @throws IOException if nothing is there
     */
    static TensorSource open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return open(ModelFiles.of(path));
        }
        Optional<String> foreign = ForeignWeights.byName(path);
        if (foreign.isPresent()) {
            throw new CheckpointFormatException(foreign.get());
        }
        return path.getFileName().toString().endsWith(".index.json")
                ? ShardedSafetensors.open(path)
                : SafetensorsFile.open(path);
    }

    /**
     * Opens the weights of a folder.
     *
     * @param files the files of a folder that holds {@code model.safetensors} or {@code
     *     model.safetensors.index.json}
     * @return the open source; close it
     * @throws CheckpointFormatException if they are malformed, or of a format that is not read
     * @throws IOException if there are none
     */
    static TensorSource open(ModelFiles files) throws IOException {
        return ModelDirectory.openWeights(files);
    }

    /**
     * Returns where the tensors come from, for messages.
     *
     * @return the file or the index
     */
    Path path();

    /**
     * Returns the names of all tensors.
     *
     * @return the names in the order of their values in the files
     */
    Set<String> names();

    /**
     * Returns what is known of a tensor without reading it.
     *
     * @param name the tensor's name
     * @return its type, shape and position
     * @throws IllegalArgumentException if there is no such tensor
     */
    TensorInfo info(String name);

    /**
     * Reads a tensor into a new array on the manager's engine and device, in the type that {@link
     * TensorType#dataType()} gives.
     *
     * <p>The array is a copy in memory of the engine's own: it does not depend on the file and may
     * be changed.
     *
     * @param name the tensor's name
     * @param manager the manager that will own the array
     * @return the array, named after the tensor
     * @throws IOException if the values cannot be read
     * @throws IllegalArgumentException if there is no such tensor
     */
    NDArray read(String name, NDManager manager) throws IOException;

    /**
     * Reads a tensor into a new array of a given type.
     *
     * @param name the tensor's name
     * @param manager the manager that will own the array
     * @param type the type to convert to
     * @return the array
     * @throws IOException if the values cannot be read
     * @throws IllegalArgumentException if there is no such tensor
     */
    default NDArray read(String name, NDManager manager, DataType type) throws IOException {
        NDArray array = read(name, manager);
        if (array.getDataType() == type) {
            return array;
        }
        NDArray converted = array.toType(type, true);
        array.close();
        converted.setName(name);
        return converted;
    }

    /**
     * Makes a tensor an array without a copy where the engine can: the array is then the file
     * itself, mapped copy-on-write, whose pages are read when they are needed. It may be changed,
     * which no other array of the tensor sees, and outlives the source; the file stays as it is.
     * While it lives the file must not be cut short or written over in place, which can end the
     * process; removing the file, or letting its name be another file, as every writer of this
     * library does, is harmless.
     *
     * @param name the tensor's name
     * @param manager the manager that will own the array
     * @param type the type to convert to
     * @return the array
     * @throws IOException if the values cannot be read
     * @throws IllegalArgumentException if there is no such tensor
     */
    default NDArray map(String name, NDManager manager, DataType type) throws IOException {
        return read(name, manager, type);
    }

    /**
     * Returns a tensor to be written elsewhere as it is, whatever its type: the bytes are copied
     * from file to file.
     *
     * @param name the tensor's name
     * @return the content, valid while the source is open
     * @throws IllegalArgumentException if there is no such tensor
     */
    TensorContent content(String name);

    /**
     * Returns the texts that the file carries beside its tensors.
     *
     * @return the metadata, {@code format=pt} for instance
     */
    Map<String, String> metadata();

    /**
     * Releases the files.
     *
     * @throws IOException if closing fails
     */
    @Override
    void close() throws IOException;
}
