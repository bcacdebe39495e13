package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the pairs of a file that has one on each line. */
final class LinePairs implements PairStream.Reader {

    /** Finds the pair in a line. */
    interface Parser {

        /** The pair, or null to pass over the line. */
        SentencePair parse(String line, LineReader reader) throws IOException;
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(LinePairs.class);

    private final Path path;
    private final LineLimit limit;
    private final LineReader lines;
    private final Parser parser;
    private boolean any;
    private long skipped;

    private LinePairs(Path path, LineLimit limit, LineReader lines, Parser parser) {
        this.path = path;
        this.limit = limit;
        this.lines = lines;
        this.parser = parser;
    }

    static LinePairs open(Path path, LineLimit limit, Parser parser) throws IOException {
        return new LinePairs(path, limit, LineReader.open(path, limit), parser);
    }

    @Override
    public SentencePair next() throws IOException {
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
            SentencePair pair = parser.parse(line, lines);
            if (pair != null) {
                any = true;
                return pair;
            }
        }
    }

    private void checkEnd() throws CorpusException {
        if (!any) {
            throw new CorpusException(path + " is empty: give at least one sentence pair");
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
