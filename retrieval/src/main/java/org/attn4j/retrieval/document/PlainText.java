package org.attn4j.retrieval.document;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.LineReader;

/** A file in UTF-8, plain or gzip, that is one document. */
final class PlainText {

    /** The most characters of a document: forty books of 500 pages. */
    static final LineLimit LIMIT = new LineLimit(40_000_000, LineLimit.Policy.REFUSE);

    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}\\s+(.+?)\\s*#*\\s*$");

    private PlainText() {}

    static void read(Path file, String source, DocumentReader.Consumer consumer)
            throws IOException {
        consumer.accept(new Document(source, "", "", text(file)));
    }

    /** The first heading is the title; positions are those in the file. */
    static void readMarkdown(Path file, String source, DocumentReader.Consumer consumer)
            throws IOException {
        String text = text(file);
        Matcher heading = HEADING.matcher(text);
        consumer.accept(new Document(source, "", heading.find() ? heading.group(1) : "", text));
    }

    private static String text(Path file) throws IOException {
        try (LineReader reader = LineReader.open(file, LIMIT)) {
            return reader.text();
        }
    }
}
