package org.attn4j.cli.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attn4j.common.Require;
import org.attn4j.models.task.ObservedToken;
import org.attn4j.models.task.SoftAlignment;
import org.attn4j.visual.ShownAttention.Kind;

/**
 * How often each head looks where words belong together, and how much weight it gives to tokens by
 * where they stand.
 *
 * <p>As Clark et al. 2019, sections 3 and 4: weight to a word is the sum over its tokens, weight
 * from a word the mean; weight on special tokens, and of a word on itself, does not count for
 * relations.
 */
final class HeadCounts {

    private final Map<String, Map<Head, Mean>> relations = new LinkedHashMap<>();
    private final Map<String, Map<Head, Mean>> patterns = new LinkedHashMap<>();
    private final Map<String, Map<Integer, Integer>> distances = new LinkedHashMap<>();

    private record Head(String label, int number) {}

    private record Mean(double sum, int count) {

        Mean plus(Mean other) {
            return new Mean(sum + other.sum, count + other.count);
        }

        double value() {
            return sum / count;
        }
    }

    /** A head's share of right pairs, or of weight. */
    record Share(String label, int head, double share) {}

    /**
     * A relation between words.
     *
     * @param distance from the word that looks, the one that is right most often
     * @param ofDistance how often it is right
     * @param heads the best first
     */
    record Relation(String name, int pairs, int distance, double ofDistance, List<Share> heads) {}

    /** Where tokens stand, and the heads that give them weight, the most first. */
    record Pattern(String name, List<Share> heads) {}

    /** Counts a text and the pairs in it. */
    void add(Observation seen, List<WordPair> pairs) {
        List<ObservedToken> tokens = seen.sequences().get(0).tokens();
        int[] wordOf = tokens.stream().mapToInt(ObservedToken::word).toArray();
        for (WordPair pair : pairs) {
            distances
                    .computeIfAbsent(pair.relation(), unused -> new TreeMap<>())
                    .merge(pair.to() - pair.from(), 1, Integer::sum);
        }
        for (ObservedAttention attention : seen.attentions()) {
            if (attention.kind() == Kind.SELF || attention.kind() == Kind.ENCODER) {
                float[][][] weights = attention.recorded().row(0); // (N, T, S)
                for (int number = 0; number < weights.length; number++) {
                    Head head = new Head(attention.label(), number);
                    addPatterns(head, weights[number], tokens);
                    float[][] words = ofWords(weights[number], wordOf);
                    pairs.forEach(pair -> addPair(head, words, pair));
                }
            }
        }
        Require.that(
                !relations.isEmpty(), "the model has no encoder whose heads could be measured");
    }

    private void addPatterns(Head head, float[][] weights, List<ObservedToken> tokens) {
        for (int t = 0; t < tokens.size(); t++) {
            if (tokens.get(t).special()) {
                continue;
            }
            add(patterns, "the token itself", head, weights[t][t]);
            if (t > 0) {
                add(patterns, "the token before", head, weights[t][t - 1]);
            }
            if (t + 1 < tokens.size()) {
                add(patterns, "the next token", head, weights[t][t + 1]);
            }
            Map<String, Double> special = new LinkedHashMap<>();
            for (int s = 0; s < tokens.size(); s++) {
                if (tokens.get(s).special()) {
                    special.merge(tokens.get(s).token(), (double) weights[t][s], Double::sum);
                }
            }
            special.forEach((token, weight) -> add(patterns, token, head, weight));
        }
    }

    private void addPair(Head head, float[][] words, WordPair pair) {
        float[] row = words[pair.from()];
        int most = -1;
        for (int word = 0; word < row.length; word++) {
            boolean more = most < 0 || row[word] > row[most];
            most = word != pair.from() && more ? word : most;
        }
        add(relations, pair.relation(), head, most == pair.to() ? 1 : 0);
    }

    private static void add(
            Map<String, Map<Head, Mean>> means, String name, Head head, double value) {
        means.computeIfAbsent(name, unused -> new LinkedHashMap<>())
                .merge(head, new Mean(value, 1), Mean::plus);
    }

    private static float[][] ofWords(float[][] weights, int[] words) {
        int count = 1 + Arrays.stream(words).max().orElse(-1);
        return SoftAlignment.ofTokens(weights, words, count, words, count).weights();
    }

    /** The relations, in the order of the file. */
    List<Relation> relations() {
        List<Relation> found = new ArrayList<>();
        distances.forEach(
                (name, counts) -> {
                    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
                    Map.Entry<Integer, Integer> best =
                            Collections.max(counts.entrySet(), Map.Entry.comparingByValue());
                    found.add(
                            new Relation(
                                    name,
                                    all,
                                    best.getKey(),
                                    (double) best.getValue() / all,
                                    ranked(relations.get(name))));
                });
        return found;
    }

    List<Pattern> patterns() {
        return patterns.entrySet().stream()
                .map(each -> new Pattern(each.getKey(), ranked(each.getValue())))
                .toList();
    }

    private static List<Share> ranked(Map<Head, Mean> means) {
        return means.entrySet().stream()
                .map(
                        each ->
                                new Share(
                                        each.getKey().label(),
                                        each.getKey().number(),
                                        each.getValue().value()))
                .sorted(Comparator.comparingDouble(Share::share).reversed())
                .toList();
    }
}
