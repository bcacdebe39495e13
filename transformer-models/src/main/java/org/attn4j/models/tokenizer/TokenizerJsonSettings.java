package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings a tokenizer.json in line with the configuration beside it, as transformers' tokenizer
 * classes do when they load one: tokens that only the configuration names, letter case, leading
 * spaces, start and end tokens.
 */
final class TokenizerJsonSettings {

    private static final Map<String, String> BERT_NORMALIZER =
            Map.of(
                    "do_lower_case", "lowercase",
                    "strip_accents", "strip_accents",
                    "tokenize_chinese_chars", "handle_chinese_chars");

    private TokenizerJsonSettings() {}

    static boolean isBpe(JsonObject root) {
        JsonObject model = root.getAsJsonObject("model");
        return model.has("merges");
    }

    static void apply(JsonObject root, TokenizerSettings settings) {
        if (root.get("normalizer") instanceof JsonObject normalizer
                && isType(normalizer, "BertNormalizer")) {
            BERT_NORMALIZER.forEach(
                    (key, property) -> {
                        JsonElement value = settings.value(key);
                        boolean applies =
                                value != null && (settings.has(key) || key.equals("strip_accents"));
                        if (applies) {
                            normalizer.add(property, value);
                        }
                    });
        }
        for (String part : List.of("pre_tokenizer", "post_processor")) {
            byteLevel(root.get(part), settings);
        }
        addTokens(root, settings);
        if (settings.family() == TokenizerFamily.LLAMA
                && (settings.has("add_bos_token") || settings.has("add_eos_token"))) {
            root.add("post_processor", Templates.startAndEnd(settings, Vocabularies.allIds(root)));
        }
    }

    private static boolean isType(JsonObject part, String type) {
        return part.get("type") instanceof JsonPrimitive name && name.getAsString().equals(type);
    }

    private static void byteLevel(JsonElement element, TokenizerSettings settings) {
        if (element instanceof JsonArray list) {
            list.forEach(part -> byteLevel(part, settings));
        } else if (element instanceof JsonObject part) {
            byteLevel(part.get("pretokenizers"), settings);
            byteLevel(part.get("processors"), settings);
            boolean roberta = isType(part, "RobertaProcessing");
            if (roberta || isType(part, "ByteLevel")) {
                if (settings.has("add_prefix_space") && part.has("add_prefix_space")) {
                    boolean space = settings.flag("add_prefix_space", false);
                    part.addProperty("add_prefix_space", space);
                }
                if (roberta && settings.has("trim_offsets")) {
                    part.addProperty("trim_offsets", settings.flag("trim_offsets", true));
                }
            }
        }
    }

    /** Adds what the configuration names and the file lacks, with the next ids. */
    static void addTokens(JsonObject root, TokenizerSettings settings) {
        JsonArray added =
                root.get("added_tokens") instanceof JsonArray list ? list : new JsonArray();
        root.add("added_tokens", added);
        Map<String, SpecialToken> missing = new LinkedHashMap<>();
        settings.added().values().forEach(token -> missing.putIfAbsent(token.content(), token));
        settings.named().values().forEach(token -> missing.putIfAbsent(token.content(), token));
        settings.additional().forEach(token -> missing.putIfAbsent(token.content(), token));
        Set<String> special = new HashSet<>();
        settings.named().values().forEach(token -> special.add(token.content()));
        for (JsonElement token : added) {
            SpecialToken known = SpecialToken.of(token, false);
            if (known != null) {
                missing.remove(known.content());
                if (special.contains(known.content())) {
                    token.getAsJsonObject().addProperty("special", true);
                }
            }
        }
        missing.values().forEach(token -> added.add(token.toJson(0)));
        Vocabularies.number(root);
    }
}
