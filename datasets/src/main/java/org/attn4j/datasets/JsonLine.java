package org.attn4j.datasets;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import java.util.ArrayList;
import java.util.List;

/** The object of a JSON line; a key may be a path, {@code translation.en}. */
final class JsonLine {

    private static final Gson GSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

    private final JsonObject object;
    private final String place;

    private JsonLine(JsonObject object, String place) {
        this.object = object;
        this.place = place;
    }

    static JsonLine of(String line, String place) throws CorpusException {
        JsonElement value;
        try {
            value = GSON.fromJson(line, JsonElement.class);
        } catch (JsonParseException | StackOverflowError e) {
            throw new CorpusException(
                    place + " is not JSON: every line must be one JSON object", e);
        }
        if (value == null || !value.isJsonObject()) {
            throw new CorpusException(
                    place
                            + " is not a JSON object: every line must be like {\"key\": \"text\","
                            + " …}");
        }
        return new JsonLine(value.getAsJsonObject(), place);
    }

    boolean has(String key) {
        return find(key) != null;
    }

    /** The text of a key. */
    String text(String key) throws CorpusException {
        JsonElement found = find(key);
        if (found == null || !found.isJsonPrimitive() || !found.getAsJsonPrimitive().isString()) {
            throw missing("text", key);
        }
        return found.getAsString();
    }

    /** The value of a key as it is written: a text, a number, true or false. */
    String value(String key) throws CorpusException {
        JsonElement found = find(key);
        if (found == null || !found.isJsonPrimitive()) {
            throw missing("text or number", key);
        }
        return found.getAsString();
    }

    /** The values of an array, as they are written; a value that is no array stands alone. */
    List<String> values(String key) throws CorpusException {
        JsonElement found = find(key);
        if (found == null || !found.isJsonArray()) {
            return List.of(value(key));
        }
        JsonArray array = found.getAsJsonArray();
        List<String> values = new ArrayList<>();
        for (JsonElement each : array) {
            if (!each.isJsonPrimitive()) {
                throw missing("list of texts or numbers", key);
            }
            values.add(each.getAsString());
        }
        return values;
    }

    /** The objects of a list, each told by its position there. */
    List<JsonLine> objects(String key) throws CorpusException {
        if (!(find(key) instanceof JsonArray array)) {
            throw missing("list of objects", key);
        }
        List<JsonLine> objects = new ArrayList<>();
        for (JsonElement each : array) {
            if (!each.isJsonObject()) {
                throw missing("list of objects", key);
            }
            String within = "%s %s[%s]".formatted(place, key, objects.size());
            objects.add(new JsonLine(each.getAsJsonObject(), within));
        }
        return objects;
    }

    /** Says that the value of a key is not one of those that it may be. */
    CorpusException refused(String key, String wanted, String got) {
        return new CorpusException(
                "%s: \"%s\" must be %s, got \"%s\"".formatted(place, key, wanted, got));
    }

    private JsonElement find(String key) {
        JsonElement found = object.get(key);
        if (found != null) {
            return found;
        }
        found = object;
        for (String step : key.split("\\.", -1)) {
            found =
                    found != null && found.isJsonObject()
                            ? found.getAsJsonObject().get(step)
                            : null;
        }
        return found;
    }

    private CorpusException missing(String what, String key) {
        return new CorpusException(
                "%s has no %s under the key \"%s\"; its keys are %s"
                        .formatted(place, what, key, object.keySet()));
    }
}
