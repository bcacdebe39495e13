package org.attn4j.cli.task.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.models.task.Similarity;
import org.attn4j.models.task.TextEmbedder;

/** Documents in the order of how alike they are to a query. */
final class Ranking {

    private final List<String> texts;
    private final Map<String, float[]> vectors;
    private final Similarity similarity;

    private Ranking(List<String> texts, Map<String, float[]> vectors, Similarity similarity) {
        this.texts = texts;
        this.vectors = vectors;
        this.similarity = similarity;
    }

    /** A document and how alike it is. */
    record Hit(String text, double score) {}

    static Ranking of(List<String> texts, TextEmbedder embedder) {
        return new Ranking(texts, vectors(texts, embedder), embedder.similarity());
    }

    static Map<String, float[]> vectors(List<String> texts, TextEmbedder embedder) {
        List<float[]> embedded = embedder.embed(texts);
        Map<String, float[]> vectors = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            vectors.put(texts.get(i), embedded.get(i));
        }
        return vectors;
    }

    double similarity(float[] query, String text) {
        return similarity.of(query, vectors.get(text));
    }

    /** The most alike, the best first; equals in the order of the documents. */
    List<Hit> best(float[] query, int count) {
        double[] scores = texts.stream().mapToDouble(text -> similarity(query, text)).toArray();
        List<Hit> hits = new ArrayList<>();
        IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .limit(count)
                .forEach(i -> hits.add(new Hit(texts.get(i), scores[i])));
        return hits;
    }
}
