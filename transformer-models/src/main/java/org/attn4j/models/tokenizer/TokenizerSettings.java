package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelFiles;

/**
 * What the configuration files of a folder say about its tokenizer: {@code tokenizer_config.json},
 * {@code special_tokens_map.json}, {@code added_tokens.json} and the model type of {@code
 * config.json}.
 */
final class TokenizerSettings {

    /** Larger lengths stand for none: transformers writes 1e30 for it. */
    private static final double LARGEST_LENGTH = 1e20;

    private final JsonObject config;
    private final String modelType;
    private final TokenizerFamily family;
    private final Map<String, SpecialToken> named = new LinkedHashMap<>();
    private final List<SpecialToken> additional = new ArrayList<>();
    private final Map<Integer, SpecialToken> added = new TreeMap<>();

    private TokenizerSettings(JsonObject config, JsonObject model, TokenizerFamily otherwise) {
        this.config = config;
        modelType = text(model, "model_type", null);
        String ofModel = text(model, "tokenizer_class", null);
        TokenizerFamily named =
                TokenizerFamily.of(text(config, "tokenizer_class", ofModel), modelType);
        family = named == TokenizerFamily.GENERIC ? otherwise : named;
    }

    /**
     * Reads the files of a folder, as far as they exist.
     *
     * @throws IOException if one cannot be read or is not JSON
     */
    static TokenizerSettings read(ModelFiles files) throws IOException {
        TokenizerSettings settings =
                new TokenizerSettings(
                        optional(files, "tokenizer_config.json"),
                        optional(files, "config.json"),
                        TokenizerFiles.familyOf(files));
        try {
            settings.readTokens(files);
        } catch (IllegalArgumentException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException e) {
            throw new IOException(
                    "the special tokens of the tokenizer in %s are not as expected: %s"
                            .formatted(files.folder(), e.getMessage()),
                    e);
        }
        return settings;
    }

    private static JsonObject optional(ModelFiles files, String name) throws IOException {
        Optional<Path> file = files.find(name);
        return file.isPresent() ? JsonFiles.read(file.get()) : new JsonObject();
    }

    private void readTokens(ModelFiles files) throws IOException {
        boolean modern = config.get("added_tokens_decoder") instanceof JsonObject;
        if (modern) {
            for (var entry : config.getAsJsonObject("added_tokens_decoder").entrySet()) {
                SpecialToken token = SpecialToken.of(entry.getValue(), false);
                if (token != null) {
                    added.put(number(entry.getKey(), token.content()), token);
                }
            }
        }
        // Newer configurations tell everything; before them the map had the last word.
        JsonObject map = modern ? new JsonObject() : optional(files, "special_tokens_map.json");
        for (String role : TokenizerFamily.ROLES) {
            String key = role + "_token";
            JsonElement value = map.has(key) ? map.get(key) : config.get(key);
            SpecialToken token = SpecialToken.of(value, true);
            boolean none = value != null && value.isJsonNull();
            token = token == null && !none ? family.byDefault(role) : token;
            if (token != null) {
                // A family's mask takes the space before it unless its file says otherwise.
                boolean bare = value != null && value.isJsonPrimitive();
                SpecialToken usual = family.byDefault(role);
                boolean spaced = bare && usual != null && usual.lstrip();
                named.put(role, spaced ? token.withSpaceBefore() : token.asSpecial());
            }
        }
        for (String key : List.of("additional_special_tokens", "extra_special_tokens")) {
            JsonElement list = map.has(key) ? map.get(key) : config.get(key);
            if (list instanceof JsonObject names) {
                JsonArray values = new JsonArray();
                names.entrySet().forEach(e -> values.add(e.getValue()));
                list = values;
            }
            if (list instanceof JsonArray tokens) {
                for (JsonElement token : tokens) {
                    SpecialToken one = SpecialToken.of(token, true);
                    if (one != null && !additional.contains(one)) {
                        additional.add(one.asSpecial());
                    }
                }
            }
        }
        if (!modern) {
            readAddedTokens(optional(files, "added_tokens.json"));
        }
        Map<String, SpecialToken> byContent = new LinkedHashMap<>();
        added.values().forEach(token -> byContent.put(token.content(), token));
        named.replaceAll((r, token) -> byContent.getOrDefault(token.content(), token).asSpecial());
    }

    private static int number(String id, String token) {
        Require.that(
                id.matches("\\d{1,8}"),
                "the id of token %s must be a whole number, got %s",
                token,
                id);
        return Integer.parseInt(id);
    }

    private void readAddedTokens(JsonObject ids) {
        for (var entry : ids.entrySet()) {
            String content = entry.getKey();
            boolean special =
                    named.values().stream().anyMatch(t -> t.content().equals(content))
                            || additional.stream().anyMatch(t -> t.content().equals(content));
            added.put(
                    number(entry.getValue().toString(), content),
                    new SpecialToken(content, false, false, false, !special, special));
        }
    }

    TokenizerFamily family() {
        return family;
    }

    /** Returns the special tokens by their roles: bos, eos, unk, sep, pad, cls, mask. */
    Map<String, SpecialToken> named() {
        return named;
    }

    List<SpecialToken> additional() {
        return additional;
    }

    /** Returns the tokens that were added to the vocabulary, by id in rising order. */
    Map<Integer, SpecialToken> added() {
        return added;
    }

    /** Whether anything names special tokens; where nothing does, usual names are looked for. */
    boolean tellsNothing() {
        return family == TokenizerFamily.GENERIC && named.isEmpty() && added.isEmpty();
    }

    boolean has(String key) {
        return config.has(key) && !config.get(key).isJsonNull();
    }

    boolean flag(String key, boolean otherwise) {
        JsonElement value = config.get(key);
        return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()
                ? value.getAsBoolean()
                : otherwise;
    }

    int integer(String key, int otherwise) {
        JsonElement value = config.get(key);
        return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()
                ? value.getAsInt()
                : otherwise;
    }

    String text(String key, String otherwise) {
        return text(config, key, otherwise);
    }

    private static String text(JsonObject object, String key, String otherwise) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : otherwise;
    }

    JsonElement value(String key) {
        return config.get(key);
    }

    /** Returns the longest input in tokens, or 0 for no limit. */
    int maxLength() {
        JsonElement value = has("model_max_length") ? value("model_max_length") : value("max_len");
        if (value == null
                || !value.isJsonPrimitive()
                || !value.getAsJsonPrimitive().isNumber()
                || value.getAsDouble() > LARGEST_LENGTH) {
            return family == TokenizerFamily.MARIAN && value == null ? 512 : 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, value.getAsDouble()));
    }

    List<String> inputNames() {
        if (value("model_input_names") instanceof JsonArray names) {
            return names.asList().stream().map(JsonElement::getAsString).toList();
        }
        return family.inputNames(modelType);
    }
}
