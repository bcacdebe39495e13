package org.attn4j.retrieval.document;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.LineReader;

/** Documents as JSON lines, an object each; empty lines are passed over. */
final class JsonLines implements DocumentReader {

    private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

    private final RecordFields fields;

    JsonLines(RecordFields fields) {
        this.fields = fields;
    }

    @Override
    public void read(Path file, String source, Consumer consumer) throws IOException {
        try (LineReader reader = LineReader.open(file, PlainText.LIMIT)) {
            long number = 1;
            for (String line = reader.next(); line != null; line = reader.next(), number++) {
                if (!line.isBlank()) {
                    consumer.accept(document(line, source, number));
                }
            }
        }
    }

    private Document document(String line, String source, long number) throws CorpusException {
        String place = "%s, line %s,".formatted(source, number);
        JsonObject object = object(line, place);
        String text = field(object, fields.text(), place);
        if (text == null) {
            throw new CorpusException(
                    "%s has no field %s with the text, only %s: name it"
                            .formatted(place, String.join(" or ", fields.text()), object.keySet()));
        }
        String id = field(object, fields.id(), place);
        String title = field(object, fields.title(), place);
        return new Document(
                source,
                id == null || id.isEmpty() ? Long.toString(number) : id,
                title == null ? "" : title,
                text);
    }

    private static JsonObject object(String line, String place) throws CorpusException {
        try {
            if (GSON.fromJson(line, JsonElement.class) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonParseException | StackOverflowError e) {
            throw new CorpusException(place + " is not JSON: a line is one object", e);
        }
        throw new CorpusException(place + " is no JSON object: a line is one object");
    }

    private static String field(JsonObject object, List<String> names, String place)
            throws CorpusException {
        for (String name : names) {
            JsonElement value = object.get(name);
            if (value != null && value.isJsonPrimitive()) {
                return value.getAsString();
            }
            if (value != null && !value.isJsonNull()) {
                throw new CorpusException(
                        "%s has a list or an object for %s, where a text is wanted"
                                .formatted(place, name));
            }
        }
        return null;
    }
}
