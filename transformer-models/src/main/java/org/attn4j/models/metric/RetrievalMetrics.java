package org.attn4j.models.metric;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;

/**
 * How well documents are ranked for queries, as {@code InformationRetrievalEvaluator} of
 * sentence-transformers counts, and trec_eval where it counts the same: means over the queries that
 * have a relevant document.
 *
 * <p>accuracy@k is 1 with a relevant document among the first k; precision@k their share of k,
 * recall@k of all relevant ones; mrr@10 is 1 over the rank of the first; map@100 the mean of the
 * precisions at the relevant ones, over their number or 100; ndcg@10 the sum of grades over
 * log₂(rank + 1), over the most there can be. A document is relevant if its grade is above 0; of
 * grades only ndcg takes notice, of negative ones as of 0.
 */
public final class RetrievalMetrics {

    private static final List<Integer> CUTS = List.of(1, 3, 5, 10);
    private static final int RANKS = 10;
    private static final int DEEP = 100;

    private final Map<String, Double> sums = new LinkedHashMap<>();
    private int queries;

    /** Begins without queries. */
    public RetrievalMetrics() {
        for (String name : List.of("accuracy", "precision", "recall")) {
            CUTS.forEach(k -> sums.put(name + "@" + k, 0.0));
        }
        for (String name : List.of("mrr@" + RANKS, "ndcg@" + RANKS, "map@" + DEEP)) {
            sums.put(name, 0.0);
        }
    }

    /**
     * Adds a query.
     *
     * @param ranked the documents that were found, the best first, each once; 100 of them at most
     *     are looked at
     * @param grades how relevant documents are; those that are not named are not
     * @return whether it counts: it has a relevant document
     * @throws IllegalArgumentException if a document is ranked twice
     */
    public boolean add(List<String> ranked, Map<String, Double> grades) {
        Set<String> relevant = new HashSet<>();
        grades.forEach(
                (document, grade) -> {
                    if (grade > 0) {
                        relevant.add(document);
                    }
                });
        if (relevant.isEmpty()) {
            return false;
        }
        List<String> looked = ranked.subList(0, Math.min(DEEP, ranked.size()));
        Require.that(new HashSet<>(looked).size() == looked.size(), "a document is ranked twice");
        queries++;
        for (int k : CUTS) {
            long hits = first(looked, k).stream().filter(relevant::contains).count();
            count("accuracy@" + k, hits > 0 ? 1 : 0);
            count("precision@" + k, (double) hits / k);
            count("recall@" + k, (double) hits / relevant.size());
        }
        count("mrr@" + RANKS, reciprocalRank(first(looked, RANKS), relevant));
        count("ndcg@" + RANKS, gain(looked, grades) / ideal(grades));
        count("map@" + DEEP, averagePrecision(looked, relevant));
        return true;
    }

    private void count(String name, double value) {
        sums.merge(name, value, Double::sum);
    }

    private static List<String> first(List<String> ranked, int k) {
        return ranked.subList(0, Math.min(k, ranked.size()));
    }

    private static double reciprocalRank(List<String> ranked, Set<String> relevant) {
        for (int i = 0; i < ranked.size(); i++) {
            if (relevant.contains(ranked.get(i))) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    private static double averagePrecision(List<String> ranked, Set<String> relevant) {
        int hits = 0;
        double sum = 0;
        for (int i = 0; i < ranked.size(); i++) {
            if (relevant.contains(ranked.get(i))) {
                hits++;
                sum += (double) hits / (i + 1);
            }
        }
        return sum / Math.min(DEEP, relevant.size());
    }

    private static double gain(List<String> ranked, Map<String, Double> grades) {
        return gain(first(ranked, RANKS).stream().map(it -> grades.getOrDefault(it, 0.0)).toList());
    }

    private static double ideal(Map<String, Double> grades) {
        return gain(
                grades.values().stream().sorted(Comparator.reverseOrder()).limit(RANKS).toList());
    }

    private static double gain(List<Double> grades) {
        double sum = 0;
        for (int i = 0; i < grades.size(); i++) {
            sum += Math.max(0, grades.get(i)) * Math.log(2) / Math.log(i + 2);
        }
        return sum;
    }

    /**
     * Returns what is measured.
     *
     * @return the names of the means
     */
    public Set<String> names() {
        return Set.copyOf(sums.keySet());
    }

    /**
     * Returns how many queries count.
     *
     * @return the number of queries with a relevant document
     */
    public int queries() {
        return queries;
    }

    /**
     * Returns the means.
     *
     * @return each by its name, such as {@code ndcg@10}
     * @throws IllegalStateException if no query counts
     */
    public Map<String, Double> scores() {
        if (queries == 0) {
            throw new IllegalStateException(
                    "no query has a relevant document: check the judgements");
        }
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((name, sum) -> means.put(name, sum / queries));
        return means;
    }
}
