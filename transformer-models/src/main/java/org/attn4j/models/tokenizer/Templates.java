package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;

/** Writes the templates that put special tokens around texts. */
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
            String cls = content(settings, "cls");
            String sep = content(settings, "sep");
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
        String[] patterns = patterns(settings);
        return of(patterns[0], patterns[1], ids);
    }

    /** Returns the template of a family. */
    static TextTemplate template(TokenizerSettings settings) {
        String[] patterns = patterns(settings);
        return TextTemplate.parse(patterns[0], patterns[1]);
    }

    /** The templates of one text and of two. */
    private static String[] patterns(TokenizerSettings settings) {
        String cls = content(settings, "cls");
        String sep = content(settings, "sep");
        String eos = content(settings, "eos");
        String single;
        return switch (settings.family()) {
            case BERT, DISTILBERT, ALBERT, BIG_BIRD -> {
                single = cls + ":0 $A:0 " + sep + ":0";
                yield new String[] {single, single + " $B:1 " + sep + ":1"};
            }
            case XLM_ROBERTA, CAMEMBERT -> {
                single = cls + ":0 $A:0 " + sep + ":0";
                yield new String[] {single, single + " " + sep + ":0 $B:0 " + sep + ":0"};
            }
            case T5 -> {
                single = "$A:0 " + eos + ":0";
                yield new String[] {single, single + " $B:0 " + eos + ":0"};
            }
            case MARIAN -> new String[] {"$A:0 " + eos + ":0", "$A:0 $B:0 " + eos + ":0"};
            // The language of the moment decides.
            case MBART, MBART50 -> new String[] {"$A:0", "$A:0 $B:0"};
            default -> startAndEnd(settings);
        };
    }

    private static String content(TokenizerSettings settings, String role) {
        SpecialToken token = settings.named().get(role);
        return token == null ? null : token.content();
    }

    private static int id(String token, Map<String, Integer> ids) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new IllegalArgumentException(
                    "the special token " + token + " must be in the vocabulary, and is not");
        }
        return id;
    }

    /**
     * Makes a template.
     *
     * @param single the template of one text: tokens and {@code $A}, each with its segment, such as
     *     {@code [CLS]:0 $A:0 [SEP]:0}
     * @param pair the template of two texts, with {@code $B}
     * @param ids the ids of the tokens
     */
    static JsonObject of(String single, String pair, Map<String, Integer> ids) {
        JsonObject special = new JsonObject();
        JsonObject processor = new JsonObject();
        processor.addProperty("type", "TemplateProcessing");
        processor.add("single", pieces(single, ids, special));
        processor.add("pair", pieces(pair, ids, special));
        processor.add("special_tokens", special);
        return processor;
    }

    private static JsonArray pieces(String template, Map<String, Integer> ids, JsonObject special) {
        JsonArray pieces = new JsonArray();
        for (String piece : template.trim().split(" +")) {
            int colon = piece.lastIndexOf(':');
            String name = piece.substring(0, colon);
            boolean text = name.equals("$A") || name.equals("$B");
            JsonObject content = new JsonObject();
            content.addProperty("id", text ? name.substring(1) : name);
            content.addProperty("type_id", Integer.parseInt(piece.substring(colon + 1)));
            JsonObject one = new JsonObject();
            one.add(text ? "Sequence" : "SpecialToken", content);
            pieces.add(one);
            if (!text) {
                special.add(name, special(name, ids));
            }
        }
        return pieces;
    }

    private static JsonObject special(String name, Map<String, Integer> ids) {
        return JsonParts.object(
                "id", name, "ids", JsonParts.list(id(name, ids)), "tokens", JsonParts.list(name));
    }

    /**
     * The template of models that are told with {@code add_bos_token} and {@code add_eos_token}.
     */
    static JsonObject startAndEnd(TokenizerSettings settings, Map<String, Integer> ids) {
        String[] patterns = startAndEnd(settings);
        return of(patterns[0], patterns[1], ids);
    }

    private static String[] startAndEnd(TokenizerSettings settings) {
        String bos = mark(settings, "bos", settings.family() == TokenizerFamily.LLAMA);
        String eos = mark(settings, "eos", false);
        String single = framed(bos, "$A", eos, ":0");
        return new String[] {single, single + " " + framed(bos, "$B", eos, ":1")};
    }

    private static String framed(String bos, String text, String eos, String segment) {
        String start = bos == null ? "" : bos + segment + " ";
        return start + text + segment + (eos == null ? "" : " " + eos + segment);
    }

    private static String mark(TokenizerSettings settings, String role, boolean otherwise) {
        SpecialToken token = settings.named().get(role);
        boolean added = settings.flag("add_" + role + "_token", otherwise);
        return added && token != null ? token.content() : null;
    }
}
