package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.common.Require;

/** The vocabulary of the model part of a tokenizer.json. */
final class Vocabularies {

    private Vocabularies() {}

    /**
     * Returns the ids of a model's tokens.
     *
     * @throws IllegalArgumentException if it has no vocabulary, or one of an unknown form
     */
    static Map<String, Integer> ids(JsonObject model) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        try {
            if (model.get("vocab") instanceof JsonObject vocabulary) {
                vocabulary.entrySet().forEach(e -> ids.put(e.getKey(), e.getValue().getAsInt()));
                return ids;
            } else if (model.get("vocab") instanceof JsonArray vocabulary) {
                for (int id = 0; id < vocabulary.size(); id++) {
                    JsonArray entry = vocabulary.get(id).getAsJsonArray();
                    ids.put(entry.get(0).getAsString(), id);
                }
                return ids;
            }
        } catch (IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException
                | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("its vocabulary is damaged", e);
        }
        throw new IllegalArgumentException("its model has no vocab");
    }

    /** Returns the ids of a tokenizer's tokens, added ones included. */
    static Map<String, Integer> allIds(JsonObject root) {
        Map<String, Integer> ids = ids(root.getAsJsonObject("model"));
        for (JsonElement token : root.getAsJsonArray("added_tokens")) {
            JsonObject one = token.getAsJsonObject();
            ids.put(one.get("content").getAsString(), one.get("id").getAsInt());
        }
        return ids;
    }

    /**
     * Gives added tokens the ids that the library gives them, whatever the file says: that of the
     * model's vocabulary, or else the next one.
     */
    static void number(JsonObject root) {
        JsonObject model = root.getAsJsonObject("model");
        Map<String, Integer> ids = ids(model);
        int size =
                model.get("vocab") instanceof JsonArray list
                        ? list.size()
                        : model.getAsJsonObject("vocab").size();
        int most = -1;
        Map<String, Integer> added = new HashMap<>();
        for (JsonElement token : root.getAsJsonArray("added_tokens")) {
            SpecialToken one = SpecialToken.of(token, false);
            Require.that(one != null, "an added token has no content: %s", token);
            Integer known = added.getOrDefault(one.content(), ids.get(one.content()));
            int id = known == null ? Math.max(most + 1, size) : known;
            added.put(one.content(), id);
            most = Math.max(most, id);
            token.getAsJsonObject().addProperty("id", id);
        }
    }
}
