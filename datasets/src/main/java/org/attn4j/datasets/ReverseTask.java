package org.attn4j.datasets;

import ai.djl.training.dataset.Dataset.Usage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The reverse task: the target is the source from its last symbol to its first, so that a model
 * must attend by position.
 */
public final class ReverseTask implements ParallelCorpus {

    private final Usage usage;
    private final List<SentencePair> pairs;

    private ReverseTask(Usage usage, List<SentencePair> pairs) {
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
    public static ReverseTask of(Usage usage, SymbolTaskConfig config) {
        return new ReverseTask(
                usage, SymbolTask.pairs("reverse", usage, config, ReverseTask::reversed));
    }

    private static List<String> reversed(List<String> sequence) {
        List<String> reversed = new ArrayList<>(sequence);
        Collections.reverse(reversed);
        return reversed;
    }

    @Override
    public String name() {
        return "reverse task (" + usage.name().toLowerCase(Locale.ROOT) + ")";
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
