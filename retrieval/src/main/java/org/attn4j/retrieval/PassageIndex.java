package org.attn4j.retrieval;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.attn4j.common.Require;
import org.attn4j.datasets.CorpusException;

/**
 * An index of passages to search in: Lucene's HNSW graph of their vectors (Malkov and Yashunin
 * 2018), and their words by BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = 0.75). It stays as it
 * was when it was opened, whoever writes to it. Any number of threads may share it.
 */
public final class PassageIndex implements Closeable {

    /** How many candidates the graph is asked for at least: more find better. */
    private static final int CANDIDATES = 100;

    private final IndexSettings settings;
    private final FSDirectory directory;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Analyzer analyzer;

    private PassageIndex(IndexSettings settings, FSDirectory directory, DirectoryReader reader) {
        this.settings = settings;
        this.directory = directory;
        this.reader = reader;
        searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
        searcher.setQueryCache(null);
        analyzer = settings.words().analyzer();
    }

    /**
     * Opens an index.
     *
     * @param folder what {@link PassageWriter} wrote
     * @return the index; close it
     * @throws CorpusException if it is no index, or damaged
     * @throws IOException if it cannot be read
     */
    public static PassageIndex open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new CorpusException(folder + " is no index: make one with 'index'");
        }
        FSDirectory directory = FSDirectory.open(folder);
        try {
            IndexSettings settings = PassageFields.settings(directory, folder.toString());
            return new PassageIndex(settings, directory, DirectoryReader.open(directory));
        } catch (CorruptIndexException
                | IndexFormatTooNewException
                | IndexFormatTooOldException e) {
            directory.close();
            throw new CorpusException(
                    "%s cannot be read (%s): make it again".formatted(folder, e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Returns how the index was made.
     *
     * @return its settings
     */
    public IndexSettings settings() {
        return settings;
    }

    /**
     * Returns how many passages there are.
     *
     * @return their number
     */
    public int size() {
        return reader.numDocs();
    }

    /**
     * Finds the passages whose vectors are nearest, as far as the graph leads to them.
     *
     * @param query the query's vector
     * @param count how many
     * @return the passages, the nearest first, with the model's similarity
     * @throws IllegalArgumentException if the vector has another number of numbers
     * @throws IOException if the index cannot be read
     */
    public List<Hit> byVector(float[] query, int count) throws IOException {
        int dimension = settings.model().dimension();
        Require.that(
                query.length == dimension,
                "the index has vectors of %s numbers, got %s",
                dimension,
                query.length);
        var similarity = settings.model().similarity();
        return hits(
                new KnnFloatVectorQuery(
                        PassageFields.VECTOR,
                        PassageFields.vector(query, similarity),
                        Math.max(count, CANDIDATES)),
                count,
                score -> PassageFields.similarity(score, similarity));
    }

    /**
     * Finds the passages that have the words of a query.
     *
     * @param query the query, of words alone: nothing in it is an operator
     * @param count how many
     * @return the passages, the best first, with BM25's score
     * @throws IllegalArgumentException if the query has more different words than Lucene takes
     * @throws IOException if the index cannot be read
     */
    public List<Hit> byWords(String query, int count) throws IOException {
        Query words;
        try {
            words = new QueryBuilder(analyzer).createBooleanQuery(PassageFields.WORDS, query);
        } catch (IndexSearcher.TooManyClauses e) {
            throw new IllegalArgumentException(
                    "the query has more than %s words: shorten it"
                            .formatted(IndexSearcher.getMaxClauseCount()),
                    e);
        }
        return words == null ? List.of() : hits(words, count, score -> score);
    }

    /**
     * Finds passages by vector and by words, and makes one ranking of both by {@link
     * Fusion#reciprocalRank}.
     *
     * @param query the query
     * @param vector its vector
     * @param count how many
     * @return the passages, the best first, with their sums of reciprocal ranks
     * @throws IllegalArgumentException as {@link #byVector} and {@link #byWords} do
     * @throws IOException if the index cannot be read
     */
    public List<Hit> byBoth(String query, float[] vector, int count) throws IOException {
        int each = Math.max(count, CANDIDATES);
        List<Hit> fused =
                Fusion.reciprocalRank(
                        List.of(byVector(vector, each), byWords(query, each)), Fusion.DEFAULT_K);
        return fused.subList(0, Math.min(count, fused.size()));
    }

    /**
     * Returns what vector and words of a passage were made of.
     *
     * @param passage a passage of this index
     * @return its text, behind its title where the index has these
     */
    public String searchedText(Passage passage) {
        return PassageFields.searched(passage.title(), passage.text(), settings);
    }

    private List<Hit> hits(Query query, int count, DoubleUnaryOperator score) throws IOException {
        Require.atLeast("count", count, 1);
        List<Hit> hits = new ArrayList<>();
        for (ScoreDoc each : searcher.search(query, count).scoreDocs) {
            Passage passage = PassageFields.passage(searcher.storedFields().document(each.doc));
            hits.add(new Hit(passage, score.applyAsDouble(each.score)));
        }
        return hits;
    }

    @Override
    public void close() throws IOException {
        analyzer.close();
        reader.close();
        directory.close();
    }
}
