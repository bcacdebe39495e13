package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrievalMetricsTest {

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    @Test
    void oneQueryByHand() {
        RetrievalMetrics metrics = new RetrievalMetrics();
        // relevant at the ranks 2 and 4; a third is not found
        metrics.add(
                List.of("x", "a", "y", "b", "z"), Map.of("a", 1.0, "b", 3.0, "c", 2.0, "z", 0.0));
        Map<String, Double> scores = metrics.scores();
        assertEquals(0, scores.get("accuracy@1"));
        assertEquals(1, scores.get("accuracy@3"));
        assertEquals(1 / 3.0, scores.get("precision@3"), 1e-12);
        assertEquals(2 / 5.0, scores.get("precision@5"), 1e-12);
        assertEquals(2 / 10.0, scores.get("precision@10"), 1e-12);
        assertEquals(1 / 3.0, scores.get("recall@3"), 1e-12);
        assertEquals(2 / 3.0, scores.get("recall@10"), 1e-12);
        assertEquals(1 / 2.0, scores.get("mrr@10"), 1e-12);
        assertEquals((1 / 2.0 + 2 / 4.0) / 3, scores.get("map@100"), 1e-12);
        double gain = 1 / log2(3) + 3 / log2(5);
        double ideal = 3 + 2 / log2(3) + 1 / log2(4);
        assertEquals(gain / ideal, scores.get("ndcg@10"), 1e-12);
    }

    @Test
    void scoresAreMeansOfTheQueriesWithSomethingToFind() {
        RetrievalMetrics metrics = new RetrievalMetrics();
        metrics.add(List.of("a"), Map.of("a", 1.0));
        metrics.add(List.of("b"), Map.of("a", 1.0));
        assertFalse(metrics.add(List.of("b"), Map.of("b", 0.0)));
        assertEquals(2, metrics.queries());
        metrics.scores()
                .forEach(
                        (name, score) -> {
                            int k = Integer.parseInt(name.replaceFirst(".*@", ""));
                            double expected = name.startsWith("precision") ? 0.5 / k : 0.5;
                            assertEquals(expected, score, 1e-12, name);
                        });
    }

    @Test
    void ranksBehindTheCutDoNotCount() {
        RetrievalMetrics metrics = new RetrievalMetrics();
        List<String> ranked = IntStream.range(0, 200).mapToObj(i -> "d" + i).toList();
        metrics.add(ranked, Map.of("d10", 1.0, "d150", 1.0));
        Map<String, Double> scores = metrics.scores();
        assertEquals(0, scores.get("ndcg@10"));
        assertEquals(0, scores.get("mrr@10"));
        assertEquals(1 / 11.0 / 2, scores.get("map@100"), 1e-12);
    }

    @Test
    void nothingToFindIsRefused() {
        RetrievalMetrics metrics = new RetrievalMetrics();
        assertThrows(IllegalStateException.class, metrics::scores);
        assertThrows(
                IllegalArgumentException.class,
                () -> metrics.add(List.of("a", "a"), Map.of("a", 1.0)));
    }
}
