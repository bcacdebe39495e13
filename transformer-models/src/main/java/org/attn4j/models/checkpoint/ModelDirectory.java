package org.attn4j.models.checkpoint;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model on disk, in the layout of Hugging Face: {@code config.json}, {@code model.safetensors} or
 * shards with {@code model.safetensors.index.json}, {@code generation_config.json} if the model
 * generates, and {@code tokenizer.json}, or {@code source_tokenizer.json} and {@code
 * target_tokenizer.json} where the two sides have vocabularies of their own.
 *
 * <p>Only safetensors is read. Pickle files ({@code pytorch_model.bin}) run code when they are
 * opened and are refused, as are the files of TensorFlow, Flax and llama.cpp.
 */
public final class ModelDirectory {

    /** The name of the model's configuration. */
    public static final String CONFIG = "config.json";

    /** The name of the settings for generation. */
    public static final String GENERATION_CONFIG = "generation_config.json";

    /** The name of the tokenizer that both sides share. */
    public static final String TOKENIZER = "tokenizer.json";

    /** The name of the tokenizer of the source side. */
    public static final String SOURCE_TOKENIZER = "source_tokenizer.json";

    /** The name of the tokenizer of the target side. */
    public static final String TARGET_TOKENIZER = "target_tokenizer.json";

    private final ModelFiles files;
    private final JsonObject config;

    private ModelDirectory(ModelFiles files, JsonObject config) {
        this.files = files;
        this.config = config;
    }

    /**
     * Opens a model directory: checks that it is one, and reads its configuration.
     *
     * @param path the directory
     * @return the directory
     * @throws CheckpointFormatException if {@code config.json} is malformed
     * @throws IOException if the directory or its {@code config.json} is missing
     */
    public static ModelDirectory open(Path path) throws IOException {
        return open(ModelFiles.of(path));
    }

    /**
     * Opens a model directory that may be a module's, within a larger model's.
     *
     * @param files the files of the directory
     * @return the directory
     * @throws CheckpointFormatException if {@code config.json} is malformed
     * @throws IOException if the directory or its {@code config.json} is missing
     */
    public static ModelDirectory open(ModelFiles files) throws IOException {
        Path path = files.folder();
        if (!Files.exists(path)) {
            throw new NoSuchFileException(
                    path.toString(), null, "there is no such model directory; check the path");
        }
        if (!Files.isDirectory(path)) {
            throw new NotDirectoryException(
                    path
                            + " is a file, where a model directory (with config.json) is wanted; name its folder");
        }
        if (!files.has(CONFIG)) {
            throw missing(path, CONFIG, "it is written beside the weights when a model is saved");
        }
        return new ModelDirectory(files, JsonFiles.read(files.file(CONFIG)));
    }

    /**
     * Returns this directory with another configuration than its file holds.
     *
     * @param other the content that counts in place of {@code config.json}
     * @return the directory
     */
    public ModelDirectory with(JsonObject other) {
        return new ModelDirectory(files, other);
    }

    /**
     * Returns where the directory is.
     *
     * @return the path
     */
    public Path path() {
        return files.folder();
    }

    /**
     * Returns the files of the directory.
     *
     * @return the files, as far as they may be opened
     */
    public ModelFiles files() {
        return files;
    }

    /**
     * Returns the model's configuration.
     *
     * @return the content of {@code config.json}, a copy
     */
    public JsonObject config() {
        return config.deepCopy();
    }

    /**
     * Returns the family of the model.
     *
     * @return the configuration's {@code model_type}
     * @throws CheckpointFormatException if there is none
     */
    public String modelType() throws CheckpointFormatException {
        if (config.get("model_type") == null || !config.get("model_type").isJsonPrimitive()) {
            throw new CheckpointFormatException(
                    path().resolve(CONFIG)
                            + " has no model_type, so the kind of model is unknown; add it");
        }
        return config.get("model_type").getAsString();
    }

    /**
     * Returns the settings for generation.
     *
     * @return the content of {@code generation_config.json} if it is there
     * @throws IOException if it is malformed
     */
    public Optional<JsonObject> generationConfig() throws IOException {
        Optional<Path> file = files.find(GENERATION_CONFIG);
        return file.isPresent() ? Optional.of(JsonFiles.read(file.get())) : Optional.empty();
    }

    /**
     * Opens the weights, in one file or in shards.
     *
     * @return the open source; close it
     * @throws CheckpointFormatException if they are malformed, or only in a format that is not read
     * @throws IOException if there are none
     */
    public TensorSource weights() throws IOException {
        return TensorSource.open(files);
    }

    static TensorSource openWeights(ModelFiles files) throws IOException {
        String single = SafetensorsWriter.MODEL_FILE;
        String index = SafetensorsWriter.INDEX_FILE;
        Sha256Sums.check(files.folder(), name -> !name.contains("/")); // not a run's state
        // Where both are there the whole model is read, unless it is one of the shards.
        if (files.has(index)
                && (!files.has(single) || ShardedSafetensors.names(files, index, single))) {
            return ShardedSafetensors.open(files, index);
        }
        if (files.has(single)) {
            return SafetensorsFile.open(files.file(single));
        }
        Optional<String> foreign = ForeignWeights.in(files.folder());
        if (foreign.isPresent()) {
            throw new CheckpointFormatException(foreign.get());
        }
        throw missing(
                files.folder(), single + " or " + index, "copy or download the weights into it");
    }

    private static NoSuchFileException missing(Path directory, String file, String mend) {
        return new NoSuchFileException(
                directory.toString(), null, "the model directory has no " + file + "; " + mend);
    }
}
