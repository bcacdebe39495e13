package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the records of a file that has one on each line. */
final class LineRecords<T> implements RecordStream.Reader<T> {

    /** Finds the record in a line. */
    interface Parser<T> {

        /** The record, or null to pass over the line. */
        T parse(String line, LineReader reader) throws IOException;
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(LineRecords.class);

    private final Path path;
    private final LineLimit limit;
    private final LineReader lines;
    private final Parser<T> parser;
    private boolean any;
    private long skipped;

    private LineRecords(Path path, LineLimit limit, LineReader lines, Parser<T> parser) {
        this.path = path;
        this.limit = limit;
        this.lines = lines;
        this.parser = parser;
    }

    static <T> Stream<T> open(Path path, LineLimit limit, Parser<T> parser) throws IOException {
        return RecordStream.of(
                new LineRecords<>(path, limit, LineReader.open(path, limit), parser));
    }

    @Override
    public T next() throws IOException {
        while (true) {
            String line = lines.next();
            if (line == null) {
                checkEnd();
                return null;
            }
            if (lines.tooLong()) {
                any = true;
                skipped++;
                continue;
            }
            T record = parser.parse(line, lines);
            if (record != null) {
                any = true;
                return record;
            }
        }
    }

    private void checkEnd() throws CorpusException {
        if (!any) {
            throw new CorpusException(path + " is empty: give at least one line that is used");
        }
        if (skipped > 0) {
            LOGGER.warn(
                    "{}: left out {} lines of over {} characters",
                    path,
                    skipped,
                    limit.characters());
            skipped = 0;
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
