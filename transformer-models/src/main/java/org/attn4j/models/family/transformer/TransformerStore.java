package org.attn4j.models.family.transformer;

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

/**
 * Keeps a {@link TransformerModel} in model directories: configurations, weights and tokenizers.
 */
public final class TransformerStore implements ModelStore {

    private final TransformerModel model;
    private final GenerationConfig generation;
    private final List<Path> tokenizers;

    /**
     * Constructs a store.
     *
     * @param model the model, whose weights are read and set
     * @param generation how the model searches by default
     * @param tokenizers the tokenizer files that go with it, copied under their names; may be empty
     */
    public TransformerStore(
            TransformerModel model, GenerationConfig generation, List<Path> tokenizers) {
        this.model = model;
        this.generation = generation;
        this.tokenizers = List.copyOf(tokenizers);
    }

    /** {@inheritDoc} */
    @Override
    public void save(Path directory) throws IOException {
        AtomicFile.writeString(
                directory.resolve(ModelDirectory.CONFIG),
                TransformerConfigJson.write(model.config()));
        AtomicFile.writeString(
                directory.resolve(ModelDirectory.GENERATION_CONFIG),
                GenerationConfigJson.write(generation));
        for (Path tokenizer : tokenizers) {
            Files.copy(tokenizer, directory.resolve(tokenizer.getFileName().toString()));
        }
        WeightLoader.save(model, TransformerWeights.table(model.config()), directory);
    }

    /** {@inheritDoc} */
    @Override
    public void load(Path directory) throws IOException {
        try (TensorSource weights = ModelDirectory.open(directory).weights()) {
            WeightLoader.load(
                    model,
                    null,
                    weights,
                    TransformerWeights.table(model.config()),
                    Strictness.STRICT);
        }
    }
}
