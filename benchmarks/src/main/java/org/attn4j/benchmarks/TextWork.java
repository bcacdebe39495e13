package org.attn4j.benchmarks;

import java.util.List;
import java.util.function.Function;

/** Vectors of texts, by a model that {@code closing} frees. */
record TextWork(List<String> texts, Function<List<String>, List<float[]>> embed, Runnable closing)
        implements Work {

    @Override
    public List<float[]> values() {
        return embed.apply(texts);
    }

    @Override
    public void run() {
        embed.apply(texts);
    }

    @Override
    public void close() {
        closing.run();
    }
}
