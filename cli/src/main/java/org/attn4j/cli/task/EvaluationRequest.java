package org.attn4j.cli.task;

import ai.djl.util.Progress;
import java.nio.file.Path;
import java.util.List;
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
 */
public record EvaluationRequest(
        Path model,
        Pretrained.Loader loader,
        List<String> metrics,
        Integer beams,
        Progress progress,
        List<WordAlignment> alignments) {

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
}
