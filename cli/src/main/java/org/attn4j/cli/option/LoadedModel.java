package org.attn4j.cli.option;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.zoo.SentenceTranslator;
import org.attn4j.models.zoo.TrainedModel;

/**
 * A model directory, loaded on a device.
 *
 * @param directory where it was read from
 * @param trained the model
 * @param manager what holds its weights
 */
public record LoadedModel(Path directory, TrainedModel trained, NDManager manager)
        implements AutoCloseable {

    public static LoadedModel load(Path directory, EngineOptions.Chosen engine) throws IOException {
        NDManager manager = engine.newManager();
        try {
            return new LoadedModel(directory, TrainedModel.open(directory, manager), manager);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A translator with the model's own search, or the beams asked for. */
    public SentenceTranslator translator(Integer beams, int nBest) {
        GenerationConfig own = trained.generation();
        int width = Math.max(beams == null ? own.beams() : beams, nBest);
        return trained.translator(own.toBuilder().optBeams(width).optNBest(nBest).build());
    }

    @Override
    public void close() {
        trained.close();
        manager.close();
    }
}
