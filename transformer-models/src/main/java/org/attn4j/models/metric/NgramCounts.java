package org.attn4j.models.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each n-gram of one order occurs. */
final class NgramCounts {

    private final Map<Object, Integer> counts = new HashMap<>();
    private int total;

    private NgramCounts() {}

    static NgramCounts ofWords(List<String> words, int order) {
        NgramCounts ngrams = new NgramCounts();
        for (int i = 0; i + order <= words.size(); i++) {
            ngrams.add(List.copyOf(words.subList(i, i + order)));
        }
        return ngrams;
    }

    static NgramCounts ofCharacters(int[] codePoints, int order) {
        NgramCounts ngrams = new NgramCounts();
        for (int i = 0; i + order <= codePoints.length; i++) {
            ngrams.add(new String(codePoints, i, order));
        }
        return ngrams;
    }

    private void add(Object ngram) {
        counts.merge(ngram, 1, Integer::sum);
        total++;
    }

    /** Each n-gram as often as it occurs in the one of the two that has it more often. */
    NgramCounts union(NgramCounts other) {
        NgramCounts union = new NgramCounts();
        union.counts.putAll(counts);
        other.counts.forEach((ngram, count) -> union.counts.merge(ngram, count, Math::max));
        union.total = union.counts.values().stream().mapToInt(Integer::intValue).sum();
        return union;
    }

    /** The number of n-grams that can be paired off with an equal one of the other. */
    int matches(NgramCounts other) {
        int matches = 0;
        for (Map.Entry<Object, Integer> entry : counts.entrySet()) {
            matches += Math.min(entry.getValue(), other.counts.getOrDefault(entry.getKey(), 0));
        }
        return matches;
    }

    int total() {
        return total;
    }
}
