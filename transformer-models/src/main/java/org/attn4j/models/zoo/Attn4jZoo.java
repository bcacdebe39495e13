package org.attn4j.models.zoo;

import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelZoo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trained models in a folder, by their names: the model directory {@code NAME} of the folder is
 * what {@code Criteria.optGroupId("org.attn4j").optArtifactId("NAME")} loads.
 *
 * <p>The folder is the system property {@code attn4j.models}, or the environment variable {@code
 * ATTN4J_MODELS}, or {@code .cache/attn4j/models} in the user's home. It is read each time models
 * are asked for, by one listing of its names, and costs nothing before.
 */
public final class Attn4jZoo extends ModelZoo {

    /** The group that the models are served under. */
    public static final String GROUP_ID = "org.attn4j";

    /** The system property that names the folder. */
    public static final String FOLDER_PROPERTY = "attn4j.models";

    /** The environment variable that names the folder. */
    public static final String FOLDER_VARIABLE = "ATTN4J_MODELS";

    private static final Logger LOGGER = LoggerFactory.getLogger(Attn4jZoo.class);

    /** Constructs the zoo; {@code ModelZoo.getModelZoo("org.attn4j")} gives the registered one. */
    public Attn4jZoo() {}

    /**
     * Returns the folder of the models.
     *
     * @return the folder, which may not exist
     */
    public static Path folder() {
        String name = System.getProperty(FOLDER_PROPERTY, System.getenv(FOLDER_VARIABLE));
        return name == null
                ? Path.of(System.getProperty("user.home"), ".cache", "attn4j", "models")
                : Path.of(name);
    }

    @Override
    public String getGroupId() {
        return GROUP_ID;
    }

    @Override
    public Set<String> getSupportedEngines() {
        return Set.of("PyTorch", "MXNet");
    }

    @Override
    public Collection<ModelLoader> getModelLoaders() {
        Path folder = folder();
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Attn4jZoo::isModel).sorted().map(Attn4jZoo::loader).toList();
        } catch (IOException e) {
            LOGGER.warn("the models in {} cannot be listed: {}", folder, e.getMessage());
            return List.of();
        }
    }

    /**
     * {@inheritDoc}
     *
     * @return the loader, or null if the folder has no such model
     */
    @Override
    public ModelLoader getModelLoader(String name) {
        try {
            // One name in the folder, and never a way out of it.
            Path directory = folder().resolve(name);
            boolean plain =
                    Path.of(name).getNameCount() == 1
                            && directory.normalize().endsWith(name)
                            && !name.isEmpty();
            return plain && isModel(directory) ? loader(directory) : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static boolean isModel(Path directory) {
        return Files.isRegularFile(directory.resolve(ModelDirectory.CONFIG));
    }

    private static ModelLoader loader(Path directory) {
        return new DirectoryLoader(directory);
    }
}
