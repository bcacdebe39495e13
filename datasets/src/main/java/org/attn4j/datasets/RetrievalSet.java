package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * Documents, queries, and which documents are relevant to which query: the collections of
 * information retrieval.
 *
 * @param documents the texts of the documents by their ids, in the order of the file
 * @param queries the texts of the queries that have a judgement, by their ids
 * @param grades for each of these queries the judged documents and how relevant they are; above 0
 *     is relevant
 */
public record RetrievalSet(
        Map<String, String> documents,
        Map<String, String> queries,
        Map<String, Map<String, Double>> grades) {

    /**
     * Constructs a set.
     *
     * @throws IllegalArgumentException if queries and judgements are not of the same ids, or a
     *     judged document is missing
     */
    public RetrievalSet {
        Require.that(
                queries.keySet().equals(grades.keySet()),
                "every query must have judgements, and every judgement a query");
        for (Map<String, Double> judged : grades.values()) {
            for (String document : judged.keySet()) {
                Require.that(
                        documents.containsKey(document),
                        "a document is judged that is not there: %s",
                        document);
            }
        }
    }

    /**
     * The fields of the files.
     *
     * @param id the field of a document's id
     * @param title the field of its title, which is put before its text; empty for none
     * @param text the field of its text
     * @param queryId the field of a query's id
     * @param queryText the field of its text
     * @param queryDocument the field of the id of the document that answers it, in the file of
     *     queries; empty if a file of judgements tells
     * @param judgedQuery the field of the query in the file of judgements
     * @param judgedDocument the field of the document there
     * @param grade the field of the grade there
     */
    public record Fields(
            String id,
            String title,
            String text,
            String queryId,
            String queryText,
            String queryDocument,
            String judgedQuery,
            String judgedDocument,
            String grade) {

        /** Those of BEIR's files. */
        public static final Fields BEIR =
                new Fields(
                        "_id",
                        "title",
                        "text",
                        "_id",
                        "text",
                        "",
                        "query-id",
                        "corpus-id",
                        "score");

        public Fields {
            for (String field : List.of(id, text, queryId, queryText)) {
                Require.that(!field.isBlank(), "the fields of ids and texts must be named");
            }
            for (String field : List.of(title, queryDocument, judgedQuery, judgedDocument, grade)) {
                Objects.requireNonNull(field, "field");
            }
        }
    }

    /**
     * Reads a collection in the layout of BEIR: {@code corpus.jsonl}, {@code queries.jsonl} and
     * {@code qrels/SPLIT.tsv}.
     *
     * @param folder its folder
     * @param split such as {@code test}
     * @return the collection, with the queries that the split judges
     * @throws IOException if a file cannot be read or a field is missing
     */
    public static RetrievalSet beir(Path folder, String split) throws IOException {
        return read(
                folder.resolve("corpus.jsonl"),
                folder.resolve("queries.jsonl"),
                folder.resolve("qrels").resolve(split + ".tsv"),
                Fields.BEIR);
    }

    /**
     * Reads a collection. A file may hold some of the queries, and judgements of some: those count
     * that are in both.
     *
     * @param corpus the file of documents, JSON lines or tab-separated values
     * @param queries the file of queries
     * @param judgements the file of judgements; null if the queries name their document
     * @param fields the fields of the files
     * @return the collection
     * @throws IOException if a file cannot be read, a field is missing, an id occurs twice, or a
     *     judgement names something that is not there
     */
    public static RetrievalSet read(Path corpus, Path queries, Path judgements, Fields fields)
            throws IOException {
        Map<String, String> documents = documents(corpus, fields);
        Map<String, String> asked = new LinkedHashMap<>();
        Map<String, Map<String, Double>> grades = new LinkedHashMap<>();
        boolean named = judgements == null;
        List<String> wanted = new ArrayList<>(List.of(fields.queryId, fields.queryText));
        if (named) {
            Require.that(
                    !fields.queryDocument.isEmpty(),
                    "give a file of judgements, or the field of a query's document");
            wanted.add(fields.queryDocument);
        }
        for (FieldFile.Line line : FieldFile.of(queries, wanted.toArray(String[]::new)).readAll()) {
            String id = line.text(fields.queryId);
            putOnce(asked, id, notEmpty(line, fields.queryText), line);
            if (named) {
                Map<String, Double> relevant = new LinkedHashMap<>();
                for (String document : line.values().get(fields.queryDocument)) {
                    relevant.put(known(documents, document, line, corpus), 1.0);
                }
                grades.put(id, relevant);
            }
        }
        if (!named) {
            judge(judgements, fields, documents, corpus, asked, grades);
        }
        asked.keySet().retainAll(grades.keySet());
        if (asked.isEmpty()) {
            throw new CorpusException(queries + " holds no query with a judgement");
        }
        return new RetrievalSet(documents, asked, grades);
    }

    private static Map<String, String> documents(Path corpus, Fields fields) throws IOException {
        List<String> wanted = new ArrayList<>(List.of(fields.id, fields.text));
        if (!fields.title.isEmpty()) {
            wanted.add(fields.title);
        }
        Map<String, String> documents = new LinkedHashMap<>();
        for (FieldFile.Line line : FieldFile.of(corpus, wanted.toArray(String[]::new)).readAll()) {
            String title = fields.title.isEmpty() ? "" : line.text(fields.title);
            String text = line.text(fields.text);
            String whole = title.isBlank() ? text : title + ". " + text;
            putOnce(documents, line.text(fields.id), whole, line);
        }
        return documents;
    }

    private static void judge(
            Path judgements,
            Fields fields,
            Map<String, String> documents,
            Path corpus,
            Map<String, String> asked,
            Map<String, Map<String, Double>> grades)
            throws IOException {
        FieldFile file =
                FieldFile.of(judgements, fields.judgedQuery, fields.judgedDocument, fields.grade);
        for (FieldFile.Line line : file.readAll()) {
            String query = line.text(fields.judgedQuery);
            String document = known(documents, line.text(fields.judgedDocument), line, corpus);
            double grade = line.number(fields.grade);
            if (asked.containsKey(query)) {
                grades.computeIfAbsent(query, id -> new LinkedHashMap<>())
                        .merge(document, grade, Math::max);
            }
        }
    }

    private static String notEmpty(FieldFile.Line line, String field) throws CorpusException {
        String text = line.text(field);
        if (text.isBlank()) {
            throw new CorpusException(
                    "%s has an empty text in the field \"%s\": fill it or remove the line"
                            .formatted(line.place(), field));
        }
        return text;
    }

    private static void putOnce(
            Map<String, String> texts, String id, String text, FieldFile.Line line)
            throws CorpusException {
        if (texts.putIfAbsent(id, text) != null) {
            throw new CorpusException(
                    "%s has the id \"%s\", which a line before has: ids must be unique"
                            .formatted(line.place(), id));
        }
    }

    private static String known(
            Map<String, String> texts, String id, FieldFile.Line line, Path file)
            throws CorpusException {
        if (!texts.containsKey(id)) {
            throw new CorpusException(
                    "%s names \"%s\", which %s does not hold".formatted(line.place(), id, file));
        }
        return id;
    }

    /**
     * Returns each query with each document that is relevant to it.
     *
     * @return pairs of texts without a score, in the order of the queries
     */
    public List<ComparedTexts> pairs() {
        List<ComparedTexts> pairs = new ArrayList<>();
        grades.forEach(
                (query, judged) ->
                        judged.forEach(
                                (document, grade) -> {
                                    if (grade > 0) {
                                        List<String> texts =
                                                List.of(
                                                        queries.get(query),
                                                        documents.get(document));
                                        pairs.add(
                                                new ComparedTexts(
                                                        texts, Double.NaN, "query " + query));
                                    }
                                }));
        return pairs;
    }
}
