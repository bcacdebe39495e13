package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.attn4j.common.Require;

/**
 * A file of tab-separated values with a pair on each line, UTF-8, plain or gzip. Tabs separate and
 * nothing is quoted, as in the files of Tatoeba. An empty line is a pair of empty sides.
 *
 * @param path the file
 * @param sourceColumn the column of the sentences to translate, counted from 1 as by {@code cut}
 * @param targetColumn the column of their translations
 * @param header whether the first line holds the names of the columns
 * @param limit how long a line may be
 */
public record TsvCorpus(
        Path path, int sourceColumn, int targetColumn, boolean header, LineLimit limit)
        implements ParallelCorpus {

    public TsvCorpus {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(limit, "limit");
        Require.that(
                sourceColumn >= 1 && targetColumn >= 1,
                "columns are counted from 1, got sourceColumn=%s, targetColumn=%s",
                sourceColumn,
                targetColumn);
    }

    /**
     * Returns the corpus of a file without a header: sources in the first column, translations in
     * the second.
     *
     * @param path the file
     * @return the corpus
     */
    public static TsvCorpus of(Path path) {
        return new TsvCorpus(path, 1, 2, false, LineLimit.DEFAULT);
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public Stream<SentencePair> open() throws IOException {
        return LineRecords.open(path, limit, this::parse);
    }

    private SentencePair parse(String line, LineReader reader) throws CorpusException {
        if (header && reader.number() == 1) {
            return null;
        }
        if (line.isEmpty()) {
            return new SentencePair("", "");
        }
        TsvLine columns = new TsvLine(line);
        return new SentencePair(
                columns.at(sourceColumn, reader.place()), columns.at(targetColumn, reader.place()));
    }
}
