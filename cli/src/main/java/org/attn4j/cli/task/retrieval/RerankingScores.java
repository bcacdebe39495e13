package org.attn4j.cli.task.retrieval;

import ai.djl.util.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.attn4j.cli.report.Section;
import org.attn4j.common.Require;
import org.attn4j.datasets.ComparedTexts;
import org.attn4j.datasets.RetrievalSet;
import org.attn4j.models.metric.RetrievalMetrics;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.task.TextReranker;
import org.attn4j.models.training.StopSignal;

/** How well a reranker puts candidates in order. */
final class RerankingScores {

    private final List<Asked> asked;

    private RerankingScores(List<Asked> asked) {
        this.asked = asked;
    }

    /**
     * A query and what is ranked for it.
     *
     * @param candidates the texts, in the order of the retriever
     * @param grades of texts; those that are no candidate count as not found
     */
    private record Asked(String query, List<String> candidates, Map<String, Double> grades) {}

    /**
     * @param source pairs with scores, of which those with one query are its candidates, or queries
     *     with what answers them
     * @param retriever finds candidates; null for those that answer and random ones
     */
    static RerankingScores on(
            TextSource source, RerankingConfig config, TextEmbedder retriever, int queries)
            throws IOException {
        List<Asked> all =
                source.score().isEmpty()
                        ? retrieved(
                                source.ranked(config.data().path()).orElseThrow(),
                                config,
                                retriever,
                                queries)
                        : grouped(source.compared(config.data().path()));
        boolean some = queries > 0 && queries < all.size();
        return new RerankingScores(some ? all.subList(0, queries) : all);
    }

    private static List<Asked> grouped(List<ComparedTexts> pairs) {
        Map<String, Map<String, Double>> byQuery = new LinkedHashMap<>();
        for (ComparedTexts pair : pairs) {
            Require.that(
                    pair.texts().size() == 2,
                    "a scored row must be a pair, got %s texts at %s",
                    pair.texts().size(),
                    pair.place());
            byQuery.computeIfAbsent(pair.texts().get(0), it -> new LinkedHashMap<>())
                    .put(pair.texts().get(1), pair.score());
        }
        List<Asked> asked = new ArrayList<>();
        byQuery.forEach(
                (query, grades) ->
                        asked.add(new Asked(query, List.copyOf(grades.keySet()), grades)));
        return asked;
    }

    private static List<Asked> retrieved(
            RetrievalSet set, RerankingConfig config, TextEmbedder retriever, int queries) {
        List<String> texts = List.copyOf(new LinkedHashSet<>(set.documents().values()));
        Ranking ranking = null;
        Map<String, float[]> vectors = Map.of();
        List<String> ids = new ArrayList<>(set.queries().keySet());
        if (queries > 0 && queries < ids.size()) {
            ids = ids.subList(0, queries);
        }
        if (retriever != null) {
            ranking = Ranking.of(texts, EmbeddingScores.documents(retriever));
            vectors =
                    Ranking.vectors(
                            ids.stream().map(set.queries()::get).distinct().toList(),
                            EmbeddingScores.queries(retriever));
        }
        Random random = new Random(config.seed());
        List<Asked> asked = new ArrayList<>();
        for (String id : ids) {
            String query = set.queries().get(id);
            Map<String, Double> grades = new HashMap<>();
            set.grades()
                    .get(id)
                    .forEach(
                            (document, grade) ->
                                    grades.merge(set.documents().get(document), grade, Math::max));
            int count = config.candidates().count();
            List<String> candidates =
                    ranking == null
                            ? among(texts, grades, count, random)
                            : ranking.best(vectors.get(query), count).stream()
                                    .map(Ranking.Hit::text)
                                    .toList();
            asked.add(new Asked(query, candidates, grades));
        }
        return asked;
    }

    /** The texts that answer, and random ones, in any order. */
    private static List<String> among(
            List<String> texts, Map<String, Double> grades, int count, Random random) {
        Set<String> chosen = new LinkedHashSet<>();
        grades.forEach(
                (text, grade) -> {
                    if (grade > 0) {
                        chosen.add(text);
                    }
                });
        int most = Math.min(texts.size(), Math.max(count, chosen.size()));
        while (chosen.size() < most) {
            chosen.add(texts.get(random.nextInt(texts.size())));
        }
        List<String> candidates = new ArrayList<>(chosen);
        Collections.shuffle(candidates, random);
        return candidates;
    }

    int queries() {
        return asked.size();
    }

    /** The metrics of the order that the candidates are given in. */
    Map<String, Double> before() {
        RetrievalMetrics metrics = new RetrievalMetrics();
        asked.forEach(each -> metrics.add(each.candidates(), each.grades()));
        return metrics.scores();
    }

    /** The first queries and what the reranker puts first for them. */
    Section shown(TextReranker reranker) {
        FoundTexts found = new FoundTexts();
        int most = 0;
        for (Asked each : asked.subList(0, Math.min(FoundTexts.QUERIES, asked.size()))) {
            float[] scores = reranker.score(each.query(), each.candidates());
            Map<String, Double> byText = new HashMap<>();
            for (int i = 0; i < scores.length; i++) {
                byText.put(each.candidates().get(i), (double) scores[i]);
            }
            List<String> ranked = EmbeddingScores.ranked(each.candidates(), byText);
            found.add(
                    each.query(), ranked, ranked.stream().map(byText::get).toList(), each.grades());
            most = Math.max(most, ranked.size());
        }
        return found.section("What is put first", most);
    }

    /** The metrics of the reranker's order; none if the run is asked to stop meanwhile. */
    Map<String, Double> of(TextReranker reranker, StopSignal stop, Progress progress) {
        RetrievalMetrics metrics = new RetrievalMetrics();
        for (Asked each : asked) {
            if (stop != null && stop.isRequested()) {
                return Map.of();
            }
            float[] scores = reranker.score(each.query(), each.candidates());
            Map<String, Double> byText = new HashMap<>();
            for (int i = 0; i < scores.length; i++) {
                byText.put(each.candidates().get(i), (double) scores[i]);
            }
            metrics.add(EmbeddingScores.ranked(each.candidates(), byText), each.grades());
            if (progress != null) {
                progress.increment(1);
            }
        }
        return metrics.scores();
    }
}
