package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;

/** The templates by which families put special tokens around texts. */
final class Templates {

    private Templates() {}

    /**
     * Returns the post-processor of a family.
     *
     * @param root the tokenizer, complete with its added tokens
     */
    static JsonElement of(TokenizerSettings settings, JsonObject root) {
        Map<String, Integer> ids = Vocabularies.allIds(root);
        TokenizerFamily family = settings.family();
        if (family == TokenizerFamily.ROBERTA || family == TokenizerFamily.MPNET) {
            String cls = token(settings, "cls");
            String sep = token(settings, "sep");
            return JsonParts.part(
                    "RobertaProcessing",
                    "sep",
                    JsonParts.list(sep, id(sep, ids)),
                    "cls",
                    JsonParts.list(cls, id(cls, ids)),
                    "trim_offsets",
                    settings.flag("trim_offsets", true),
                    "add_prefix_space",
                    settings.flag("add_prefix_space", false));
        }
        return json(template(settings), ids);
    }

    /** Returns the template of a family. */
    static TextTemplate template(TokenizerSettings settings) {
        return switch (settings.family()) {
            case BERT, DISTILBERT, ALBERT, BIG_BIRD ->
                    parse(settings, "cls:0 $A:0 sep:0", "cls:0 $A:0 sep:0 $B:1 sep:1");
            case XLM_ROBERTA, CAMEMBERT ->
                    parse(settings, "cls:0 $A:0 sep:0", "cls:0 $A:0 sep:0 sep:0 $B:0 sep:0");
            case T5 -> parse(settings, "$A:0 eos:0", "$A:0 eos:0 $B:0 eos:0");
            case MARIAN -> parse(settings, "$A:0 eos:0", "$A:0 $B:0 eos:0");
            // The language of the moment decides.
            case MBART, MBART50 -> parse(settings, "$A:0", "$A:0 $B:0");
            default -> startAndEnd(settings);
        };
    }

    private static TextTemplate parse(TokenizerSettings settings, String single, String pair) {
        return TextTemplate.parse(single, pair, role -> token(settings, role));
    }

    private static String token(TokenizerSettings settings, String role) {
        SpecialToken token = settings.named().get(role);
        Require.that(
                token != null,
                "its texts need a %s_token; name one in tokenizer_config.json",
                role);
        return token.content();
    }

    private static int id(String token, Map<String, Integer> ids) {
        Integer id = ids.get(token);
        Require.that(
                id != null, "the special token %s must be in the vocabulary, and is not", token);
        return id;
    }

    /**
     * The post-processor of models that are told with {@code add_bos_token} and {@code
     * add_eos_token}.
     */
    static JsonObject startAndEnd(TokenizerSettings settings, Map<String, Integer> ids) {
        return json(startAndEnd(settings), ids);
    }

    private static TextTemplate startAndEnd(TokenizerSettings settings) {
        boolean llama = settings.family() == TokenizerFamily.LLAMA;
        boolean bos = adds(settings, "bos", llama);
        boolean eos = adds(settings, "eos", false);
        String single = (bos ? "bos:0 " : "") + "$A:0" + (eos ? " eos:0" : "");
        String second = (bos ? "bos:1 " : "") + "$B:1" + (eos ? " eos:1" : "");
        return parse(settings, single, single + " " + second);
    }

    private static boolean adds(TokenizerSettings settings, String role, boolean otherwise) {
        return settings.flag("add_" + role + "_token", otherwise)
                && settings.named().containsKey(role);
    }

    /** Returns the post-processor of a template, by the ids of its special tokens. */
    static JsonObject json(TextTemplate template, Map<String, Integer> ids) {
        JsonObject special = new JsonObject();
        return JsonParts.part(
                "TemplateProcessing",
                "single",
                pieces(template.single(), ids, special),
                "pair",
                pieces(template.pair(), ids, special),
                "special_tokens",
                special);
    }

    private static JsonArray pieces(
            List<TextTemplate.Part> parts, Map<String, Integer> ids, JsonObject special) {
        JsonArray pieces = new JsonArray();
        for (TextTemplate.Part part : parts) {
            boolean text = part.token() == null;
            String id = text ? part.sequence() == 0 ? "A" : "B" : part.token();
            JsonObject content = JsonParts.object("id", id, "type_id", part.typeId());
            pieces.add(JsonParts.object(text ? "Sequence" : "SpecialToken", content));
            if (!text) {
                JsonArray number = JsonParts.list(id(id, ids));
                JsonArray tokens = JsonParts.list(id);
                special.add(id, JsonParts.object("id", id, "ids", number, "tokens", tokens));
            }
        }
        return pieces;
    }
}
