package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Refuses what the native library answers with an abort of the whole process rather than with an
 * error: these are all the places where tokenizers 0.21.4 trusts a file.
 */
final class NativeGuard {

    private NativeGuard() {}

    /**
     * Checks a tokenizer.json.
     *
     * @param root its JSON
     * @throws IllegalArgumentException if the library would end the process over it
     */
    static void check(JsonObject root) {
        checkNormalizers(root);
        checkDecoders(root.get("decoder"));
        checkTemplates(root.get("post_processor"));
        JsonObject model = root.getAsJsonObject("model");
        String prefix = text(model, "continuing_subword_prefix");
        if (!prefix.isEmpty()) {
            checkMerges(model.get("merges"), prefix);
        }
        if (model.get("vocab").isJsonArray()) {
            checkUnigram(model);
        }
    }

    /** Anywhere in the file: normalizers stand in sequences of sequences. */
    private static void checkNormalizers(JsonElement element) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(NativeGuard::checkNormalizers);
        } else if (element.isJsonObject()) {
            JsonObject object = element.getAsJsonObject();
            if (text(object, "type").equals("Precompiled")) {
                checkCharsMap(text(object, "precompiled_charsmap"));
            }
            object.entrySet().stream()
                    .filter(e -> !e.getKey().equals("vocab") && !e.getKey().equals("merges"))
                    .forEach(e -> checkNormalizers(e.getValue()));
        }
    }

    /** SentencePiece's map of characters: the size of a trie, the trie, and texts in UTF-8. */
    private static void checkCharsMap(String base64) {
        String wrong = "the precompiled_charsmap of its normalizer is damaged";
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wrong, e);
        }
        require(bytes.length >= 4, wrong);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long trie = buffer.getInt() & 0xFFFFFFFFL;
        require(trie > 0 && trie % 4 == 0 && trie <= buffer.remaining(), wrong);
        buffer.position(4 + (int) trie);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(buffer);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(wrong, e);
        }
    }

    private static void checkDecoders(JsonElement decoder) {
        if (decoder == null || !decoder.isJsonObject()) {
            return;
        }
        JsonObject object = decoder.getAsJsonObject();
        if (object.get("decoders") instanceof JsonArray list) {
            list.forEach(NativeGuard::checkDecoders);
        }
        boolean bothEnds = positive(object.get("start")) && positive(object.get("stop"));
        require(!bothEnds, "a Strip decoder that cuts at both ends is not supported");
    }

    /** A template must be able to find its special tokens, and one text has no second. */
    private static void checkTemplates(JsonElement processor) {
        if (!(processor instanceof JsonObject object)) {
            return;
        }
        if (object.get("processors") instanceof JsonArray list) {
            list.forEach(NativeGuard::checkTemplates);
        }
        JsonObject special =
                object.get("special_tokens") instanceof JsonObject map ? map : new JsonObject();
        for (String template : List.of("single", "pair")) {
            if (object.get(template) instanceof JsonArray pieces) {
                pieces.forEach(piece -> checkPiece(piece, template, special));
            }
        }
        for (Map.Entry<String, JsonElement> token : special.entrySet()) {
            boolean paired =
                    token.getValue() instanceof JsonObject one
                            && one.get("ids") instanceof JsonArray ids
                            && one.get("tokens") instanceof JsonArray names
                            && ids.size() == names.size();
            require(paired, "the template's token " + token.getKey() + " needs ids and tokens");
        }
    }

    private static void checkPiece(JsonElement piece, String template, JsonObject special) {
        if (!(piece instanceof JsonObject object)) {
            return;
        }
        if (object.get("SpecialToken") instanceof JsonObject token) {
            String name = text(token, "id");
            require(special.has(name), "its template has no special token " + name);
        }
        if (object.get("Sequence") instanceof JsonObject sequence) {
            boolean second = text(sequence, "id").equals("B");
            require(!second || template.equals("pair"), "its template of one text has a second");
        }
    }

    private static boolean positive(JsonElement number) {
        return number != null
                && number.isJsonPrimitive()
                && number.getAsJsonPrimitive().isNumber()
                && number.getAsDouble() > 0;
    }

    private static void checkMerges(JsonElement merges, String prefix) {
        boolean ascii = prefix.chars().allMatch(c -> c < 128);
        require(ascii, "its continuing_subword_prefix must be ASCII, got " + prefix);
        if (!(merges instanceof JsonArray list)) {
            return;
        }
        for (JsonElement merge : list) {
            String right;
            if (merge.isJsonArray()) {
                JsonElement last = merge.getAsJsonArray().get(merge.getAsJsonArray().size() - 1);
                right = last.getAsString();
            } else {
                String pair = merge.getAsString();
                right = pair.substring(pair.indexOf(' ') + 1);
            }
            require(
                    right.startsWith(prefix),
                    "the second part of a merge must start with " + prefix + ", got " + right);
        }
    }

    private static void checkUnigram(JsonObject model) {
        for (JsonElement entry : model.getAsJsonArray("vocab")) {
            require(
                    !entry.getAsJsonArray().get(0).getAsString().isEmpty(),
                    "a token of a Unigram model must not be empty");
        }
    }

    private static String text(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
