package org.attn4j.cli.task.retrieval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.attn4j.common.Require;
import org.attn4j.datasets.ComparedTexts;
import org.attn4j.datasets.RetrievalSet;

/**
 * Where the texts of a split come from: a file of texts that are compared, or the queries of a
 * retrieval collection.
 *
 * @param file a TSV or JSON-lines file of compared texts
 * @param texts the columns (from 1, or by the names of the first line) or keys of the texts
 * @param score that of their score or label; empty for none
 * @param highest the highest score, by which all are divided
 * @param header whether the first line of a TSV file holds names though none is asked for
 * @param corpus instead of {@code file}, a file of documents
 * @param queries and one of queries
 * @param judgements and one of judgements; empty if each query names its document
 * @param fields keys or columns of these files
 */
record TextSource(
        String file,
        List<String> texts,
        String score,
        double highest,
        boolean header,
        String corpus,
        String queries,
        String judgements,
        RetrievalSet.Fields fields) {

    static final TextSource NONE =
            new TextSource(
                    "",
                    List.of("1", "2"),
                    "",
                    1,
                    false,
                    "",
                    "",
                    "",
                    new RetrievalSet.Fields(
                            "id", "", "text", "id", "text", "", "query_id", "doc_id", "relevant"));

    TextSource {
        Require.that(
                file.isEmpty() || corpus.isEmpty() && queries.isEmpty(),
                "give either file, or corpus and queries, got file=%s, corpus=%s, queries=%s",
                file,
                corpus,
                queries);
        Require.that(
                corpus.isEmpty() == queries.isEmpty(),
                "corpus and queries go together, got corpus=%s, queries=%s",
                corpus,
                queries);
        new ComparedTexts.Fields(texts, score, highest);
    }

    boolean isGiven() {
        return !file.isEmpty() || !corpus.isEmpty();
    }

    String name() {
        return file.isEmpty() ? queries : file;
    }

    boolean isCollection() {
        return !corpus.isEmpty();
    }

    /** The collection, of a source that is one. */
    RetrievalSet collection(Path folder) throws IOException {
        return RetrievalSet.read(
                folder.resolve(corpus),
                folder.resolve(queries),
                judgements.isEmpty() ? null : folder.resolve(judgements),
                fields);
    }

    /** The texts that are compared; each query with each of its documents of a collection. */
    List<ComparedTexts> compared(Path folder) throws IOException {
        return isCollection()
                ? collection(folder).pairs()
                : ComparedTexts.read(
                        folder.resolve(file),
                        new ComparedTexts.Fields(texts, score, highest),
                        header);
    }

    /**
     * What is ranked for what: the collection, or each first text with the second ones of all rows,
     * of which its own is right. Empty if the texts have scores, or stand alone.
     */
    Optional<RetrievalSet> ranked(Path folder) throws IOException {
        if (isCollection()) {
            return Optional.of(collection(folder));
        }
        List<ComparedTexts> rows = compared(folder);
        if (!score.isEmpty() || rows.get(0).texts().size() < 2) {
            return Optional.empty();
        }
        Map<String, String> documents = new TreeMap<>();
        Map<String, String> asked = new TreeMap<>();
        Map<String, Map<String, Double>> grades = new TreeMap<>();
        for (ComparedTexts row : rows) {
            String query = row.texts().get(0);
            row.texts().stream().skip(1).forEach(text -> documents.put(text, text));
            asked.put(query, query);
            grades.computeIfAbsent(query, it -> new TreeMap<>()).put(row.texts().get(1), 1.0);
        }
        return Optional.of(new RetrievalSet(documents, asked, grades));
    }
}
