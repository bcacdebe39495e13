package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.text.Normalizer;
import java.util.Locale;

/**
 * What happens to a text before it is cut: a Unicode normal form, then lower case. Stated as Java
 * code for training and as the element {@code normalizer} of a {@code tokenizer.json} for use.
 *
 * @param form the Unicode normal form
 * @param lowercase whether letters are made lower case
 */
public record TextNormalizer(Form form, boolean lowercase) {

    /** Leaves the text as it is. */
    public static final TextNormalizer NONE = new TextNormalizer(Form.NONE, false);

    /** A Unicode normal form. */
    public enum Form {
        /** As the text is. */
        NONE,
        /** Canonical composition. */
        NFC,
        /** Compatibility composition: also ligatures, full-width letters and their like. */
        NFKC
    }

    String normalize(String text, boolean marksWords) {
        String clean = TokenTable.clean(text, true);
        String result =
                switch (form) {
                    case NONE -> clean;
                    case NFC -> Normalizer.normalize(clean, Normalizer.Form.NFC);
                    case NFKC -> Normalizer.normalize(clean, Normalizer.Form.NFKC);
                };
        if (lowercase) {
            result = lowercase(result);
        }
        return marksWords ? result.replace(PreTokenizer.MARK, " ") : result;
    }

    // Letter by letter, without the rule for a final sigma: what the tokenizers library does.
    private static String lowercase(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            if (c == 0x130) {
                                result.append(Character.toString(c).toLowerCase(Locale.ROOT));
                            } else {
                                result.appendCodePoint(Character.toLowerCase(c));
                            }
                        });
        return result.toString();
    }

    JsonElement toJson(boolean marksWords) {
        JsonArray steps = new JsonArray();
        if (form != Form.NONE) {
            steps.add(element(form.name()));
        }
        if (lowercase) {
            steps.add(element("Lowercase"));
        }
        if (marksWords) {
            JsonObject mark = new JsonObject();
            mark.addProperty("String", PreTokenizer.MARK);
            JsonObject replace = element("Replace");
            replace.add("pattern", mark);
            replace.addProperty("content", " ");
            steps.add(replace);
        }
        if (steps.isEmpty()) {
            return JsonNull.INSTANCE;
        }
        if (steps.size() == 1) {
            return steps.get(0);
        }
        JsonObject sequence = element("Sequence");
        sequence.add("normalizers", steps);
        return sequence;
    }

    private static JsonObject element(String type) {
        JsonObject element = new JsonObject();
        element.addProperty("type", type);
        return element;
    }
}
