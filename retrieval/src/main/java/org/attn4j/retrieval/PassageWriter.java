package org.attn4j.retrieval;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.BytesRef;
import org.attn4j.common.Require;
import org.attn4j.datasets.CorpusException;
import org.attn4j.retrieval.document.Document;

/**
 * Writes an index of passages. All passages of a document are put in one step, and what was
 * committed stays whatever happens to the process: one that goes on finds each document whole or
 * not at all.
 */
public final class PassageWriter implements Closeable {

    private static final double BUFFER_MB = 64;

    private final IndexSettings settings;
    private final FSDirectory directory;
    private final IndexWriter writer;
    private final DirectoryReader before;
    private final IndexSearcher searcher;

    private PassageWriter(IndexSettings settings, FSDirectory directory, IndexWriter writer)
            throws IOException {
        this.settings = settings;
        this.directory = directory;
        this.writer = writer;
        before = DirectoryReader.open(writer);
        searcher = new IndexSearcher(before);
        searcher.setQueryCache(null);
    }

    /**
     * Makes an index, or goes on with one.
     *
     * @param folder an index, an empty folder, or a folder to be made
     * @param settings how it is made
     * @return the writer, alone with its index; close it
     * @throws IllegalArgumentException if the index was made with another model or otherwise
     * @throws CorpusException if the folder holds something else, or the index is damaged
     * @throws IOException if it cannot be written, or somebody else writes it
     */
    public static PassageWriter open(Path folder, IndexSettings settings) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new CorpusException(folder + " is a file, where a folder is wanted");
        }
        Files.createDirectories(folder);
        FSDirectory directory = FSDirectory.open(folder);
        IndexWriter writer = null;
        try {
            boolean exists = DirectoryReader.indexExists(directory);
            if (exists) {
                String difference =
                        PassageFields.settings(directory, folder.toString()).difference(settings);
                Require.that(
                        difference == null,
                        "%s was made with %s: give what it was made with, or another folder",
                        folder,
                        difference);
            } else {
                requireNothingElse(folder);
            }
            writer = writer(directory, settings, folder);
            PassageWriter opened = new PassageWriter(settings, directory, writer);
            if (!exists) {
                opened.commit();
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            if (writer != null) {
                writer.rollback();
            }
            directory.close();
            throw e;
        }
    }

    /** What a writer that was killed at once may have left is Lucene's own. */
    private static void requireNothingElse(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> others =
                    files.map(it -> it.getFileName().toString())
                            .filter(it -> !it.equals(IndexWriter.WRITE_LOCK_NAME))
                            .filter(it -> !IndexFileNames.CODEC_FILE_PATTERN.matcher(it).matches())
                            .filter(it -> !it.startsWith(IndexFileNames.PENDING_SEGMENTS))
                            .sorted()
                            .toList();
            if (!others.isEmpty()) {
                throw new CorpusException(
                        "%s is no index and holds %s: give an empty or a new folder"
                                .formatted(folder, others.get(0)));
            }
        }
    }

    /** Merges happen where they are due and not where a timer says: an index can be made again. */
    private static IndexWriter writer(FSDirectory directory, IndexSettings settings, Path folder)
            throws IOException {
        IndexWriterConfig config =
                new IndexWriterConfig(settings.words().analyzer())
                        .setCodec(PassageFields.codec(settings.quantization()))
                        .setSimilarity(new BM25Similarity())
                        .setMergeScheduler(new SerialMergeScheduler())
                        .setRAMBufferSizeMB(BUFFER_MB)
                        .setCommitOnClose(false);
        try {
            return new IndexWriter(directory, config);
        } catch (LockObtainFailedException e) {
            throw new CorpusException(
                    folder + " is being written by another process: wait for it", e);
        }
    }

    /**
     * Returns whether a document was in the index when this writer was opened.
     *
     * @param document the document
     * @return whether it was there, though with another content
     * @throws IOException if the index cannot be read
     */
    public boolean knows(Document document) throws IOException {
        return found(document).scoreDocs.length > 0;
    }

    /**
     * Returns whether a document was in the index, with this very content, when this writer was
     * opened.
     *
     * @param document the document
     * @return whether there is nothing to do
     * @throws IOException if the index cannot be read
     */
    public boolean holds(Document document) throws IOException {
        TopDocs found = found(document);
        return found.scoreDocs.length > 0
                && document.digest()
                        .equals(
                                searcher.storedFields()
                                        .document(found.scoreDocs[0].doc)
                                        .get(PassageFields.DIGEST));
    }

    private TopDocs found(Document document) throws IOException {
        return searcher.search(new TermQuery(new Term(PassageFields.DOCUMENT, document.key())), 1);
    }

    /**
     * Puts a document into the index, in place of what is there of it.
     *
     * @param document the document
     * @param chunks its passages; none takes the document out
     * @param vectors a vector for each
     * @throws IOException if the index cannot be written
     */
    public void put(Document document, List<Chunk> chunks, List<float[]> vectors)
            throws IOException {
        Require.that(
                chunks.size() == vectors.size(),
                "each passage needs a vector, got %s passages and %s vectors",
                chunks.size(),
                vectors.size());
        Term term = new Term(PassageFields.DOCUMENT, document.key());
        if (chunks.isEmpty()) {
            writer.deleteDocuments(term);
            return;
        }
        String digest = document.digest();
        List<org.apache.lucene.document.Document> passages = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            passages.add(
                    PassageFields.document(
                            document.key(),
                            digest,
                            passage(document, chunks.get(i)),
                            vectors.get(i),
                            settings));
        }
        writer.updateDocuments(term, passages);
    }

    private static Passage passage(Document document, Chunk chunk) {
        return new Passage(
                document.source(),
                document.id(),
                document.title(),
                document.text().substring(chunk.start(), chunk.end()),
                chunk.start(),
                chunk.end());
    }

    /**
     * Takes documents out that were in the index when this writer was opened.
     *
     * @param gone whether the document of a {@link Document#key} is taken out
     * @return how many documents were
     * @throws IOException if the index cannot be read or written
     */
    public int remove(Predicate<String> gone) throws IOException {
        Terms keys = MultiTerms.getTerms(before, PassageFields.DOCUMENT);
        if (keys == null) {
            return 0;
        }
        int removed = 0;
        TermsEnum each = keys.iterator();
        for (BytesRef key = each.next(); key != null; key = each.next()) {
            Term term = new Term(PassageFields.DOCUMENT, BytesRef.deepCopyOf(key));
            if (gone.test(key.utf8ToString()) && searcher.count(new TermQuery(term)) > 0) {
                writer.deleteDocuments(term);
                removed++;
            }
        }
        return removed;
    }

    /**
     * Makes all that was done so far last.
     *
     * @throws IOException if it cannot be written; the index is then as it was at the last commit
     */
    public void commit() throws IOException {
        writer.setLiveCommitData(Map.of(PassageFields.SETTINGS, settings.json()).entrySet());
        writer.commit();
    }

    /** Leaves the index as it was at the last commit. */
    @Override
    public void close() throws IOException {
        before.close();
        writer.rollback();
        directory.close();
    }
}
