package org.attn4j.models.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * A token that is found in a text before anything else is done to it.
 *
 * @param content what is looked for
 * @param singleWord whether it must stand alone
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is looked for in the normalised text
 * @param special whether it is left out where special tokens are
 */
record SpecialToken(
        String content,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip,
        boolean normalized,
        boolean special) {

    static SpecialToken named(String content) {
        return new SpecialToken(content, false, false, false, false, true);
    }

    /** A mask takes the space before it in the families whose words begin with one. */
    SpecialToken withSpaceBefore() {
        return new SpecialToken(content, singleWord, true, rstrip, normalized, special);
    }

    SpecialToken asSpecial() {
        return new SpecialToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    /**
     * Reads a token as configurations write it: its text, or an object with its properties; null if
     * it is neither.
     *
     * @param json the value
     * @param special whether it is special where that is not told
     */
    static SpecialToken of(JsonElement json, boolean special) {
        if (json != null && json.isJsonPrimitive() && !json.getAsString().isEmpty()) {
            return new SpecialToken(json.getAsString(), false, false, false, !special, special);
        }
        if (json == null || !json.isJsonObject()) {
            return null;
        }
        JsonObject token = json.getAsJsonObject();
        JsonElement content = token.get("content");
        if (content == null || !content.isJsonPrimitive() || content.getAsString().isEmpty()) {
            return null;
        }
        boolean is = flag(token, "special", special);
        return new SpecialToken(
                content.getAsString(),
                flag(token, "single_word", false),
                flag(token, "lstrip", false),
                flag(token, "rstrip", false),
                flag(token, "normalized", !is),
                is);
    }

    private static boolean flag(JsonObject token, String key, boolean otherwise) {
        JsonElement value = token.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsBoolean() : otherwise;
    }

    JsonObject toJson(int id) {
        JsonObject token = new JsonObject();
        token.addProperty("id", id);
        token.addProperty("content", content);
        token.addProperty("single_word", singleWord);
        token.addProperty("lstrip", lstrip);
        token.addProperty("rstrip", rstrip);
        token.addProperty("normalized", normalized);
        token.addProperty("special", special);
        return token;
    }
}
