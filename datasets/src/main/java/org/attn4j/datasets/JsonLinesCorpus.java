package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A file of JSON lines: an object with both sentences on each line, UTF-8, plain or gzip. Blank
 * lines are passed over.
 *
 * <p>A key may be a path: {@code translation.en} finds {@code {"translation": {"en": "…"}}}, the
 * layout of the translation sets of Hugging Face.
 *
 * @param path the file
 * @param sourceKey the key of the sentence to translate
 * @param targetKey the key of its translation
 * @param limit how long a line may be
 */
public record JsonLinesCorpus(Path path, String sourceKey, String targetKey, LineLimit limit)
        implements ParallelCorpus {

    public JsonLinesCorpus {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(sourceKey, "sourceKey");
        Objects.requireNonNull(targetKey, "targetKey");
        Objects.requireNonNull(limit, "limit");
    }

    /**
     * Returns the corpus of a file, with the default limit on lines.
     *
     * @param path the file
     * @param sourceKey the key of the sentence to translate
     * @param targetKey the key of its translation
     * @return the corpus
     */
    public static JsonLinesCorpus of(Path path, String sourceKey, String targetKey) {
        return new JsonLinesCorpus(path, sourceKey, targetKey, LineLimit.DEFAULT);
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
        if (line.isBlank()) {
            return null;
        }
        JsonLine object = JsonLine.of(line, reader.place());
        return new SentencePair(object.text(sourceKey), object.text(targetKey));
    }
}
