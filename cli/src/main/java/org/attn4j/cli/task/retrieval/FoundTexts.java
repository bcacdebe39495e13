package org.attn4j.cli.task.retrieval;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.attn4j.cli.report.Section;

/** What was found for some queries, the best first, as a table of a page. */
final class FoundTexts {

    /** The queries that a page shows. */
    static final int QUERIES = 8;

    private static final int RANKS = 3;
    private static final int MOST_CHARACTERS = 300;

    private final List<List<String>> rows = new ArrayList<>();
    private final Set<Integer> wrong = new HashSet<>();

    /**
     * Adds a query.
     *
     * @param texts the best first
     * @param scores of the texts
     * @param grades of those that answer it
     */
    void add(String query, List<String> texts, List<Double> scores, Map<String, Double> grades) {
        for (int rank = 0; rank < Math.min(RANKS, texts.size()); rank++) {
            String text = texts.get(rank);
            if (grades.getOrDefault(text, 0.0) <= 0) {
                wrong.add(rows.size());
            }
            rows.add(
                    List.of(
                            rank == 0 ? query : "",
                            String.valueOf(rank + 1),
                            String.format(Locale.ROOT, "%.3f", scores.get(rank)),
                            shortened(text)));
        }
    }

    private static String shortened(String text) {
        int characters = text.codePointCount(0, text.length());
        return characters <= MOST_CHARACTERS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS)) + "…";
    }

    /** The table. */
    Section section(String title, int among) {
        return new Section.Table(
                title,
                String.format(
                        Locale.ROOT,
                        "The best of %,d texts for each query; marked are those that do not answer it.",
                        among),
                List.of("query", "rank", "score", "text"),
                rows,
                wrong);
    }
}
