package org.attn4j.datasets;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
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

    private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

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
        return PairStream.of(LinePairs.open(path, limit, this::parse));
    }

    private SentencePair parse(String line, LineReader reader) throws CorpusException {
        if (line.isBlank()) {
            return null;
        }
        JsonElement value;
        try {
            value = GSON.fromJson(line, JsonElement.class);
        } catch (JsonParseException | StackOverflowError e) {
            throw new CorpusException(
                    reader.place() + " is not JSON: every line must be one JSON object", e);
        }
        if (value == null || !value.isJsonObject()) {
            throw new CorpusException(
                    reader.place()
                            + " is not a JSON object: every line must be like {\"source\": …,"
                            + " \"target\": …}");
        }
        JsonObject object = value.getAsJsonObject();
        return new SentencePair(text(object, sourceKey, reader), text(object, targetKey, reader));
    }

    private static String text(JsonObject object, String key, LineReader reader)
            throws CorpusException {
        JsonElement found = object.get(key);
        if (found == null) {
            found = object;
            for (String step : key.split("\\.", -1)) {
                found =
                        found != null && found.isJsonObject()
                                ? found.getAsJsonObject().get(step)
                                : null;
            }
        }
        if (found == null || !found.isJsonPrimitive() || !found.getAsJsonPrimitive().isString()) {
            throw new CorpusException(
                    "%s has no text under the key \"%s\"; its keys are %s"
                            .formatted(reader.place(), key, object.keySet()));
        }
        return found.getAsString();
    }
}
