package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a model in memory as a model directory, and reads weights back into it.
 *
 * <p>All that a training run keeps (its checkpoints, its best weights, its result) is written by
 * this, so each of them can be evaluated and used for prediction like any other model.
 */
public interface ModelStore {

    /**
     * Writes a whole model directory: configuration, weights, tokenizer.
     *
     * @param directory the directory; who needs it complete or absent after a crash writes it aside
     * @throws IOException if it cannot be written
     */
    void save(Path directory) throws IOException;

    /**
     * Sets the weights of the model to those of a directory that {@link #save} wrote, exactly.
     *
     * @param directory the directory
     * @throws IOException if it cannot be read or does not fit the model
     */
    void load(Path directory) throws IOException;
}
