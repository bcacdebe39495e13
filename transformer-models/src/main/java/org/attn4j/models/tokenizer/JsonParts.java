package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** Writes the parts of a tokenizer.json. */
final class JsonParts {

    private JsonParts() {}

    /**
     * Makes an object.
     *
     * @param entries names and values by turns: JSON, texts, flags or numbers
     */
    static JsonObject object(Object... entries) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < entries.length; i += 2) {
            object.add((String) entries[i], json(entries[i + 1]));
        }
        return object;
    }

    /** Makes a part of a type. */
    static JsonObject part(String type, Object... entries) {
        JsonObject part = object("type", type);
        object(entries).entrySet().forEach(e -> part.add(e.getKey(), e.getValue()));
        return part;
    }

    /** Makes a list of JSON, texts, flags or numbers. */
    static JsonArray list(Object... values) {
        JsonArray list = new JsonArray();
        for (Object value : values) {
            list.add(json(value));
        }
        return list;
    }

    private static JsonElement json(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        } else if (value instanceof JsonElement element) {
            return element;
        } else if (value instanceof String text) {
            return new JsonPrimitive(text);
        } else if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        return new JsonPrimitive((Number) value);
    }

    /** Makes a tokenizer without added tokens. */
    static JsonObject tokenizer(
            JsonElement normalizer,
            JsonElement preTokenizer,
            JsonElement decoder,
            JsonObject model) {
        return object(
                "version",
                "1.0",
                "truncation",
                null,
                "padding",
                null,
                "added_tokens",
                new JsonArray(),
                "normalizer",
                normalizer,
                "pre_tokenizer",
                preTokenizer,
                "post_processor",
                null,
                "decoder",
                decoder,
                "model",
                model);
    }
}
