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

/** Loads one model directory of the {@link Attn4jZoo}. */
final class DirectoryLoader implements ModelLoader {

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

    @Override
    public Application getApplication() {
        return Application.NLP.MACHINE_TRANSLATION;
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
    @SuppressWarnings("unchecked")
    public <I, O> ZooModel<I, O> loadModel(Criteria<I, O> criteria)
            throws IOException, ModelNotFoundException, MalformedModelException {
        if (!getArtifactId().equals(criteria.getArtifactId())) {
            throw new ModelNotFoundException(
                    "models of " + Attn4jZoo.GROUP_ID + " are loaded by their artifact id");
        }
        if (criteria.getInputClass() != String.class || criteria.getOutputClass() != String.class) {
            throw new ModelNotFoundException(
                    getArtifactId() + " translates String to String and nothing else");
        }
        Criteria.Builder<String, String> builder =
                Attn4jCriteria.of(directory)
                        .optEngine(criteria.getEngine())
                        .optDevice(criteria.getDevice())
                        .optProgress(criteria.getProgress());
        Object beams =
                criteria.getArguments() == null
                        ? null
                        : criteria.getArguments().get(TrainedModelFactory.BEAMS);
        if (beams != null) {
            builder.optArgument(TrainedModelFactory.BEAMS, beams);
        }
        return (ZooModel<I, O>) builder.build().loadModel();
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
