package org.attn4j.datasets;

import java.util.List;
import java.util.stream.Stream;

/** A corpus that is in memory already. */
record ListCorpus(String name, List<SentencePair> pairs) implements ParallelCorpus {

    @Override
    public Stream<SentencePair> open() {
        return pairs.stream();
    }

    @Override
    public long size() {
        return pairs.size();
    }
}
