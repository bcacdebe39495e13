package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How special tokens stand around texts.
 *
 * @param single the parts around one text
 * @param pair the parts around two texts
 */
record TextTemplate(List<Part> single, List<Part> pair) {

    /**
     * A special token or a text.
     *
     * @param token the token, or null for a text
     * @param sequence 0 or 1 for a text, -1 for a token
     * @param typeId the segment
     */
    record Part(String token, int sequence, int typeId) {}

    /** Two texts without anything around them. */
    static final TextTemplate BARE = parse("$A:0", "$A:0 $B:1", role -> role);

    /**
     * Reads a template.
     *
     * @param single roles of special tokens and {@code $A}, each with its segment, such as {@code
     *     cls:0 $A:0 sep:0}
     * @param pair the same with {@code $B}
     * @param tokens the token of a role
     */
    static TextTemplate parse(String single, String pair, UnaryOperator<String> tokens) {
        return new TextTemplate(parts(single, tokens), parts(pair, tokens));
    }

    private static List<Part> parts(String written, UnaryOperator<String> tokens) {
        List<Part> parts = new ArrayList<>();
        for (String one : written.trim().split(" +")) {
            String[] part = one.split(":");
            int type = Integer.parseInt(part[1]);
            parts.add(
                    switch (part[0]) {
                        case "$A" -> new Part(null, 0, type);
                        case "$B" -> new Part(null, 1, type);
                        default -> new Part(tokens.apply(part[0]), -1, type);
                    });
        }
        return parts;
    }
}
