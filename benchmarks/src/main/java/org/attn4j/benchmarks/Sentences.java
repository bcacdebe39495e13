package org.attn4j.benchmarks;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.datasets.SentencePair;
import org.attn4j.datasets.grammar.EmbeddedCorpus;

/** English texts of mixed length, the same each time, from the embedded corpus. */
final class Sentences {

    private static final long SEED = 17;
    private static final int TRAIN_SIZE = 2_000;
    private static final int MOST_TOGETHER = 4;

    private Sentences() {}

    /** Texts of one to four sentences. */
    static List<String> mixed(int count) throws IOException {
        List<String> sentences = all();
        List<String> texts = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < count; i++) {
            int together = 1 + i % MOST_TOGETHER;
            texts.add(
                    String.join(
                            " ",
                            IntStream.range(next, next + together)
                                    .mapToObj(at -> sentences.get(at % sentences.size()))
                                    .toList()));
            next += together;
        }
        return texts;
    }

    /** Single sentences. */
    static List<String> all() throws IOException {
        return EmbeddedCorpus.parts(SEED, TRAIN_SIZE).get(Usage.TRAIN).readAll().stream()
                .map(SentencePair::source)
                .toList();
    }
}
