package org.attn4j.retrieval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.retrieval.document.Document;
import org.attn4j.retrieval.document.DocumentFiles;
import org.attn4j.retrieval.document.RecordFields;

/**
 * Brings an index up to date with files: documents that it holds are passed over, changed ones
 * replaced. What cannot be read is told and does not keep the others back.
 */
public final class Indexer {

    private static final int PASSAGES_TOGETHER = 64;
    private static final int PASSAGES_PER_COMMIT = 1024;

    private final PassageWriter writer;
    private final IndexSettings settings;
    private final Chunker chunker;
    private final Function<List<String>, List<Outcome<float[]>>> embedder;
    private final Consumer<IndexReport> listener;

    private final List<Pending> pending = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final Set<String> unread = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private int waiting;
    private int uncommitted;
    private int read;
    private int added;
    private int replaced;
    private int unchanged;
    private int empty;
    private long passages;

    /**
     * Creates an indexer, for one use.
     *
     * @param writer the index
     * @param settings its settings
     * @param chunker cuts documents
     * @param embedder gives a vector for each text
     * @param listener is told how far it is, after each document that took time
     */
    public Indexer(
            PassageWriter writer,
            IndexSettings settings,
            Chunker chunker,
            Function<List<String>, List<Outcome<float[]>>> embedder,
            Consumer<IndexReport> listener) {
        this.writer = writer;
        this.settings = settings;
        this.chunker = chunker;
        this.embedder = embedder;
        this.listener = listener;
    }

    /** A document that waits to be embedded with others. */
    private record Pending(Document document, List<Chunk> chunks, boolean known) {}

    /**
     * Reads all files into the index.
     *
     * @param files the files
     * @param fields what the fields of records are called
     * @param prune whether documents are taken out that are in none of the files; those of files
     *     that could not be read whole stay
     * @return what was done, all of which is committed
     * @throws IOException if the index cannot be written
     */
    public IndexReport index(DocumentFiles files, RecordFields fields, boolean prune)
            throws IOException {
        for (DocumentFiles.Found file : files.files()) {
            String source = file.path().toString();
            try {
                file.format().reader(fields).read(file.path(), source, this::take);
            } catch (WritingFailed e) {
                throw e.getCause();
            } catch (IOException | IllegalArgumentException e) {
                unread.add(source);
                problems.add(problem(source, e));
            }
            read++;
        }
        write();
        int removed = prune ? writer.remove(this::isGone) : 0;
        writer.commit();
        return report(removed);
    }

    private static String problem(String source, Exception e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof FileSystemException failed) {
            String reason = failed.getReason();
            return "%s cannot be read: %s"
                    .formatted(source, reason == null ? e.getClass().getSimpleName() : reason);
        }
        return message.contains(source) ? message : source + " cannot be read: " + message;
    }

    private boolean isGone(String key) {
        int tab = key.indexOf('\t');
        return !seen.contains(key) && !unread.contains(tab < 0 ? key : key.substring(0, tab));
    }

    /** Tells a failure of the index from one of the file that is being read. */
    private static final class WritingFailed extends UncheckedIOException {

        private static final long serialVersionUID = 1L;

        WritingFailed(IOException cause) {
            super(cause);
        }
    }

    private void take(Document document) {
        if (!seen.add(document.key())) {
            problems.add(
                    "%s has two documents of the id %s: the first was taken"
                            .formatted(document.source(), document.id()));
            return;
        }
        try {
            boolean known = writer.knows(document);
            if (known && writer.holds(document)) {
                unchanged++;
                return;
            }
            int reserved = settings.withTitle() ? reserved(document) : 0;
            List<Chunk> chunks = chunker.chunks(document.text(), reserved);
            if (chunks.isEmpty()) {
                empty++;
            }
            pending.add(new Pending(document, chunks, known));
            waiting += chunks.size();
            if (waiting >= PASSAGES_TOGETHER) {
                write();
            }
        } catch (IOException e) {
            throw new WritingFailed(e);
        }
    }

    private int reserved(Document document) {
        int tokens = chunker.count(document.title());
        if (tokens <= settings.chunkTokens() / 2) {
            return tokens;
        }
        throw new IllegalArgumentException(
                "%s has a title of %s tokens, more than half of a passage"
                        .formatted(document.key().replace('\t', '#'), tokens));
    }

    /** Embeds and writes what waits. */
    private void write() throws IOException {
        List<String> texts = new ArrayList<>();
        for (Pending each : pending) {
            for (Chunk chunk : each.chunks()) {
                Document document = each.document();
                String text = document.text().substring(chunk.start(), chunk.end());
                texts.add(PassageFields.searched(document.title(), text, settings));
            }
        }
        List<Outcome<float[]>> vectors = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += PASSAGES_TOGETHER) {
            int to = Math.min(from + PASSAGES_TOGETHER, texts.size());
            vectors.addAll(embedder.apply(texts.subList(from, to)));
        }
        int next = 0;
        for (Pending each : pending) {
            int count = each.chunks().size();
            put(each, vectors.subList(next, next + count));
            next += count;
        }
        pending.clear();
        waiting = 0;
        if (uncommitted >= PASSAGES_PER_COMMIT) {
            writer.commit();
            uncommitted = 0;
        }
        listener.accept(report(0));
    }

    private void put(Pending each, List<Outcome<float[]>> vectors) throws IOException {
        String name = each.document().key().replace('\t', '#');
        for (Outcome<float[]> vector : vectors) {
            TextReading reading = vector.reading();
            if (reading.refused() || reading.cut()) {
                String what =
                        reading.refused() ? reading.problem() : "a passage has too many tokens";
                problems.add(name + " cannot be embedded: " + what);
                unread.add(each.document().source());
                return;
            }
        }
        writer.put(each.document(), each.chunks(), vectors.stream().map(Outcome::value).toList());
        uncommitted += vectors.size();
        passages += vectors.size();
        if (each.known()) {
            replaced++;
        } else if (!each.chunks().isEmpty()) {
            added++;
        }
    }

    private IndexReport report(int removed) {
        return new IndexReport(
                read, added, replaced, unchanged, removed, empty, passages, List.copyOf(problems));
    }
}
