package org.attn4j.models.zoo;

import ai.djl.Application;
import ai.djl.MalformedModelException;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.util.Progress;
import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.task.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads one model directory of the {@link Attn4jZoo}. */
final class DirectoryLoader implements ModelLoader {

    private static final Logger LOGGER = LoggerFactory.getLogger(DirectoryLoader.class);

    private final Path directory;

    DirectoryLoader(Path directory) {
        this.directory = directory;
    }

    @Override
    public String getGroupId() {
        return Attn4jZoo.GROUP_ID;
    }

    @Override
    public String getArtifactId() {
        return directory.getFileName().toString();
    }

    /** What the model is for. */
    @Override
    public Application getApplication() {
        try {
            return Task.of(ModelDirectory.open(directory).config()).application();
        } catch (IOException | IllegalArgumentException e) {
            LOGGER.warn("{} is passed over: {}", directory, e.getMessage());
            return Application.UNDEFINED;
        }
    }

    @Override
    public MRL getMrl() {
        String name = getArtifactId();
        return MRL.model(
                Repository.newInstance(name, directory),
                getApplication(),
                Attn4jZoo.GROUP_ID,
                name,
                null,
                null);
    }

    /**
     * Loads the model, if it was asked for: criteria that name no model walk every zoo, and must
     * not end up with whatever model comes first.
     */
    @Override
    public <I, O> ZooModel<I, O> loadModel(Criteria<I, O> criteria)
            throws IOException, ModelNotFoundException, MalformedModelException {
        if (!getArtifactId().equals(criteria.getArtifactId())) {
            throw new ModelNotFoundException(
                    "models of " + Attn4jZoo.GROUP_ID + " are loaded by their artifact id");
        }
        return Attn4jCriteria.of(
                        directory.toString(), criteria.getInputClass(), criteria.getOutputClass())
                .optEngine(criteria.getEngine())
                .optDevice(criteria.getDevice())
                .optApplication(criteria.getApplication())
                .optArguments(criteria.getArguments())
                .optProgress(criteria.getProgress())
                .build()
                .loadModel();
    }

    @Override
    public <I, O> boolean isDownloaded(Criteria<I, O> criteria) {
        return true;
    }

    @Override
    public <I, O> void downloadModel(Criteria<I, O> criteria, Progress progress) {
        // It is here already.
    }
}
