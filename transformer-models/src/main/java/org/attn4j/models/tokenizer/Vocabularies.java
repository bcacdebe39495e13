package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

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
                    ids.putIfAbsent(entry.get(0).getAsString(), id);
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
}
