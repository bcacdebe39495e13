package org.attn4j.cli.task;

import ai.djl.util.Progress;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.models.model.Pretrained;

/**
 * What is to be measured.
 *
 * @param model the folder of the model
 * @param loader how it is loaded
 * @param metrics the metrics asked for, or none for the task's own
 * @param beams the beams of a search, or null for the model's own
 * @param progress told of each example that is done; null for nobody
 * @param alignments which words of the examples belong together; null for what the data tells
 * @param validation whether it is measured on the validation data, rather than the test data
 * @param most how many examples, the first, it is measured on; 0 for all
 */
public record EvaluationRequest(
        Path model,
        Pretrained.Loader loader,
        List<String> metrics,
        Integer beams,
        Progress progress,
        List<WordAlignment> alignments,
        boolean validation,
        int most) {

    /** A request for all of the test data. */
    public EvaluationRequest(
            Path model,
            Pretrained.Loader loader,
            List<String> metrics,
            Integer beams,
            Progress progress,
            List<WordAlignment> alignments) {
        this(model, loader, metrics, beams, progress, alignments, false, 0);
    }

    /** This request for a part of the data. */
    public EvaluationRequest on(boolean ofValidation, int first) {
        return new EvaluationRequest(
                model, loader, metrics, beams, progress, alignments, ofValidation, first);
    }

    /** The true alignments of pairs that are measured on, or null if they are not known. */
    public List<WordAlignment> alignments(ParallelCorpus corpus) {
        return alignments == null ? corpus.alignments().orElse(null) : alignments;
    }

    /** The progress, at the beginning of so many examples. */
    public Progress begun(long examples) {
        if (progress != null) {
            progress.reset("measure", examples);
        }
        return progress;
    }

    /** Which of two parts of the data is asked for. */
    public <T> T part(T test, T valid) {
        return validation ? valid : test;
    }

    /** The examples that are asked for. */
    public <T> List<T> some(List<T> examples) {
        return most == 0 || most >= examples.size() ? examples : examples.subList(0, most);
    }

    /** Refuses a number of examples, for a task that is measured on all. */
    public void requireAll(String task) {
        Require.that(
                most == 0,
                "%s is measured on all of its data, not on the first %s examples",
                task,
                most);
    }

    /** Refuses the validation data, for a task that has its measures on other data alone. */
    public void requireTest(String task) {
        Require.that(!validation, "%s is measured on its test data: use --data test", task);
    }
}
