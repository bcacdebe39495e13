package org.attn4j.cli.task;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.report.Section;

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

    /** This task, or the one of the same name that a document is of. */
    default TrainingTask<?> variant(Map<String, Object> tree) {
        return this;
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

    /** What the loss is counted in; empty for a plain number. */
    default String lossUnit(C config) {
        return "nats per token";
    }

    /** Puts a run together, whose directory is locked. */
    PreparedRun prepare(C config, RunContext context) throws IOException;

    /**
     * What the page of a finished run shows of its model, beside curves and configuration: samples,
     * which classes are taken for which, what is found for a query. It takes seconds.
     */
    default List<Section> sections(C config, EvaluationRequest request) throws IOException {
        return List.of();
    }

    /** Measures a model on the test data of a configuration. */
    TaskEvaluation evaluate(C config, EvaluationRequest request) throws IOException;
}
