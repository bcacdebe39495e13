package org.attn4j.retrieval.document;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.LineReader;

/** Documents as tab-separated values below a header that names the columns. */
final class TabSeparated implements DocumentReader {

    private final RecordFields fields;

    TabSeparated(RecordFields fields) {
        this.fields = fields;
    }

    @Override
    public void read(Path file, String source, Consumer consumer) throws IOException {
        try (LineReader reader = LineReader.open(file, PlainText.LIMIT)) {
            String header = reader.next();
            List<String> columns = header == null ? List.of() : List.of(header.split("\t", -1));
            int text = column(columns, fields.text());
            if (text < 0) {
                throw new CorpusException(
                        "%s, line 1, must name the columns, with %s for the text, got %s"
                                .formatted(source, String.join(" or ", fields.text()), columns));
            }
            int id = column(columns, fields.id());
            int title = column(columns, fields.title());
            long number = 2;
            for (String line = reader.next(); line != null; line = reader.next(), number++) {
                if (line.isBlank()) {
                    continue;
                }
                String[] cells = line.split("\t", -1);
                if (cells.length != columns.size()) {
                    throw new CorpusException(
                            "%s, line %s, has %s columns, but the header names %s"
                                    .formatted(source, number, cells.length, columns.size()));
                }
                consumer.accept(
                        new Document(
                                source,
                                id < 0 || cells[id].isEmpty() ? Long.toString(number) : cells[id],
                                title < 0 ? "" : cells[title],
                                cells[text]));
            }
        }
    }

    private static int column(List<String> columns, List<String> names) {
        return names.stream()
                .mapToInt(columns::indexOf)
                .filter(it -> it >= 0)
                .findFirst()
                .orElse(-1);
    }
}
