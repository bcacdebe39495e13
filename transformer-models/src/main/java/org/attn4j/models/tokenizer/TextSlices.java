package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where a long text may be cut so that its slices have the tokens of the whole: before a single
 * space between two letters from a to z, if the tokenizer begins a word at each such position and
 * no token reaches over it. Every further slice begins with the letter before the cut, so that what
 * is done to the beginning of a text is done to that letter; its tokens are left out again.
 */
final class TextSlices {

    /** Slices of this length are as fast as longer ones and take less memory. */
    private static final int USUAL = 1 << 18;

    /** These leave letters from a to z and single spaces as they are, and where they are. */
    private static final Set<String> LOCAL_NORMALIZERS =
            Set.of(
                    ("BertNormalizer Strip StripAccents NFC NFD NFKC NFKD Lowercase Nmt Precompiled")
                            .split(" "));

    private static final Set<String> CUTTERS =
            Set.of("BertPreTokenizer", "Whitespace", "WhitespaceSplit");

    private static final Set<String> NOT_FOR_LETTERS = Set.of("Digits", "Punctuation");

    /** Words of letters, as published expressions write them: they end before a space. */
    private static final Set<String> WORDS =
            Set.of(
                    " ?\\p{L}+",
                    "\\p{L}+",
                    "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
                    "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+",
                    "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++",
                    "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+",
                    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
                            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+",
                    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
                            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?");

    /** What stands beside them: no match of these has a letter and the space after it. */
    private static final Set<String> BESIDE_WORDS =
            Set.of(
                    "'s",
                    "'t",
                    "'re",
                    "'ve",
                    "'m",
                    "'ll",
                    "'d",
                    "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
                    "'(?i:[sdmt]|ll|ve|re)",
                    "'(?:[sdmt]|ll|ve|re)",
                    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*",
                    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+",
                    "\\p{N}",
                    "\\p{N}+",
                    " ?\\p{N}+",
                    "\\p{N}{1,3}",
                    " ?[^\\s\\p{L}\\p{N}]+",
                    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
                    " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*",
                    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
                    " ?[\\p{P}\\p{S}]+[\\r\\n]*",
                    "\\s*[\\r\\n]",
                    "\\s*[\\r\\n]+",
                    "\\s+(?!\\S)",
                    "\\s+$",
                    "\\s+",
                    "\\s");

    private final int longest;
    private final char space; // 0 if texts cannot be cut

    private TextSlices(int longest, char space) {
        this.longest = longest;
        this.space = space;
    }

    /**
     * Finds out how the texts of a tokenizer may be cut.
     *
     * @param root its tokenizer.json
     * @param longest the most characters that the library is given at once
     */
    static TextSlices of(JsonObject root, int longest) {
        return new TextSlices(longest, space(root));
    }

    /**
     * Cuts a text.
     *
     * @return where the slices begin, without the letter that they share with the one before
     * @throws IllegalStateException if it is too long and cannot be cut
     */
    int[] begins(String text) {
        int most = space == 0 ? longest : Math.min(longest, USUAL);
        IntStream.Builder begins = IntStream.builder().add(0);
        int begin = 0;
        while (text.length() - begin > most - 1 && text.length() > most) {
            int cut = lastCut(text, begin + 1, Math.min(text.length(), begin + most) - 2);
            if (cut < 0) {
                cut = firstCut(text, begin + most - 1);
            }
            int end = cut < 0 ? text.length() : cut;
            int shared = begin == 0 ? 0 : 1;
            if (end - begin + shared > longest) {
                throw new IllegalStateException(
                        "it must have at most "
                                + longest
                                + " characters between places where it can be cut safely, got "
                                + (end - begin)
                                + "; divide it into several texts");
            }
            if (cut < 0) {
                break;
            }
            begins.add(cut);
            begin = cut;
        }
        return begins.build().toArray();
    }

    private int lastCut(String text, int from, int to) {
        int at = to;
        while (at >= from && !isCut(text, at)) {
            at--;
        }
        return at < from ? -1 : at;
    }

    private int firstCut(String text, int from) {
        int at = from;
        while (at < text.length() - 1 && !isCut(text, at)) {
            at++;
        }
        return at >= text.length() - 1 ? -1 : at;
    }

    private boolean isCut(String text, int at) {
        return space != 0
                && text.charAt(at) == space
                && isLetter(text.charAt(at - 1))
                && isLetter(text.charAt(at + 1));
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static char space(JsonObject root) {
        List<JsonObject> normalizers = parts(root.get("normalizer"), "normalizers");
        List<JsonObject> steps = parts(root.get("pre_tokenizer"), "pretokenizers");
        char mark = ' ';
        if (normalizers.isEmpty() && steps.isEmpty()) {
            // So are spaces written where the library runs a model of SentencePiece.
            mark = SentencePieceModel.SPACE;
            for (String token : Vocabularies.ids(root.getAsJsonObject("model")).keySet()) {
                if (reachesOver(token)) {
                    return 0;
                }
            }
        } else if (!normalizers.stream().allMatch(TextSlices::isLocal) || !cuts(steps)) {
            return 0;
        }
        if (root.get("added_tokens") instanceof JsonArray added) {
            for (JsonElement one : added) {
                JsonObject token = one.getAsJsonObject();
                String content = text(token, "content");
                boolean takes = isTrue(token, "rstrip") && endsInALetter(content);
                boolean changed = isTrue(token, "normalized") && !normalizers.isEmpty();
                if (takes || changed || reachesOver(content)) {
                    return 0;
                }
            }
        }
        return mark;
    }

    /** Whether a token has a letter and a space after it. */
    private static boolean reachesOver(String token) {
        for (int i = 1; i < token.length(); i++) {
            char c = token.charAt(i);
            if ((c == ' ' || c == SentencePieceModel.SPACE) && isLetter(token.charAt(i - 1))) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsInALetter(String content) {
        return !content.isEmpty() && isLetter(content.charAt(content.length() - 1));
    }

    /** The parts of a sequence of sequences. */
    private static List<JsonObject> parts(JsonElement element, String key) {
        List<JsonObject> parts = new ArrayList<>();
        if (element instanceof JsonObject part) {
            if (part.get(key) instanceof JsonArray list) {
                list.forEach(one -> parts.addAll(parts(one, key)));
            } else {
                parts.add(part);
            }
        }
        return parts;
    }

    private static boolean isLocal(JsonObject normalizer) {
        if (normalizer.get("pattern") instanceof JsonObject pattern) {
            String replaced = text(pattern, "String");
            String spaces = text(pattern, "Regex");
            return !replaced.isEmpty()
                            && replaced.chars().noneMatch(c -> c == ' ' || isLetter((char) c))
                    || spaces.equals(" {2,}")
                    || spaces.equals("\\s+") && text(normalizer, "content").equals(" ");
        }
        if (!LOCAL_NORMALIZERS.contains(text(normalizer, "type"))) {
            return false;
        }
        if (normalizer.has("precompiled_charsmap")) {
            CharsMap map = CharsMap.ofBase64(text(normalizer, "precompiled_charsmap"));
            return " abcdefghijklmnopqrstuvwxyz"
                    .chars()
                    .allMatch(c -> map.longest(new byte[] {(byte) c}, 0) < 0);
        }
        return true;
    }

    private static boolean cuts(List<JsonObject> steps) {
        for (JsonObject step : steps) {
            String type = text(step, "type");
            boolean words =
                    CUTTERS.contains(type)
                            || type.equals("ByteLevel") && !isFalse(step, "use_regex")
                            || type.equals("Metaspace") && !isFalse(step, "split")
                            || type.equals("Split") && splitsWords(step);
            if (words) {
                return true;
            } else if (!NOT_FOR_LETTERS.contains(type)) {
                return false;
            }
        }
        return false;
    }

    private static boolean splitsWords(JsonObject step) {
        if (!(step.get("pattern") instanceof JsonObject pattern)
                || !pattern.has("Regex")
                || !text(step, "behavior").equals("Isolated")
                || !isFalse(step, "invert")) {
            return false;
        }
        List<String> alternatives = RegexCost.alternatives(text(pattern, "Regex"));
        return alternatives.stream().anyMatch(WORDS::contains)
                && alternatives.stream()
                        .allMatch(one -> WORDS.contains(one) || BESIDE_WORDS.contains(one));
    }

    private static boolean isTrue(JsonObject part, String key) {
        return part.get(key) instanceof JsonPrimitive value && value.getAsBoolean();
    }

    private static boolean isFalse(JsonObject part, String key) {
        return part.get(key) instanceof JsonPrimitive value && !value.getAsBoolean();
    }

    private static String text(JsonObject part, String key) {
        return part.get(key) instanceof JsonPrimitive value ? value.getAsString() : "";
    }
}
