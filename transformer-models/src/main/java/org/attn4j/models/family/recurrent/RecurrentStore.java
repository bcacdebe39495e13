package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;
import org.attn4j.models.training.ModelStore;

/** Keeps a {@link RecurrentModel} in model directories: configurations, weights and tokenizers. */
public final class RecurrentStore implements ModelStore {

    private final RecurrentModel model;
    private final GenerationConfig generation;
    private final List<Path> tokenizers;

    /**
     * Constructs a store.
     *
     * @param model the model, whose weights are read and set
     * @param generation how the model searches by default
     * @param tokenizers the tokenizer files that go with it, copied under their names; may be empty
     */
    public RecurrentStore(
            RecurrentModel model, GenerationConfig generation, List<Path> tokenizers) {
        this.model = model;
        this.generation = generation;
        this.tokenizers = List.copyOf(tokenizers);
    }

    /**
     * Opens a model.
     *
     * @param directory a directory that {@link #save} wrote
     * @param manager where its parameters live
     * @return the model, its weights those of the directory, frozen for prediction
     * @throws IOException if it cannot be read or does not fit its configuration
     */
    public static RecurrentModel open(Path directory, NDManager manager) throws IOException {
        ModelDirectory files = ModelDirectory.open(directory);
        RecurrentModel model;
        try {
            model = new RecurrentModel(RecurrentConfigJson.read(files.config()));
        } catch (IllegalArgumentException e) {
            throw new IOException(directory + ": " + e.getMessage(), e);
        }
        try (TensorSource weights = files.weights()) {
            WeightLoader.load(
                    model,
                    manager,
                    weights,
                    RecurrentWeights.table(),
                    Strictness.STRICT,
                    new Shape(1, 1),
                    new Shape(1, 1));
        }
        model.freezeParameters(true);
        return model;
    }

    /** {@inheritDoc} */
    @Override
    public void save(Path directory) throws IOException {
        AtomicFile.writeString(
                directory.resolve(ModelDirectory.CONFIG),
                RecurrentConfigJson.write(model.config()));
        AtomicFile.writeString(
                directory.resolve(ModelDirectory.GENERATION_CONFIG),
                GenerationConfigJson.write(generation));
        for (Path tokenizer : tokenizers) {
            Files.copy(tokenizer, directory.resolve(tokenizer.getFileName().toString()));
        }
        WeightLoader.save(model, RecurrentWeights.table(), directory);
    }

    /** {@inheritDoc} */
    @Override
    public void load(Path directory) throws IOException {
        try (TensorSource weights = ModelDirectory.open(directory).weights()) {
            WeightLoader.load(model, null, weights, RecurrentWeights.table(), Strictness.STRICT);
        }
    }
}
