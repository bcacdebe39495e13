package org.attn4j.cli.retrieval;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.attn4j.common.Require;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.LineReader;
import org.attn4j.models.metric.RetrievalMetrics;
import org.attn4j.retrieval.Hit;
import org.attn4j.retrieval.Passage;

/**
 * Queries with the documents that are relevant to them.
 *
 * @param queries the texts of the queries by their ids
 * @param grades how relevant documents are, by query and document
 * @param metrics which means are wanted
 */
record RetrievalEvaluation(
        Map<String, String> queries,
        Map<String, Map<String, Double>> grades,
        List<String> metrics) {

    private static final int PASSAGES = 300; // a document may have several
    private static final int DOCUMENTS = 100;
    private static final int QUERIES_TOGETHER = 64;
    private static final List<String> TEXT = List.of("text", "query", "question");
    private static final List<String> QUERY_ID =
            List.of("query-id", "query_id", "qid", "_id", "id");
    private static final List<String> DOCUMENT =
            List.of("corpus-id", "corpus_id", "doc_id", "docid", "passage");
    private static final List<String> GRADE = List.of("score", "relevant", "relevance");

    static RetrievalEvaluation read(Path queries, Path qrels, List<String> metrics)
            throws IOException {
        Set<String> known = new TreeSet<>(new RetrievalMetrics().names());
        for (String name : metrics) {
            Require.that(known.contains(name), "--metrics must be of %s, got %s", known, name);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Row row : rows(queries)) {
            texts.put(row.need(QUERY_ID), row.need(TEXT));
        }
        Map<String, Map<String, Double>> grades = new LinkedHashMap<>();
        for (Row row : rows(qrels)) {
            String query = row.need(QUERY_ID);
            if (!texts.containsKey(query)) {
                throw new CorpusException(
                        "%s is of the query %s, which %s does not have"
                                .formatted(row.place(), query, queries));
            }
            grades.computeIfAbsent(query, it -> new LinkedHashMap<>())
                    .put(row.need(DOCUMENT), row.grade());
        }
        return new RetrievalEvaluation(texts, grades, metrics);
    }

    /** The fields of a line by their names. */
    private record Row(String place, Map<String, String> fields) {

        String need(List<String> names) throws CorpusException {
            for (String name : names) {
                if (fields.containsKey(name)) {
                    return fields.get(name);
                }
            }
            throw new CorpusException(
                    "%s has none of the fields %s, only %s"
                            .formatted(place, names, fields.keySet()));
        }

        double grade() throws CorpusException {
            boolean given = GRADE.stream().anyMatch(fields::containsKey);
            String text = given ? need(GRADE) : "1";
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new CorpusException(
                        "%s has the grade '%s', which is no number".formatted(place, text), e);
            }
        }
    }

    private static List<Row> rows(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean tabs = file.getFileName().toString().replaceFirst("\\.gz$", "").endsWith(".tsv");
        try (LineReader reader = LineReader.open(file, LineLimit.DEFAULT)) {
            String[] names = tabs ? header(file, reader) : null;
            long number = tabs ? 2 : 1;
            for (String line = reader.next(); line != null; line = reader.next(), number++) {
                String place = "%s, line %s,".formatted(file, number);
                if (!line.isBlank()) {
                    rows.add(new Row(place, tabs ? cells(line, names, place) : keys(line, place)));
                }
            }
        }
        return rows;
    }

    private static String[] header(Path file, LineReader reader) throws IOException {
        String line = reader.next();
        if (line == null) {
            throw new CorpusException(file + " is empty, where a header is wanted");
        }
        return line.split("\t", -1);
    }

    private static Map<String, String> cells(String line, String[] names, String place)
            throws CorpusException {
        String[] cells = line.split("\t", -1);
        if (cells.length != names.length) {
            throw new CorpusException(
                    "%s has %s columns, but the header names %s"
                            .formatted(place, cells.length, names.length));
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            fields.put(names[i], cells[i]);
        }
        return fields;
    }

    private static Map<String, String> keys(String line, String place) throws CorpusException {
        JsonElement parsed;
        try {
            parsed = JsonParser.parseString(line);
        } catch (JsonParseException | StackOverflowError e) {
            throw new CorpusException(place + " is not JSON: a line is one object", e);
        }
        if (!(parsed instanceof JsonObject object)) {
            throw new CorpusException(place + " is no JSON object: a line is one object");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        object.entrySet().stream()
                .filter(it -> it.getValue().isJsonPrimitive())
                .forEach(it -> fields.put(it.getKey(), it.getValue().getAsString()));
        return fields;
    }

    /** How many queries have a relevant document. */
    int size() {
        return judged().size();
    }

    private List<String> judged() {
        return queries.keySet().stream()
                .filter(
                        it ->
                                grades.getOrDefault(it, Map.of()).values().stream()
                                        .anyMatch(grade -> grade > 0))
                .toList();
    }

    Map<String, Double> scores(Retriever retriever) throws IOException {
        RetrievalMetrics means = new RetrievalMetrics();
        List<String> ids = judged();
        for (int from = 0; from < ids.size(); from += QUERIES_TOGETHER) {
            List<String> some = ids.subList(from, Math.min(from + QUERIES_TOGETHER, ids.size()));
            List<List<Hit>> found =
                    retriever.find(some.stream().map(queries::get).toList(), PASSAGES);
            for (int i = 0; i < some.size(); i++) {
                means.add(documents(found.get(i)), grades.get(some.get(i)));
            }
        }
        Map<String, Double> all = means.scores();
        Map<String, Double> wanted = new LinkedHashMap<>();
        metrics.forEach(name -> wanted.put(name, all.get(name)));
        return wanted;
    }

    /** Documents in the order of their best passages. */
    private static List<String> documents(List<Hit> hits) {
        Set<String> documents = new LinkedHashSet<>();
        hits.stream().map(Hit::passage).map(RetrievalEvaluation::name).forEach(documents::add);
        return documents.stream().limit(DOCUMENTS).toList();
    }

    /** The id of a record, or of a file its name without the ending. */
    private static String name(Passage passage) {
        String file = Path.of(passage.source()).getFileName().toString();
        int dot = file.lastIndexOf('.');
        return passage.id().isEmpty()
                ? file.substring(0, dot < 1 ? file.length() : dot)
                : passage.id();
    }
}
