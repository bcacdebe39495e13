package org.attn4j.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.attn4j.common.Require;

/**
 * A file of texts in one language, UTF-8, plain or gzip, readable from the start as often as
 * wanted.
 *
 * @param path the file
 * @param layout what a text is in it
 * @param key the key of the text in each object of {@link Layout#JSON_LINES}, which may be a path
 *     such as {@code document.text}; not looked at otherwise
 * @param limit how long a line may be; a text of several lines, too
 */
public record TextCorpus(Path path, Layout layout, String key, LineLimit limit) {

    /** What a text is in a file. */
    public enum Layout {
        /** Each line that is not blank. */
        LINES,
        /** The lines between blank lines, with the ends of lines that stand within. */
        DOCUMENTS,
        /** The whole file as it is. */
        WHOLE,
        /** The text under a key of a JSON object on each line. */
        JSON_LINES
    }

    /** The most characters of a whole file, and of a document. */
    private static final int LONGEST = 100_000_000;

    public TextCorpus {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(layout, "layout");
        Objects.requireNonNull(limit, "limit");
        Require.that(
                layout != Layout.JSON_LINES || key != null && !key.isEmpty(),
                "JSON lines need the key of the text, got none");
    }

    /**
     * Returns the corpus of a file, with the usual limits: of 100,000 characters for a line and 100
     * million for a document or a whole file.
     *
     * @param path the file
     * @param layout what a text is in it
     * @param key the key of the text in JSON lines
     * @return the corpus
     */
    public static TextCorpus of(Path path, Layout layout, String key) {
        boolean joins = layout == Layout.WHOLE || layout == Layout.DOCUMENTS;
        LineLimit limit =
                joins ? new LineLimit(LONGEST, LineLimit.Policy.REFUSE) : LineLimit.DEFAULT;
        return new TextCorpus(path, layout, key, limit);
    }

    /**
     * Opens the texts, in order. Errors met on the way arrive as {@link UncheckedIOException}.
     *
     * @return a sequential stream that holds the file open: close it
     * @throws IOException if the file cannot be opened
     */
    public Stream<String> open() throws IOException {
        return switch (layout) {
            case LINES -> LineRecords.open(path, limit, (line, at) -> line.isBlank() ? null : line);
            case JSON_LINES -> LineRecords.open(path, limit, this::parse);
            case DOCUMENTS -> RecordStream.of(new Documents(LineReader.open(path, limit)));
            case WHOLE -> Stream.of(whole());
        };
    }

    private String parse(String line, LineReader reader) throws CorpusException {
        return line.isBlank() ? null : JsonLine.of(line, reader.place()).text(key);
    }

    private String whole() throws IOException {
        try (LineReader lines = LineReader.open(path, limit)) {
            String text = lines.text();
            if (text.isBlank()) {
                throw empty();
            }
            return text;
        }
    }

    private CorpusException empty() {
        return new CorpusException(path + " is empty: give at least one text");
    }

    /**
     * Reads all texts into memory.
     *
     * @return the texts, in order
     * @throws IOException if the file cannot be read
     */
    public List<String> readAll() throws IOException {
        try (Stream<String> texts = open()) {
            return texts.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Joins the lines between blank ones. */
    private final class Documents implements RecordStream.Reader<String> {

        private final LineReader lines;
        private boolean any;

        Documents(LineReader lines) {
            this.lines = lines;
        }

        @Override
        public String next() throws IOException {
            StringBuilder document = new StringBuilder();
            boolean begun = false;
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.isBlank() && begun) {
                    break;
                }
                if (!line.isBlank()) {
                    document.append(begun ? "\n" : "").append(line);
                    begun = true;
                    refuseIfTooLong(document);
                }
            }
            if (!begun && !any) {
                throw empty();
            }
            any = true;
            return begun ? document.toString() : null;
        }

        private void refuseIfTooLong(StringBuilder document) throws CorpusException {
            if (document.length() > limit.characters()) {
                throw new CorpusException(
                        "%s a document has more than %s characters: put a blank line into it"
                                .formatted(lines.place(), limit.characters()));
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
