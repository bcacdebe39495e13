package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What of a tokenizer.json the native library is given, and how much text at once.
 *
 * <p>The library (tokenizers 0.21.4) answers what it does not expect with a panic, which ends the
 * whole process: nothing between its frames and those of Java can catch it. So all that could make
 * it panic is refused here by name, and so is what would take it time or memory without a limit:
 * these are the sections where it trusts a file. They are checked by what a part holds, whatever
 * type it claims to have, as the library takes untyped parts for any that fit.
 *
 * @param longestText the most characters of a text for one call
 * @param longestDecoded the most characters of tokens to be joined in one call
 */
record NativeGuard(int longestText, int longestDecoded) {

    /** So many characters take the library about a gigabyte while it works. */
    static final int MOST_CHARACTERS = 1 << 22;

    /** The most characters that a text may become on its way to the vocabulary. */
    private static final int MOST_NORMALISED = 1 << 24;

    /** A tokenizer that cannot be given this much is none. */
    private static final int FEWEST_CHARACTERS = 256;

    private static final double MOST_STEPS = 4e9;
    private static final int DEEPEST = 32;
    private static final int MOST_PARTS = 128;
    private static final int MOST_ADDED = 1 << 15;
    static final int LONGEST_TOKEN = 500;
    private static final int MOST_PIECES = 64;

    private static final Map<String, Set<String>> TYPES =
            Map.of(
                    "normalizer",
                    Set.of(
                            ("BertNormalizer Strip StripAccents NFC NFD NFKC NFKD Sequence Lowercase"
                                            + " Nmt Precompiled Replace Prepend ByteLevel")
                                    .split(" ")),
                    "pre_tokenizer",
                    Set.of(
                            ("BertPreTokenizer ByteLevel CharDelimiterSplit Metaspace Whitespace"
                                            + " Sequence Split Punctuation WhitespaceSplit Digits"
                                            + " UnicodeScripts FixedLength")
                                    .split(" ")),
                    "post_processor",
                    Set.of(
                            "RobertaProcessing BertProcessing ByteLevel TemplateProcessing Sequence"
                                    .split(" ")),
                    "decoder",
                    Set.of(
                            ("BPEDecoder ByteLevel WordPiece Metaspace CTC Sequence Replace Fuse"
                                            + " Strip ByteFallback")
                                    .split(" ")));

    /**
     * Checks a tokenizer.json.
     *
     * @param root its JSON
     * @return how much text it may be given at once
     * @throws IllegalArgumentException if the library could end the process over it, or work on it
     *     without end
     */
    static NativeGuard check(JsonObject root) {
        checkNumbers(root, 0);
        Pipeline texts = new Pipeline();
        texts.read("normalizer", root.get("normalizer"));
        texts.read("pre_tokenizer", root.get("pre_tokenizer"));
        new Pipeline().read("post_processor", root.get("post_processor"));
        checkTemplates(root.get("post_processor"));
        Pipeline tokens = new Pipeline();
        tokens.read("decoder", root.get("decoder"));
        JsonObject model = root.getAsJsonObject("model");
        double steps = checkModel(model);
        checkAdded(root);
        int longest = (int) Math.min(texts.longest(), MOST_STEPS / steps);
        require(
                longest >= FEWEST_CHARACTERS && tokens.longest() >= FEWEST_CHARACTERS,
                "it could take too much time or memory for a text of "
                        + FEWEST_CHARACTERS
                        + " characters");
        return new NativeGuard(longest, tokens.longest());
    }

    /**
     * Checks tokens that are to be joined.
     *
     * @throws IllegalStateException if they are too many
     */
    void checkDecoded(Stream<String> tokens) {
        long characters = tokens.mapToLong(token -> token.length() + 1L).sum();
        if (characters > longestDecoded) {
            throw new IllegalStateException(
                    "the tokens of a text must have at most %s characters, got %s"
                            .formatted(longestDecoded, characters));
        }
    }

    /** The library reads numbers into floats, and expects them to fit; nesting it bounds itself. */
    private static void checkNumbers(JsonElement element, int depth) {
        require(depth <= DEEPEST, "it is nested more than " + DEEPEST + " times");
        if (element instanceof JsonArray list) {
            list.forEach(one -> checkNumbers(one, depth + 1));
        } else if (element instanceof JsonObject object) {
            object.entrySet().forEach(e -> checkNumbers(e.getValue(), depth + 1));
        } else if (element instanceof JsonPrimitive one && one.isNumber()) {
            require(
                    Double.isFinite(one.getAsDouble()),
                    "a number must be within ±1.8e308, got " + one);
        }
    }

    /** The parts that a text or tokens go through one after the other. */
    private static final class Pipeline {

        private int parts;
        private double growth = 1;
        private double longest = MOST_CHARACTERS;

        int longest() {
            require(growth <= MOST_NORMALISED, "it could make a text longer without a limit");
            return (int) Math.min(longest, MOST_NORMALISED / growth);
        }

        void read(String section, JsonElement element) {
            if (element instanceof JsonArray list) {
                list.forEach(part -> read(section, part));
            } else if (element instanceof JsonObject part) {
                require(++parts <= MOST_PARTS, "its " + section + " has too many parts");
                String type = text(part, "type");
                require(
                        TYPES.get(section).contains(type),
                        "its " + section + " has a part of an unknown type, \"" + type + "\"");
                check(section, part, type);
                for (String inner :
                        List.of("normalizers", "pretokenizers", "processors", "decoders")) {
                    read(section, part.get(inner));
                }
            } else {
                require(
                        element == null || element.isJsonNull(),
                        "its " + section + " must be made of JSON objects");
            }
        }

        private void check(String section, JsonObject part, String type) {
            if (part.get("pattern") instanceof JsonObject pattern) {
                checkPattern(section, part, pattern);
            }
            JsonElement prefix = part.get("prepend");
            require(
                    prefix == null || !text(part, "prepend").isEmpty(),
                    "its " + section + " puts an empty text before others (Prepend)");
            growth *= prefix == null ? 1 : 1 + bytes(part, "prepend") / 2.0;
            if (part.has("precompiled_charsmap") || type.equals("Precompiled")) {
                growth *= CharsMap.ofBase64(text(part, "precompiled_charsmap")).growth();
            }
            require(
                    !part.has("length") || number(part.get("length")) >= 1,
                    "the length of its FixedLength must be at least 1");
            // Cutting at the end runs beyond the beginning of a token that is all cut.
            require(
                    !section.equals("decoder") || number(part.get("stop")) <= 0,
                    "a Strip decoder that cuts at the end is not supported");
            growth *= growth(type);
        }

        private void checkPattern(String section, JsonObject part, JsonObject pattern) {
            boolean replaces = part.has("content");
            int shortest;
            if (pattern.has("Regex")) {
                String expression = text(pattern, "Regex");
                RegexCost cost;
                try {
                    cost = RegexCost.of(expression);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "the regular expression %s of its %s %s"
                                    .formatted(expression, section, e.getMessage()),
                            e);
                }
                shortest = cost.shortest();
                longest = Math.min(longest, cost.longestText());
            } else {
                shortest = bytes(pattern, "String");
            }
            // What is put where nothing was has no section in the original text.
            require(
                    !replaces || shortest > 0 || section.equals("decoder"),
                    "its " + section + " replaces a pattern that matches nothing");
            double content = replaces ? bytes(part, "content") : 0;
            growth *= shortest == 0 ? 1 + content : Math.max(1, content / shortest);
        }

        /**
         * How many bytes a part makes of one at most, by Unicode's tables and the byte alphabet.
         */
        private static double growth(String type) {
            return switch (type) {
                case "NFKC", "NFKD" -> 11;
                case "NFC", "NFD" -> 3;
                case "BertNormalizer" -> 8;
                case "Lowercase" -> 1.5;
                case "ByteLevel", "BPEDecoder", "CTC" -> 2;
                case "Metaspace" -> 4;
                default -> 1;
            };
        }
    }

    /** A template must find its special tokens; one text has no second, and three no template. */
    private static void checkTemplates(JsonElement processor) {
        require(templates(processor) <= 1, "its post_processor has templates in a row");
    }

    private static int templates(JsonElement processor) {
        if (!(processor instanceof JsonObject object)) {
            return 0;
        }
        int templates = 0;
        if (object.get("processors") instanceof JsonArray list) {
            for (JsonElement one : list) {
                templates += templates(one);
            }
        }
        JsonObject special =
                object.get("special_tokens") instanceof JsonObject map ? map : new JsonObject();
        for (String template : List.of("single", "pair")) {
            if (object.get(template) instanceof JsonArray pieces) {
                require(
                        pieces.size() <= MOST_PIECES,
                        "its template must have at most " + MOST_PIECES + " pieces");
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
        return templates + (object.has("single") || object.has("pair") ? 1 : 0);
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

    /** Checks the vocabulary and returns the steps that a character of a text takes at most. */
    private static double checkModel(JsonObject model) {
        for (String part :
                List.of("continuing_subword_prefix", "end_of_word_suffix", "unk_token")) {
            require(
                    text(model, part).length() <= LONGEST_TOKEN,
                    "its " + part + " must be at most " + LONGEST_TOKEN + " characters");
        }
        if (model.get("vocab") instanceof JsonArray vocabulary) {
            return checkUnigram(vocabulary);
        }
        String prefix = text(model, "continuing_subword_prefix");
        double steps = 1 + prefix.length();
        if (!prefix.isEmpty()) {
            checkMerges(model.get("merges"), prefix);
        }
        if (number(model.get("dropout")) > 0) {
            // With dropout the library goes through all merges again and again.
            steps = MOST_STEPS / (1 << 13);
        }
        if (model.has("max_input_chars_per_word")) {
            double word = Math.max(1, number(model.get("max_input_chars_per_word")));
            steps += word * word / 4 + word * prefix.length();
        }
        return steps;
    }

    private static void checkMerges(JsonElement merges, String prefix) {
        if (!(merges instanceof JsonArray list)) {
            return;
        }
        for (JsonElement merge : list) {
            String right = "";
            if (merge instanceof JsonArray pair && !pair.isEmpty()) {
                right = pair.get(pair.size() - 1).getAsString();
            } else if (merge.isJsonPrimitive()) {
                String pair = merge.getAsString();
                right = pair.substring(pair.indexOf(' ') + 1);
            }
            require(
                    right.startsWith(prefix),
                    "the second part of a merge must start with " + prefix + ", got " + right);
        }
    }

    /** At each section the library copies every token that the text there begins with. */
    private static double checkUnigram(JsonArray vocabulary) {
        String[] tokens = new String[vocabulary.size()];
        for (int i = 0; i < tokens.length; i++) {
            boolean entry = vocabulary.get(i) instanceof JsonArray pair && !pair.isEmpty();
            require(entry, "a vocabulary entry must be [token, score]");
            tokens[i] = vocabulary.get(i).getAsJsonArray().get(0).getAsString();
            require(!tokens[i].isEmpty(), "a token of a Unigram model must not be empty");
            require(
                    tokens[i].length() <= LONGEST_TOKEN,
                    "a token of a Unigram model must be at most %s characters, got %s"
                            .formatted(LONGEST_TOKEN, tokens[i].length()));
        }
        Arrays.sort(tokens);
        double most = 1;
        List<String> begun = new ArrayList<>(); // tokens that the present one begins with
        double copied = 0;
        for (String token : tokens) {
            while (!begun.isEmpty() && !token.startsWith(begun.get(begun.size() - 1))) {
                copied -= begun.remove(begun.size() - 1).length();
            }
            begun.add(token);
            copied += token.length();
            most = Math.max(most, copied);
        }
        return most;
    }

    private static void checkAdded(JsonObject root) {
        if (!(root.get("added_tokens") instanceof JsonArray added)) {
            return;
        }
        require(
                added.size() <= MOST_ADDED,
                "it must have at most " + MOST_ADDED + " added tokens, got " + added.size());
        List<JsonObject> normalised = new ArrayList<>();
        for (JsonElement one : added) {
            JsonObject token = one.getAsJsonObject();
            String content = text(token, "content");
            require(
                    content.length() <= LONGEST_TOKEN,
                    "an added token must be at most %s characters, got %s"
                            .formatted(LONGEST_TOKEN, content.length()));
            checkSpaces(token, content);
            if (flag(token, "normalized")) {
                normalised.add(token);
            }
        }
        checkNormalised(root.get("normalizer"), normalised);
    }

    /** The library looks for these in the form that the normalizer gives them. */
    private static void checkNormalised(JsonElement normalizer, List<JsonObject> tokens) {
        if (tokens.isEmpty() || normalizer == null || normalizer.isJsonNull()) {
            return;
        }
        List<String> contents = tokens.stream().map(token -> text(token, "content")).toList();
        List<String> found = LibraryNormalizer.normalize(normalizer, contents);
        for (int i = 0; i < found.size(); i++) {
            require(
                    !found.get(i).isEmpty(),
                    "nothing is left of its added token " + contents.get(i) + ", normalised");
            checkSpaces(tokens.get(i), found.get(i));
        }
    }

    /** Of the space between two tokens that both take it less than nothing would be left. */
    private static void checkSpaces(JsonObject token, String content) {
        boolean strips = flag(token, "lstrip") || flag(token, "rstrip");
        require(
                !strips || !content.chars().allMatch(c -> PreTokenizer.isWhiteSpace((char) c)),
                "an added token of white space must not take the white space beside it");
    }

    private static boolean flag(JsonObject object, String key) {
        return object.get(key) instanceof JsonPrimitive value && value.getAsBoolean();
    }

    private static double number(JsonElement element) {
        boolean is = element instanceof JsonPrimitive one && one.isNumber();
        return is ? element.getAsDouble() : 0;
    }

    private static int bytes(JsonObject object, String key) {
        return text(object, key).getBytes(StandardCharsets.UTF_8).length;
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
