package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two text files in which line <i>n</i> of the one translates line <i>n</i> of the other: UTF-8,
 * each plain or gzip. The files must have the same number of lines, and at least one.
 *
 * @param source the file of the sentences to translate
 * @param target the file of their translations
 * @param limit how long a line may be
 */
public record AlignedFiles(Path source, Path target, LineLimit limit) implements ParallelCorpus {

    private static final Logger LOGGER = LoggerFactory.getLogger(AlignedFiles.class);

    public AlignedFiles {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(limit, "limit");
    }

    /**
     * Returns the corpus of two files, with the default limit on lines.
     *
     * @param source the file of the sentences to translate
     * @param target the file of their translations
     * @return the corpus
     */
    public static AlignedFiles of(Path source, Path target) {
        return new AlignedFiles(source, target, LineLimit.DEFAULT);
    }

    @Override
    public String name() {
        return source + " and " + target;
    }

    @Override
    public Stream<SentencePair> open() throws IOException {
        LineReader sources = LineReader.open(source, limit);
        try {
            return RecordStream.of(new Pairs(sources, LineReader.open(target, limit)));
        } catch (IOException | RuntimeException e) {
            sources.close();
            throw e;
        }
    }

    private final class Pairs implements RecordStream.Reader<SentencePair> {

        private final LineReader sources;
        private final LineReader targets;
        private long skipped;

        Pairs(LineReader sources, LineReader targets) {
            this.sources = sources;
            this.targets = targets;
        }

        @Override
        public SentencePair next() throws IOException {
            while (true) {
                String from = sources.next();
                String to = targets.next();
                if (from == null || to == null) {
                    checkEnd();
                    return null;
                }
                if (!sources.tooLong() && !targets.tooLong()) {
                    return new SentencePair(from, to);
                }
                skipped++;
            }
        }

        private void checkEnd() throws IOException {
            long sourceLines = sources.countAll();
            long targetLines = targets.countAll();
            if (sourceLines != targetLines) {
                throw new CorpusException(
                        ("%s has %s lines but %s has %s: line n of the one must"
                                        + " translate line n of the other")
                                .formatted(source, sourceLines, target, targetLines));
            }
            if (sourceLines == 0) {
                throw new CorpusException(
                        source + " and " + target + " are empty: give at least one sentence pair");
            }
            if (skipped > 0) {
                LOGGER.warn(
                        "{}: left out {} of {} pairs with a line over {} characters",
                        name(),
                        skipped,
                        sourceLines,
                        limit.characters());
                skipped = 0;
            }
        }

        @Override
        public void close() throws IOException {
            try {
                sources.close();
            } finally {
                targets.close();
            }
        }
    }
}
