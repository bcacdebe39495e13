package org.attn4j.retrieval.document;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The formats that documents are read from, by the endings of files. */
public enum DocumentFormat {
    /** Plain text in UTF-8, one document. */
    TEXT("txt", "text"),
    /** Markdown, one document: the text as it is written. */
    MARKDOWN("md", "markdown"),
    /** A page: what a browser shows of it. */
    HTML("html", "htm", "xhtml"),
    /** An object on each line, each a document. */
    JSON_LINES("jsonl", "ndjson"),
    /** Columns with a header, each further line a document. */
    TSV("tsv"),
    /** The text of a PDF, one document. */
    PDF("pdf");

    private static final String GZIP = ".gz";

    private final Set<String> endings;

    DocumentFormat(String... endings) {
        this.endings = Set.of(endings);
    }

    /**
     * Tells the format of a file by its name.
     *
     * @param file the file; {@code .gz} behind the ending is passed over for what LineReader reads
     * @return the format, if the ending is known
     */
    public static Optional<DocumentFormat> of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean packed = name.endsWith(GZIP);
        String plain = packed ? name.substring(0, name.length() - GZIP.length()) : name;
        String ending = plain.substring(plain.lastIndexOf('.') + 1);
        return Arrays.stream(values())
                .filter(it -> it.endings.contains(ending) && !(packed && it.isWhole()))
                .findFirst();
    }

    /** Whether the file is opened by a library that reads no gzip. */
    private boolean isWhole() {
        return this == HTML || this == PDF;
    }

    /**
     * Returns what reads files of this format.
     *
     * @param fields what the fields of records are called
     * @return the reader
     */
    public DocumentReader reader(RecordFields fields) {
        return switch (this) {
            case TEXT -> PlainText::read;
            case MARKDOWN -> PlainText::readMarkdown;
            case HTML -> HtmlPage::read;
            case JSON_LINES -> new JsonLines(fields);
            case TSV -> new TabSeparated(fields);
            case PDF -> PdfFile::read;
        };
    }
}
