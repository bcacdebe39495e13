package org.attn4j.cli.task;

import java.io.IOException;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;

/**
 * A kind of training: how its configuration is read, how a run of it is put together, and how its
 * result is measured.
 *
 * @param <C> its configuration
 */
public interface TrainingTask<C extends RunConfig> {

    /** What {@code task:} names it. */
    String name();

    /**
     * Applies one {@code --set key=value} to a document, as {@link
     * org.attn4j.cli.config.YamlFile#set} unless a task has keys that stand for others.
     */
    default void set(Map<String, Object> tree, String assignment) {
        org.attn4j.cli.config.YamlFile.set(tree, assignment);
    }

    /**
     * Reads its configuration.
     *
     * @param tree the document, without the task
     * @param file what messages call it
     */
    C bind(Map<String, Object> tree, String file);

    /** Finds the data that a configuration names and reads their beginning, for a dry run. */
    void checkData(C config) throws IOException;

    /** Puts a run together, whose directory is locked. */
    PreparedRun prepare(C config, RunContext context) throws IOException;

    /** Measures a model on the test data of a configuration. */
    TaskEvaluation evaluate(C config, EvaluationRequest request) throws IOException;
}
