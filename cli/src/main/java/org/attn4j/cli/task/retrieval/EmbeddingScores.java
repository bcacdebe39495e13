package org.attn4j.cli.task.retrieval;

import ai.djl.util.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.InParts;
import org.attn4j.common.Require;
import org.attn4j.datasets.ComparedTexts;
import org.attn4j.datasets.RetrievalSet;
import org.attn4j.models.metric.Correlation;
import org.attn4j.models.metric.RetrievalMetrics;
import org.attn4j.models.task.SentenceSettings;
import org.attn4j.models.task.TextEmbedder;

/** How good embeddings are on some data. */
final class EmbeddingScores {

    private static final List<String> DOCUMENT_PROMPTS =
            List.of(SentenceSettings.DOCUMENT, "passage", "corpus");

    private static final int SHOWN_PAIRS = 20;
    private static final int TOGETHER = 256;

    /** A page is made in seconds: of a larger collection the first texts stand for all. */
    private static final int MOST_SHOWN_AMONG = 1000;

    private final List<ComparedTexts> scored; // empty if a collection is ranked
    private final RetrievalSet collection;

    private EmbeddingScores(List<ComparedTexts> scored, RetrievalSet collection) {
        this.scored = scored;
        this.collection = collection;
    }

    static EmbeddingScores on(TextSource source, Path folder) throws IOException {
        Optional<RetrievalSet> ranked = source.ranked(folder);
        if (ranked.isPresent()) {
            return new EmbeddingScores(List.of(), ranked.get());
        }
        List<ComparedTexts> pairs = source.compared(folder);
        Require.that(
                pairs.get(0).texts().size() == 2,
                "%s must hold pairs to be measured on, got %s texts in a row",
                source.name(),
                pairs.get(0).texts().size());
        return new EmbeddingScores(pairs, null);
    }

    /** The embedder of what is asked. */
    static TextEmbedder queries(TextEmbedder embedder) {
        return embedder.promptNames().contains(SentenceSettings.QUERY)
                ? embedder.withPromptNamed(SentenceSettings.QUERY)
                : embedder;
    }

    /** The embedder of what is searched. */
    static TextEmbedder documents(TextEmbedder embedder) {
        return DOCUMENT_PROMPTS.stream()
                .filter(embedder.promptNames()::contains)
                .findFirst()
                .map(embedder::withPromptNamed)
                .orElse(embedder);
    }

    int examples() {
        return collection == null ? scored.size() : collection.queries().size();
    }

    /**
     * Spearman's and Pearson's correlation with the scores, or the metrics of retrieval.
     *
     * @param progress told of each text; null for nobody
     */
    Map<String, Double> of(TextEmbedder embedder, Progress progress) {
        return collection == null
                ? correlations(embedder, progress)
                : retrieval(embedder, progress);
    }

    /** How many texts are embedded. */
    int texts() {
        return collection == null
                ? 2 * scored.size()
                : collection.documents().size() + collection.queries().size();
    }

    private static List<float[]> embed(
            TextEmbedder embedder, Collection<String> texts, Progress progress) {
        return InParts.map(List.copyOf(texts), TOGETHER, progress, embedder::embed);
    }

    /** What a page shows: queries with what is found for them, or pairs with their scores. */
    Section shown(TextEmbedder embedder) {
        return collection == null ? shownPairs(embedder) : shownQueries(embedder);
    }

    private Section shownPairs(TextEmbedder embedder) {
        List<List<String>> rows = new ArrayList<>();
        for (ComparedTexts pair : scored.subList(0, Math.min(SHOWN_PAIRS, scored.size()))) {
            List<String> texts = pair.texts();
            double found =
                    embedder.similarity()
                            .of(
                                    queries(embedder).embed(texts.subList(0, 1)).get(0),
                                    documents(embedder).embed(texts.subList(1, 2)).get(0));
            rows.add(
                    List.of(
                            texts.get(0),
                            texts.get(1),
                            String.format(Locale.ROOT, "%.3f", pair.score()),
                            String.format(Locale.ROOT, "%.3f", found)));
        }
        return Section.Table.of(
                "Pairs of the test data", List.of("one text", "other", "score", "model"), rows);
    }

    private Section shownQueries(TextEmbedder embedder) {
        List<String> ids =
                collection.queries().keySet().stream().limit(FoundTexts.QUERIES).toList();
        Set<String> texts = new LinkedHashSet<>();
        for (String id : ids) {
            collection.grades().get(id).keySet().stream()
                    .map(collection.documents()::get)
                    .forEach(texts::add);
        }
        collection.documents().values().stream().limit(MOST_SHOWN_AMONG).forEach(texts::add);
        List<String> among = List.copyOf(texts);
        Ranking ranking = Ranking.of(among, documents(embedder));
        FoundTexts found = new FoundTexts();
        for (String id : ids) {
            String query = collection.queries().get(id);
            List<Ranking.Hit> hits =
                    ranking.best(queries(embedder).embed(List.of(query)).get(0), among.size());
            Map<String, Double> grades = new HashMap<>();
            collection
                    .grades()
                    .get(id)
                    .forEach(
                            (document, grade) ->
                                    grades.merge(
                                            collection.documents().get(document),
                                            grade,
                                            Math::max));
            found.add(
                    query,
                    hits.stream().map(Ranking.Hit::text).toList(),
                    hits.stream().map(Ranking.Hit::score).toList(),
                    grades);
        }
        return found.section("What is found", among.size());
    }

    private Map<String, Double> correlations(TextEmbedder embedder, Progress progress) {
        List<float[]> left = embed(queries(embedder), column(0), progress);
        List<float[]> right = embed(documents(embedder), column(1), progress);
        double[] found = new double[scored.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = embedder.similarity().of(left.get(i), right.get(i));
        }
        double[] wanted = scored.stream().mapToDouble(ComparedTexts::score).toArray();
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("spearman", Correlation.spearman(found, wanted));
        scores.put("pearson", Correlation.pearson(found, wanted));
        return scores;
    }

    private List<String> column(int index) {
        return scored.stream().map(row -> row.texts().get(index)).toList();
    }

    private Map<String, Double> retrieval(TextEmbedder embedder, Progress progress) {
        List<String> ids = List.copyOf(collection.documents().keySet());
        List<float[]> vectors =
                embed(documents(embedder), collection.documents().values(), progress);
        List<String> asked = List.copyOf(collection.queries().keySet());
        List<float[]> queries = embed(queries(embedder), collection.queries().values(), progress);
        RetrievalMetrics metrics = new RetrievalMetrics();
        for (int q = 0; q < asked.size(); q++) {
            Map<String, Double> alike = new HashMap<>();
            for (int d = 0; d < ids.size(); d++) {
                alike.put(ids.get(d), embedder.similarity().of(queries.get(q), vectors.get(d)));
            }
            metrics.add(ranked(ids, alike), collection.grades().get(asked.get(q)));
        }
        return metrics.scores();
    }

    /** The best first; equals stay in their order. */
    static List<String> ranked(List<String> ids, Map<String, Double> scores) {
        List<String> ranked = new ArrayList<>(ids);
        ranked.sort((a, b) -> Double.compare(scores.get(b), scores.get(a)));
        return ranked;
    }
}
