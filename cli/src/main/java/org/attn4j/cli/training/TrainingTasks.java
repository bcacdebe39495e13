package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.spec.Nearest;
import org.attn4j.cli.config.BuiltInConfigs;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.config.YamlFile;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.distillation.DistillationTask;
import org.attn4j.cli.task.encoder.AnsweringTask;
import org.attn4j.cli.task.encoder.ClassificationTask;
import org.attn4j.cli.task.encoder.TaggingTask;
import org.attn4j.cli.task.language.CausalTask;
import org.attn4j.cli.task.language.MaskedTask;
import org.attn4j.cli.task.pairs.PairsTask;
import org.attn4j.cli.task.retrieval.EmbeddingTask;
import org.attn4j.cli.task.retrieval.RerankingTask;
import org.attn4j.cli.task.translation.TranslationTask;

/** The tasks that can be trained, and the reading of their configurations. */
public final class TrainingTasks {

    private static final TranslationTask TRANSLATION = new TranslationTask();

    private static final MaskedTask MASKED = new MaskedTask();
    private static final CausalTask CAUSAL = new CausalTask();
    private static final ClassificationTask CLASSIFICATION = new ClassificationTask();
    private static final TaggingTask TAGGING = new TaggingTask();

    private static final List<TrainingTask<?>> TASKS =
            List.of(
                    TRANSLATION,
                    PairsTask.SUMMARIZATION,
                    MASKED,
                    CAUSAL,
                    CLASSIFICATION,
                    TAGGING,
                    new AnsweringTask(),
                    new EmbeddingTask(),
                    new RerankingTask(),
                    new DistillationTask(List.of(MASKED, CAUSAL, CLASSIFICATION, TAGGING)));

    private TrainingTasks() {}

    /**
     * Reads a configuration; without the key {@code task} it is one of translation.
     *
     * @param nameOrFile a built-in configuration's name, or a YAML file
     * @param assignments {@code key=value}, applied in order
     */
    public static ConfiguredRun<?> read(String nameOrFile, List<String> assignments)
            throws IOException {
        return bind(tree(nameOrFile), nameOrFile, assignments);
    }

    /** Reads a configuration of a document. */
    static ConfiguredRun<?> bind(Map<String, Object> tree, String file, List<String> assignments) {
        TrainingTask<?> task = take(tree, file);
        assignments.forEach(assignment -> task.set(tree, assignment));
        return ConfiguredRun.bind(task.variant(tree), tree, file);
    }

    /** Reads a configuration of translation, for a verb that knows no other task. */
    public static ConfiguredRun<TranslationConfig> readTranslation(
            String nameOrFile, List<String> assignments) throws IOException {
        ConfiguredRun<?> run = read(nameOrFile, assignments);
        if (run.config() instanceof TranslationConfig config) {
            return new ConfiguredRun<>(TRANSLATION, config);
        }
        throw new IllegalArgumentException(
                "%s is of the task %s: one of translation is wanted here, with a model that does"
                        + " not begin as a published one".formatted(nameOrFile, run.task().name()));
    }

    private static Map<String, Object> tree(String nameOrFile) throws IOException {
        return BuiltInConfigs.names().contains(nameOrFile)
                ? YamlFile.parse(BuiltInConfigs.text(nameOrFile), nameOrFile)
                : YamlFile.read(existing(nameOrFile));
    }

    private static Path existing(String nameOrFile) {
        boolean looksLikeName = nameOrFile.matches("[a-z0-9-]+");
        if (looksLikeName && !Path.of(nameOrFile).toFile().exists()) {
            String nearest = Nearest.of(nameOrFile, BuiltInConfigs.names());
            throw new IllegalArgumentException(
                    "no built-in configuration and no file is called '%s'%s"
                            .formatted(
                                    nameOrFile,
                                    nearest == null
                                            ? ": 'attn4j configs' lists them"
                                            : ", did you mean '" + nearest + "'?"));
        }
        return Path.of(nameOrFile);
    }

    /** Takes the task out of a document. */
    private static TrainingTask<?> take(Map<String, Object> tree, String file) {
        Object name = tree.remove(ConfiguredRun.TASK);
        if (name == null) {
            return TRANSLATION;
        }
        Map<String, TrainingTask<?>> byName = new LinkedHashMap<>();
        TASKS.forEach(task -> byName.put(task.name(), task));
        TrainingTask<?> task = byName.get(String.valueOf(name));
        if (task == null) {
            throw new IllegalArgumentException(
                    "%s: unknown task '%s': use %s"
                            .formatted(file, name, String.join(", ", byName.keySet())));
        }
        return task;
    }
}
