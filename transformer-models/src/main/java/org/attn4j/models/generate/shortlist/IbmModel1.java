package org.attn4j.models.generate.shortlist;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * Learns how tokens translate from pairs of sentences, by expectation maximisation: each token of a
 * target comes from one token of its source, from any with the same probability beforehand (IBM
 * model 1, Brown et al. 1993, "The Mathematics of Statistical Machine Translation", §4.1). There is
 * no empty word; what is frequent is counted.
 *
 * <p>The same pairs give the same table. At most {@value #MOST_PAIRS} pairs of tokens that stand in
 * one pair of sentences are held, in about 350 MB; when there are so many, further ones are left
 * out.
 */
public final class IbmModel1 {

    /** The usual number of iterations. */
    public static final int USUAL_ITERATIONS = 5;

    /** Translations that are less probable are left out of a table. */
    private static final double LEAST = 1e-4;

    private static final int MOST_PAIRS = 1 << 23;

    private final List<int[]> sources;
    private final List<int[]> targets;
    private final Pairs pairs;

    private IbmModel1(List<int[]> sources, List<int[]> targets, int mostPairs) {
        Require.that(
                sources.size() == targets.size(),
                "there must be a target for each source, got %s and %s",
                targets.size(),
                sources.size());
        this.sources = sources;
        this.targets = targets;
        pairs = new Pairs(mostPairs);
    }

    /**
     * Learns a table.
     *
     * @param sources token ids of sentences
     * @param targets token ids of their translations
     * @param iterations how often probabilities are computed anew, at least once
     * @param frequent how many of the most frequent target tokens are kept
     * @param best how many translations of a source's token are kept
     * @return the table
     */
    public static LexicalTable train(
            List<int[]> sources, List<int[]> targets, int iterations, int frequent, int best) {
        return train(sources, targets, iterations, frequent, best, MOST_PAIRS);
    }

    /** Learns with another number of pairs. */
    static LexicalTable train(
            List<int[]> sources,
            List<int[]> targets,
            int iterations,
            int frequent,
            int best,
            int mostPairs) {
        Require.that(iterations >= 1, "iterations must be at least 1, got %s", iterations);
        IbmModel1 model = new IbmModel1(sources, targets, mostPairs);
        model.collect();
        for (int i = 0; i < iterations; i++) {
            model.expect();
            model.pairs.maximise();
        }
        LexicalTable.Builder table = LexicalTable.builder(frequent, best);
        model.count(table);
        model.pairs.addTo(table);
        return table.build();
    }

    private void collect() {
        for (int i = 0; i < sources.size(); i++) {
            for (int target : targets.get(i)) {
                for (int source : sources.get(i)) {
                    pairs.add(source, target);
                }
            }
        }
    }

    /** Counts how often a token came from another, each time by its probability. */
    private void expect() {
        for (int i = 0; i < sources.size(); i++) {
            int[] source = sources.get(i);
            int[] slots = new int[source.length];
            for (int target : targets.get(i)) {
                double total = 0;
                for (int j = 0; j < source.length; j++) {
                    slots[j] = pairs.slot(source[j], target);
                    total += slots[j] < 0 ? 0 : pairs.probabilities[slots[j]];
                }
                for (int slot : slots) {
                    if (slot >= 0 && total > 0) {
                        pairs.counts[slot] += pairs.probabilities[slot] / total;
                    }
                }
            }
        }
    }

    private void count(LexicalTable.Builder table) {
        Map<Integer, Long> counts = new HashMap<>();
        targets.forEach(
                target -> Arrays.stream(target).forEach(it -> counts.merge(it, 1L, Long::sum)));
        double all = counts.values().stream().mapToLong(Long::longValue).sum();
        counts.forEach((token, count) -> table.addFrequency(token, count / all));
    }

    /** Pairs of tokens in a hash table, with what is known of each. */
    private static final class Pairs {

        private static final int FIRST = 1 << 10;
        private static final long SPREAD = 0x9E3779B97F4A7C15L; // Knuth's multiplicative hashing

        private final int most;
        private long[] keys = new long[FIRST]; // one more than the pair, 0 for none
        private float[] probabilities = new float[FIRST];
        private double[] counts = new double[FIRST];
        private int size;

        Pairs(int most) {
            this.most = most;
        }

        private static long key(int source, int target) {
            return ((long) source << 32 | target) + 1;
        }

        /** Adds a pair, unless it is there or there are too many; all begin as probable. */
        void add(int source, int target) {
            long key = key(source, target);
            if (keys[find(key)] == key || size == most) {
                return;
            }
            if (2 * size >= keys.length) {
                grow();
            }
            int slot = find(key);
            size++;
            keys[slot] = key;
            probabilities[slot] = 1;
        }

        /** Where a pair is; -1 for nowhere. */
        int slot(int source, int target) {
            int slot = find(key(source, target));
            return keys[slot] == 0 ? -1 : slot;
        }

        private int find(long key) {
            int slot = (int) (key * SPREAD >>> Long.numberOfLeadingZeros(keys.length) + 1);
            while (keys[slot] != 0 && keys[slot] != key) {
                slot = slot + 1 & keys.length - 1;
            }
            return slot;
        }

        private void grow() {
            long[] old = keys;
            keys = new long[2 * old.length];
            probabilities = new float[keys.length];
            counts = new double[keys.length];
            for (long key : old) {
                if (key != 0) {
                    int slot = find(key);
                    keys[slot] = key;
                    probabilities[slot] = 1;
                }
            }
        }

        private int source(int slot) {
            return (int) (keys[slot] - 1 >> 32);
        }

        /** Makes the counts of each source token its probabilities. */
        void maximise() {
            Map<Integer, double[]> totals = new HashMap<>();
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] != 0) {
                    totals.computeIfAbsent(source(i), it -> new double[1])[0] += counts[i];
                }
            }
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] != 0) {
                    double total = totals.get(source(i))[0];
                    probabilities[i] = total == 0 ? 0 : (float) (counts[i] / total);
                    counts[i] = 0;
                }
            }
        }

        void addTo(LexicalTable.Builder table) {
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] != 0 && probabilities[i] >= LEAST) {
                    table.add(source(i), (int) (keys[i] - 1), probabilities[i]);
                }
            }
        }
    }
}
