package org.attn4j.cli.config;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.attn4j.cli.config.DataConfig.PairFiles;
import org.attn4j.common.Require;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.datasets.CopyTask;
import org.attn4j.datasets.JsonLinesCorpus;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.ReverseTask;
import org.attn4j.datasets.TsvCorpus;
import org.attn4j.datasets.grammar.EmbeddedCorpus;

/**
 * The corpora of a run.
 *
 * @param train what it learns from
 * @param valid what it is measured on in the course of training
 * @param test what it is measured on at the end
 */
public record Corpora(ParallelCorpus train, ParallelCorpus valid, ParallelCorpus test) {

    /** Finds the corpora that a configuration names; files are opened later. */
    public static Corpora of(DataConfig data) throws IOException {
        return switch (data.corpus()) {
            case FILES ->
                    new Corpora(
                            files(data, "train", data.train()),
                            files(data, "valid", data.valid()),
                            files(data, "test", data.test()));
            case EMBEDDED -> {
                Map<Usage, EmbeddedCorpus> parts =
                        EmbeddedCorpus.parts(data.embedded().seed(), data.embedded().trainSize());
                yield new Corpora(
                        parts.get(Usage.TRAIN), parts.get(Usage.VALIDATION), parts.get(Usage.TEST));
            }
            case COPY ->
                    new Corpora(
                            CopyTask.of(Usage.TRAIN, data.synthetic()),
                            CopyTask.of(Usage.VALIDATION, data.synthetic()),
                            CopyTask.of(Usage.TEST, data.synthetic()));
            case REVERSE ->
                    new Corpora(
                            ReverseTask.of(Usage.TRAIN, data.synthetic()),
                            ReverseTask.of(Usage.VALIDATION, data.synthetic()),
                            ReverseTask.of(Usage.TEST, data.synthetic()));
            case MULTI30K, TATOEBA -> NamedFiles.of(data);
        };
    }

    /** The corpus of a split's files. */
    public static ParallelCorpus files(DataConfig data, String split, PairFiles files) {
        Require.that(
                !files.isEmpty(),
                "data.%s names no files: set data.%s.source and data.%s.target, or data.%s.pairs",
                split,
                split,
                split,
                split);
        Path folder = Path.of(data.folder());
        if (files.pairs().isEmpty()) {
            return AlignedFiles.of(folder.resolve(files.source()), folder.resolve(files.target()));
        }
        Path pairs = folder.resolve(files.pairs());
        String name = pairs.getFileName().toString().replaceFirst("\\.gz$", "");
        if (name.endsWith(".jsonl") || name.endsWith(".json")) {
            return JsonLinesCorpus.of(pairs, files.sourceField(), files.targetField());
        }
        return new TsvCorpus(
                pairs,
                column(split + ".sourceField", files.sourceField()),
                column(split + ".targetField", files.targetField()),
                false,
                LineLimit.DEFAULT);
    }

    private static int column(String key, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "data.%s must be the number of a column for a TSV file, got '%s'; JSON lines end in .jsonl"
                            .formatted(key, text),
                    e);
        }
    }
}
