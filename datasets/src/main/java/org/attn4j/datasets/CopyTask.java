package org.attn4j.datasets;

import ai.djl.training.dataset.Dataset.Usage;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The copy task: the target is the source. The least that a sequence model must learn. */
public final class CopyTask implements ParallelCorpus {

    private final Usage usage;
    private final List<SentencePair> pairs;

    private CopyTask(Usage usage, List<SentencePair> pairs) {
        this.usage = usage;
        this.pairs = pairs;
    }

    /**
     * Generates a part of the task.
     *
     * @param usage which part
     * @param config what the sequences are like
     * @return the part
     * @throws IllegalArgumentException if there are not as many different sequences
     */
    public static CopyTask of(Usage usage, SymbolTaskConfig config) {
        return new CopyTask(
                usage, SymbolTask.pairs("copy", usage, config, UnaryOperator.identity()));
    }

    @Override
    public String name() {
        return "copy task (" + usage.name().toLowerCase(Locale.ROOT) + ")";
    }

    @Override
    public Stream<SentencePair> open() {
        return pairs.stream();
    }

    @Override
    public long size() {
        return pairs.size();
    }
}
