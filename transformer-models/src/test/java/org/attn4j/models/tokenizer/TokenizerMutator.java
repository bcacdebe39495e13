package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes hostile tokenizer files and texts. A file is put together of parts of every kind with
 * parameters that bite, or it is a published one; then some of its values are changed. The same
 * seed always gives the same.
 */
final class TokenizerMutator {

    private static final List<String> WORDS =
            List.of(
                    "",
                    " ",
                    "  ",
                    "\t",
                    "\n",
                    "\r\n",
                    "a",
                    "b",
                    "ab",
                    "abc",
                    "the",
                    " the",
                    "##",
                    "##a",
                    "\u2581",
                    "\u2581a",
                    "a\u2581",
                    "\u0120",
                    "\u0120a",
                    "</w>",
                    "<unk>",
                    "[UNK]",
                    "<s>",
                    "</s>",
                    "<mask>",
                    "<0x41>",
                    "<0xE2>",
                    "<0x+1>",
                    "\u00e9",
                    "e\u0301",
                    "\u0301",
                    "\u0130",
                    "\ufb01",
                    "\ufdfa",
                    "\u1e9b\u0323",
                    "\u00df",
                    "\u4e2d",
                    "\u4e2d\u6587",
                    "\ud83d\ude00",
                    "\ud83d\udc68\u200d\ud83d\udc69",
                    "\u0000",
                    "\u200b",
                    "\u202e",
                    "\u00a0",
                    "\u3000",
                    "\ud800",
                    "\udc00",
                    "\udbff\udfff",
                    "\ufffd",
                    "1",
                    "12",
                    "1,",
                    ".",
                    ",",
                    "'s",
                    "!?",
                    "-",
                    "_",
                    "(",
                    "[",
                    "\\",
                    "$",
                    "x",
                    "Z",
                    "\u0391",
                    "\u03c3\u03c2",
                    "\uac00",
                    "\u1100",
                    "\u0627\u0644",
                    "\u0e01\u0e33",
                    "|",
                    "\u2028",
                    "\u0085",
                    "\u1680");

    private static final List<String> EXPRESSIONS =
            List.of(
                    "",
                    "a",
                    "a+",
                    "a*",
                    "\\s+",
                    "\\s*[\\r\\n]+",
                    " ?\\p{L}+",
                    "(a+)+$",
                    "(a|a)*b",
                    "(a|ab)+c",
                    "^",
                    "$",
                    "\\b",
                    "a\\K",
                    "(?=a\\K)",
                    "(?<=a)",
                    "(?<!a)b",
                    "(?=a)",
                    "(?!a)",
                    "\\X",
                    "\\R",
                    "(?:a+)+",
                    "(?:a*)*",
                    "a{2,3}",
                    "a{0,100000}",
                    "a{1000}",
                    "(?:a{500}){500}",
                    "a++",
                    "a{2}+",
                    "[^a]",
                    "[a-z&&[^b]]",
                    "[[:alpha:]]+",
                    "[]a]",
                    "[",
                    "(",
                    ")",
                    "*",
                    "\\",
                    "\\1",
                    "(a)\\1",
                    "(?<n>a)\\g<n>",
                    "(?<n>a\\g<n>?b)",
                    "(?~a)",
                    "(*FAIL)",
                    "(?{x})",
                    "(?i)stra\u00dfe",
                    "(?i:\u00df)",
                    "\\p{Nope}",
                    "\\p{Han}",
                    "\\p{L}|\\p{M}",
                    ".",
                    "(?m:.)+",
                    "\\x41",
                    "\\xE2",
                    "\\x{41}",
                    "\\u2581",
                    "\\s+(?!\\S)|\\s+",
                    "\\s+x",
                    ".*.*x",
                    ".*.*.*.*x",
                    "(?:.|\\s)*x",
                    "(?>a+)b",
                    "(?:a|b|c)+d",
                    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                    "\\w+|[^\\w\\s]+",
                    "(?x) a b",
                    "a(?i)b|c",
                    "\\G",
                    "\\A",
                    "\\z",
                    "\\h",
                    "\\p{^L}",
                    "\\P{L}",
                    "(?(1)a|b)",
                    "(?#c)",
                    "a??",
                    "a*?b",
                    "a+?",
                    "(?:a?){50}",
                    "(?:a?b?){9}c",
                    "\u2581",
                    "[\u2581 ]");

    private static final List<String> NUMBERS =
            List.of(
                    "0",
                    "1",
                    "2",
                    "3",
                    "-1",
                    "5",
                    "100",
                    "1000",
                    "65535",
                    "2147483647",
                    "2147483648",
                    "4294967295",
                    "4294967296",
                    "9223372036854775807",
                    "18446744073709551615",
                    "18446744073709551616",
                    "1e400",
                    "-1e400",
                    "1e308",
                    "1e-400",
                    "0.5",
                    "1.0",
                    "-0",
                    "0.9999999",
                    "3.4e38",
                    "1e39");

    private static final List<String> KEYS =
            List.of(
                    "type",
                    "content",
                    "pattern",
                    "String",
                    "Regex",
                    "behavior",
                    "invert",
                    "length",
                    "prepend",
                    "replacement",
                    "prepend_scheme",
                    "add_prefix_space",
                    "split",
                    "start",
                    "stop",
                    "prefix",
                    "suffix",
                    "cleanup",
                    "single",
                    "pair",
                    "special_tokens",
                    "processors",
                    "normalizers",
                    "pretokenizers",
                    "decoders",
                    "precompiled_charsmap",
                    "sep",
                    "cls",
                    "trim_offsets",
                    "delimiter",
                    "strip_left");

    private final Random random;
    private final List<JsonObject> published;

    TokenizerMutator(long seed, List<JsonObject> published) {
        random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        random.nextInt();
        this.published = published;
    }

    /** A tokenizer.json. */
    JsonObject tokenizer() {
        JsonObject root =
                published.isEmpty() || random.nextInt(3) > 0
                        ? made()
                        : published.get(random.nextInt(published.size())).deepCopy();
        if (random.nextInt(3) == 0) {
            root.add("decoder", part("decoder", 0));
        }
        if (random.nextInt(3) == 0) {
            root.add("normalizer", part("normalizer", 0));
        }
        if (random.nextInt(4) == 0) {
            root.add("pre_tokenizer", part("pre_tokenizer", 0));
        }
        if (random.nextInt(3) == 0) {
            root.add("added_tokens", added());
        }
        if (random.nextInt(10) > 0) {
            Vocabularies.number(root);
        }
        for (int changes = Math.max(0, random.nextInt(6) - 2); changes > 0; changes--) {
            change(root);
        }
        return root;
    }

    private JsonObject made() {
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("added_tokens", random.nextBoolean() ? added() : new JsonArray());
        for (String place : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) {
            root.add(place, random.nextInt(3) == 0 ? JsonNull.INSTANCE : part(place, 0));
        }
        root.add("model", model());
        return root;
    }

    private JsonObject model() {
        JsonObject vocabulary = new JsonObject();
        vocabulary.addProperty("<unk>", 0);
        for (int i = random.nextInt(40); i >= 0; i--) {
            String token = word();
            if (!vocabulary.has(token) && (!token.isEmpty() || random.nextInt(20) == 0)) {
                vocabulary.addProperty(token, vocabulary.size());
            }
        }
        switch (random.nextInt(4)) {
            case 0:
                return JsonParts.part("WordLevel", "vocab", vocabulary, "unk_token", "<unk>");
            case 1:
                return JsonParts.part(
                        "WordPiece",
                        "unk_token",
                        "<unk>",
                        "continuing_subword_prefix",
                        pick("##", "", word()),
                        "max_input_chars_per_word",
                        pick(100, 3, 0, 1000, 100_000),
                        "vocab",
                        vocabulary);
            case 2:
                JsonArray scored = new JsonArray();
                for (String token : vocabulary.keySet()) {
                    scored.add(JsonParts.list(token, pick(0, -1, -2.5, -10, 3, 1e300, -1e300)));
                }
                return JsonParts.part(
                        "Unigram",
                        "unk_id",
                        random.nextInt(5) == 0 ? pick(null, 3, 10_000) : 0,
                        "vocab",
                        scored,
                        "byte_fallback",
                        random.nextBoolean());
            default:
                JsonArray merges = new JsonArray();
                List<String> tokens = List.copyOf(vocabulary.keySet());
                String prefix = random.nextInt(4) == 0 ? "##" : null;
                for (int i = random.nextInt(12); i > 0; i--) {
                    String left = tokens.get(random.nextInt(tokens.size()));
                    String right = tokens.get(random.nextInt(tokens.size()));
                    if (random.nextInt(20) > 0 && !vocabulary.has(left + right)) {
                        vocabulary.addProperty(left + right, vocabulary.size());
                    }
                    merges.add(
                            random.nextInt(4) == 0
                                    ? new JsonPrimitive(left + " " + right)
                                    : JsonParts.list(left, right));
                }
                return JsonParts.part(
                        "BPE",
                        "dropout",
                        random.nextInt(8) == 0 ? pick(0.0, 0.1, 0.9999999, 1.0, 2) : null,
                        "unk_token",
                        random.nextInt(4) == 0 ? null : "<unk>",
                        "continuing_subword_prefix",
                        prefix,
                        "end_of_word_suffix",
                        random.nextInt(4) == 0 ? pick("</w>", "", word()) : null,
                        "fuse_unk",
                        random.nextBoolean(),
                        "byte_fallback",
                        random.nextBoolean(),
                        "ignore_merges",
                        random.nextBoolean(),
                        "vocab",
                        vocabulary,
                        "merges",
                        merges);
        }
    }

    private JsonArray added() {
        JsonArray added = new JsonArray();
        for (int i = random.nextInt(5); i >= 0; i--) {
            String content = random.nextInt(4) == 0 ? word() + word() : word();
            if (content.isEmpty()) {
                continue;
            }
            added.add(
                    new SpecialToken(
                                    content,
                                    random.nextInt(3) == 0,
                                    random.nextInt(3) == 0,
                                    random.nextInt(3) == 0,
                                    random.nextBoolean(),
                                    random.nextBoolean())
                            .toJson(random.nextInt(50)));
        }
        return added;
    }

    private JsonElement part(String place, int depth) {
        if (depth < 3 && random.nextInt(3) == 0) {
            JsonArray list = new JsonArray();
            for (int i = random.nextInt(4); i >= 0; i--) {
                list.add(part(place, depth + 1));
            }
            String key =
                    Map.of(
                                    "normalizer", "normalizers",
                                    "pre_tokenizer", "pretokenizers",
                                    "post_processor", "processors",
                                    "decoder", "decoders")
                            .get(place);
            return JsonParts.part("Sequence", key, list);
        }
        return switch (place) {
            case "normalizer" -> normalizer();
            case "pre_tokenizer" -> preTokenizer();
            case "post_processor" -> postProcessor();
            default -> decoder();
        };
    }

    private JsonObject normalizer() {
        return switch (random.nextInt(10)) {
            case 0 ->
                    JsonParts.part(
                            "BertNormalizer",
                            "clean_text",
                            random.nextBoolean(),
                            "handle_chinese_chars",
                            random.nextBoolean(),
                            "strip_accents",
                            pick(null, true, false),
                            "lowercase",
                            random.nextBoolean());
            case 1 ->
                    JsonParts.part(
                            "Strip",
                            "strip_left",
                            random.nextBoolean(),
                            "strip_right",
                            random.nextBoolean());
            case 2, 3 ->
                    JsonParts.part((String) pick("NFC", "NFD", "NFKC", "NFKD", "StripAccents"));
            case 4 -> JsonParts.part((String) pick("Lowercase", "Nmt", "ByteLevel"));
            case 5 -> JsonParts.part("Precompiled", "precompiled_charsmap", charsMap());
            case 6 -> JsonParts.part("Prepend", "prepend", word());
            default -> JsonParts.part("Replace", "pattern", pattern(), "content", word());
        };
    }

    private JsonObject pattern() {
        return random.nextBoolean()
                ? JsonParts.object("String", word())
                : JsonParts.object("Regex", expression());
    }

    private String expression() {
        String one = EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size()));
        String other = EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size()));
        return switch (random.nextInt(8)) {
            case 0 -> one + "|" + other;
            case 1 -> "(?:" + one + ")" + pick("*", "+", "?", "{2}", "{1,3}");
            case 2 -> one + other;
            case 3 -> "(?" + pick("=", "!", "<=", "<!", ">", "i:", "m:") + one + ")" + other;
            default -> one;
        };
    }

    /** A map of a rule or two, with a bit turned at times. */
    private String charsMap() {
        byte[] texts =
                (word().replace("\u0000", "") + "\0")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int units = (int) pick(256, 512, 512, 300, 1);
        java.nio.ByteBuffer map =
                java.nio.ByteBuffer.allocate(4 + units * 4 + texts.length)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN);
        map.putInt(units * 4);
        int[] trie = new int[units];
        if (units >= 512) {
            int label = (int) pick(0x61, 0xC3, 0x20, 0xE4);
            trie[0] = 0; // the root's children stand at their labels
            int child = 256;
            trie[label] = label | 1 << 8 | (label ^ child) << 10;
            trie[child] = 1 << 31 | (int) pick(0, 0, 0, 1, texts.length, texts.length + 1);
            trie[child ^ 0xA9] = 0xA9 | 1 << 8 | (child ^ 0xA9 ^ 300) << 10;
            trie[300] = 1 << 31;
        }
        for (int unit : trie) {
            map.putInt(unit);
        }
        map.put(texts);
        byte[] bytes = map.array();
        for (int i = random.nextInt(3) == 0 ? random.nextInt(4) : 0; i > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private JsonObject preTokenizer() {
        return switch (random.nextInt(12)) {
            case 0 -> JsonParts.part("BertPreTokenizer");
            case 1, 2 -> byteLevel();
            case 3 -> JsonParts.part("CharDelimiterSplit", "delimiter", word());
            case 4, 5 -> metaspace();
            case 6 ->
                    JsonParts.part(
                            (String) pick("Whitespace", "WhitespaceSplit", "UnicodeScripts"));
            case 7 -> JsonParts.part("Punctuation", "behavior", behavior());
            case 8 -> JsonParts.part("Digits", "individual_digits", random.nextBoolean());
            case 9 -> JsonParts.part("FixedLength", "length", pick(1, 2, 5, 0, 100, -1));
            default ->
                    JsonParts.part(
                            "Split",
                            "pattern",
                            pattern(),
                            "behavior",
                            behavior(),
                            "invert",
                            random.nextBoolean());
        };
    }

    private JsonObject byteLevel() {
        return JsonParts.part(
                "ByteLevel",
                "add_prefix_space",
                random.nextBoolean(),
                "trim_offsets",
                random.nextBoolean(),
                "use_regex",
                random.nextBoolean());
    }

    private JsonObject metaspace() {
        return JsonParts.part(
                "Metaspace",
                "replacement",
                random.nextInt(4) == 0 ? word() : "\u2581",
                "prepend_scheme",
                pick("always", "first", "never"),
                "split",
                random.nextBoolean());
    }

    private Object behavior() {
        return pick("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
    }

    private JsonObject postProcessor() {
        if (random.nextInt(3) == 0) {
            return byteLevel();
        } else if (random.nextInt(3) == 0) {
            JsonArray token = JsonParts.list(word(), random.nextInt(9));
            JsonObject part = JsonParts.part("BertProcessing", "sep", token, "cls", token);
            if (random.nextBoolean()) {
                part.addProperty("type", "RobertaProcessing");
                part.addProperty("trim_offsets", random.nextBoolean());
                part.addProperty("add_prefix_space", random.nextBoolean());
            }
            return part;
        }
        JsonObject special = new JsonObject();
        special.add(
                "<s>",
                JsonParts.object(
                        "id",
                        "<s>",
                        "ids",
                        JsonParts.list(1, 2),
                        "tokens",
                        JsonParts.list("x", "")));
        return JsonParts.part(
                "TemplateProcessing",
                "single",
                template("A"),
                "pair",
                template("B"),
                "special_tokens",
                special);
    }

    private JsonArray template(String last) {
        JsonArray pieces = new JsonArray();
        for (int i = random.nextInt(4); i > 0; i--) {
            String id =
                    random.nextInt(40) == 0 ? (String) pick("B", "?") : (String) pick("A", last);
            JsonObject piece = JsonParts.object("id", id, "type_id", random.nextInt(3));
            boolean special = random.nextInt(3) == 0;
            piece.addProperty("id", special ? "<s>" : id);
            pieces.add(JsonParts.object(special ? "SpecialToken" : "Sequence", piece));
        }
        return pieces;
    }

    private JsonObject decoder() {
        return switch (random.nextInt(9)) {
            case 0 -> JsonParts.part("BPEDecoder", "suffix", word());
            case 1 -> byteLevel();
            case 2 ->
                    JsonParts.part("WordPiece", "prefix", word(), "cleanup", random.nextBoolean());
            case 3 -> metaspace();
            case 4 ->
                    JsonParts.part(
                            "CTC",
                            "pad_token",
                            word(),
                            "word_delimiter_token",
                            word(),
                            "cleanup",
                            random.nextBoolean());
            case 5 -> JsonParts.part("Replace", "pattern", pattern(), "content", word());
            case 6 -> JsonParts.part((String) pick("Fuse", "ByteFallback"));
            default ->
                    JsonParts.part(
                            "Strip",
                            "content",
                            pick("a", " ", "\u2581", word()),
                            "start",
                            pick(0, 1, 3, 100),
                            "stop",
                            random.nextInt(8) == 0 ? pick(1, 3) : 0);
        };
    }

    /** Changes a value somewhere in the file, or puts one there, or takes one away. */
    private void change(JsonObject root) {
        JsonElement at = root;
        for (int depth = 0; depth < 12; depth++) {
            List<JsonElement> inner = new ArrayList<>();
            if (at instanceof JsonObject object) {
                inner.addAll(object.asMap().values());
            } else if (at instanceof JsonArray list) {
                inner.addAll(list.asList());
            }
            inner.removeIf(one -> one.isJsonPrimitive() || one.isJsonNull());
            if (inner.isEmpty() || depth > 0 && random.nextInt(3) == 0) {
                break;
            }
            at = inner.get(random.nextInt(inner.size()));
        }
        if (at instanceof JsonObject object) {
            List<String> keys = List.copyOf(object.keySet());
            String key =
                    keys.isEmpty() || random.nextInt(5) == 0
                            ? KEYS.get(random.nextInt(KEYS.size()))
                            : keys.get(random.nextInt(keys.size()));
            if (random.nextInt(6) == 0) {
                object.remove(key);
            } else {
                object.add(key, value());
            }
        } else if (at instanceof JsonArray list && !list.isEmpty()) {
            int i = random.nextInt(list.size());
            switch (random.nextInt(4)) {
                case 0 -> list.remove(i);
                case 1 -> list.add(list.get(i).deepCopy());
                default -> list.set(i, value());
            }
        }
    }

    private JsonElement value() {
        return switch (random.nextInt(10)) {
            case 0 -> JsonNull.INSTANCE;
            case 1 -> new JsonPrimitive(random.nextBoolean());
            case 2, 3 -> JsonParser.parseString(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 4 -> new JsonArray();
            case 5 -> new JsonObject();
            case 6 -> new JsonPrimitive(expression());
            case 7 ->
                    part(
                            (String)
                                    pick(
                                            "normalizer",
                                            "pre_tokenizer",
                                            "post_processor",
                                            "decoder"),
                            1);
            default -> new JsonPrimitive(word());
        };
    }

    private String word() {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private Object pick(Object... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A text of what bites, and of the tokens of a vocabulary. */
    String text(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            String one =
                    tokens.isEmpty() || random.nextInt(3) > 0
                            ? word()
                            : tokens.get(random.nextInt(tokens.size()));
            text.append(random.nextInt(40) == 0 ? one.repeat(1 + random.nextInt(600)) : one);
            if (random.nextInt(3) == 0) {
                text.append(' ');
            }
        }
        return text.toString();
    }

    long[] ids(int size) {
        return random.longs(random.nextInt(12), 0, Math.max(1, size)).toArray();
    }

    /** Changes some bytes of a file. */
    byte[] damaged(byte[] file) {
        byte[] bytes = file.clone();
        for (int i = random.nextInt(6); i >= 0 && bytes.length > 0; i--) {
            int at =
                    random.nextInt(
                            random.nextBoolean() ? bytes.length : Math.min(64, bytes.length));
            bytes[at] =
                    (byte)
                            (random.nextBoolean()
                                    ? bytes[at] ^ 1 << random.nextInt(8)
                                    : random.nextInt());
        }
        return bytes;
    }
}
