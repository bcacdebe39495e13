package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.attn4j.common.Require;

/**
 * The tokens and ids of a tokenizer.json, and the form of it that the native library gets.
 *
 * <p>The library finds special tokens in any text, so that a user who writes {@code </s>} would end
 * the sequence. There they therefore bear names that no text can hold: they start with a code point
 * that is no character, U+10FFFF, which {@link #clean} takes out of texts.
 */
final class TokenTable {

    private static final String NO_CHARACTER = Character.toString(0x10FFFF);
    private static final int REPLACEMENT = 0xFFFD;
    private static final int LARGEST_ID = 1 << 24;
    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,8}");

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final Set<String> special = new HashSet<>();
    private final String[] tokens;
    private final SpecialTokens specialTokens;

    private TokenTable(JsonObject root, SpecialTokens named, boolean complete) {
        JsonObject model = object(root.get("model"), "model");
        readVocabulary(model.get("vocab"));
        for (JsonElement token : array(root, "added_tokens")) {
            readAdded(object(token, "added_tokens"));
        }
        tokens = new String[ids.values().stream().mapToInt(id -> id + 1).max().orElse(0)];
        ids.forEach(
                (token, id) -> {
                    Require.that(tokens[id] == null, "the id %s has two tokens", id);
                    tokens[id] = token;
                });
        specialTokens =
                complete
                        ? SpecialTokenNames.complete(named, string(model.get("unk_token")), ids)
                        : named;
        special.addAll(specialTokens.names());
        special.retainAll(ids.keySet());
        String unk = string(model.get("unk_token"));
        boolean known = unk == null || unk.isEmpty() || ids.containsKey(unk);
        require(known, "its unk_token " + unk + " is not in its vocabulary");
    }

    /**
     * Reads a tokenizer.json.
     *
     * @param root its JSON
     * @param named the special tokens
     * @param complete whether special tokens that are not named are found by their usual names
     * @throws IllegalArgumentException if it is not a tokenizer.json
     */
    static TokenTable of(JsonElement root, SpecialTokens named, boolean complete) {
        return new TokenTable(object(root, "the file"), named, complete);
    }

    private void readVocabulary(JsonElement vocabulary) {
        if (vocabulary != null && vocabulary.isJsonObject()) {
            vocabulary.getAsJsonObject().entrySet().forEach(e -> put(e.getKey(), e.getValue()));
        } else if (vocabulary != null && vocabulary.isJsonArray()) {
            int id = 0; // a Unigram model lists [token, score]
            for (JsonElement entry : vocabulary.getAsJsonArray()) {
                require(
                        entry.isJsonArray() && entry.getAsJsonArray().size() == 2,
                        "a vocabulary entry must be [token, score]");
                String token = string(entry.getAsJsonArray().get(0));
                require(token != null, "a vocabulary entry must be [token, score]");
                put(token, new JsonPrimitive(id++));
            }
        } else {
            throw new IllegalArgumentException("the model has no vocab");
        }
    }

    private void readAdded(JsonObject token) {
        String content = string(token.get("content"));
        require(content != null && !content.isEmpty(), "an added token has no content");
        put(content, token.get("id"));
        JsonElement flag = token.get("special");
        if (flag != null && flag.isJsonPrimitive() && flag.getAsBoolean()) {
            special.add(content);
        }
    }

    private void put(String token, JsonElement id) {
        boolean number =
                id instanceof JsonPrimitive && WHOLE_NUMBER.matcher(id.getAsString()).matches();
        Require.that(number, "the id of token %s must be a whole number, got %s", token, id);
        int value = id.getAsInt();
        Require.that(value <= LARGEST_ID, "ids must be at most %s, got %s", LARGEST_ID, id);
        Integer other = ids.putIfAbsent(token, value);
        Require.that(
                other == null || other == value,
                "token %s has two ids, %s and %s",
                token,
                other,
                id);
    }

    /**
     * Changes the JSON this table was read from to what the native library gets: special tokens are
     * renamed, truncation and padding are left out.
     */
    void prepareForLibrary(JsonObject root) {
        JsonObject model = root.getAsJsonObject("model");
        Set<String> renamed = new HashSet<>(special);
        renamed.removeAll(merged(model));
        root.remove("truncation");
        root.remove("padding");
        JsonElement vocabulary = model.get("vocab");
        for (String token : renamed) {
            if (vocabulary.isJsonObject() && vocabulary.getAsJsonObject().has(token)) {
                JsonElement id = vocabulary.getAsJsonObject().remove(token);
                vocabulary.getAsJsonObject().add(NO_CHARACTER + token, id);
            } else if (vocabulary.isJsonArray()
                    && ids.get(token) < vocabulary.getAsJsonArray().size()) {
                JsonArray entry = vocabulary.getAsJsonArray().get(ids.get(token)).getAsJsonArray();
                entry.set(0, new JsonPrimitive(NO_CHARACTER + token));
            }
        }
        String unk = string(model.get("unk_token"));
        if (unk != null && renamed.contains(unk)) {
            model.addProperty("unk_token", NO_CHARACTER + unk);
        }
        for (JsonElement added : array(root, "added_tokens")) {
            String content = string(added.getAsJsonObject().get("content"));
            if (renamed.contains(content)) {
                added.getAsJsonObject().addProperty("content", NO_CHARACTER + content);
            }
        }
    }

    /** The special tokens that merges mention: renamed, they would be missing there. */
    private Set<String> merged(JsonObject model) {
        Set<String> mentioned = new HashSet<>();
        for (JsonElement merge : array(model, "merges")) {
            String[] pair = new String[0];
            if (merge.isJsonArray() && merge.getAsJsonArray().size() == 2) {
                JsonArray two = merge.getAsJsonArray();
                pair = new String[] {string(two.get(0)), string(two.get(1))};
            } else if (merge.isJsonPrimitive()) {
                pair = merge.getAsString().split(" ", 2);
            }
            require(
                    pair.length == 2 && pair[0] != null && pair[1] != null,
                    "a merge must be of two tokens, got " + merge);
            for (String token : new String[] {pair[0], pair[1], pair[0] + pair[1]}) {
                if (special.contains(token)) {
                    mentioned.add(token);
                }
            }
        }
        return mentioned;
    }

    /**
     * Takes out of a text what the library could not take, lone surrogates.
     *
     * @param plain whether the mark of special tokens is taken out too
     */
    static String clean(String text, boolean plain) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                StringBuilder clean = new StringBuilder(text.length());
                text.codePoints()
                        .map(
                                c ->
                                        c >= 0xD800 && c <= 0xDFFF || plain && c == 0x10FFFF
                                                ? REPLACEMENT
                                                : c)
                        .forEach(clean::appendCodePoint);
                return clean.toString();
            }
        }
        return text;
    }

    /** A message of the library without the mark of special tokens. */
    static String readable(String message) {
        return message == null ? "no reason given" : message.replace(NO_CHARACTER, "");
    }

    int size() {
        return tokens.length;
    }

    int idOf(String token) {
        return token == null ? -1 : ids.getOrDefault(token, -1);
    }

    /** The token of an id, or null if there is none. */
    String tokenOrNull(long id) {
        return id < 0 || id >= tokens.length ? null : tokens[(int) id];
    }

    /** Whether an id stands for text, rather than for a special token or nothing. */
    boolean isText(long id) {
        Require.that(id >= 0, "an id must not be negative, got %s", id);
        String token = tokenOrNull(id);
        return token != null && !special.contains(token);
    }

    SpecialTokens specialTokens() {
        return specialTokens;
    }

    private static JsonObject object(JsonElement element, String name) {
        require(element != null && element.isJsonObject(), name + " must be a JSON object");
        return element.getAsJsonObject();
    }

    private static JsonArray array(JsonObject parent, String key) {
        JsonElement element = parent.get(key);
        if (element == null || element.isJsonNull()) {
            return new JsonArray();
        }
        require(element.isJsonArray(), key + " must be a JSON array");
        return element.getAsJsonArray();
    }

    private static String string(JsonElement element) {
        boolean text =
                element != null
                        && element.isJsonPrimitive()
                        && element.getAsJsonPrimitive().isString();
        return text ? element.getAsString() : null;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
