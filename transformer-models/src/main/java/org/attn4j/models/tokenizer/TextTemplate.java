package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.List;

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
     * @param sequence 0 or 1 for a text
     * @param typeId the segment
     */
    record Part(String token, int sequence, int typeId) {

        static Part of(String written) {
            int colon = written.lastIndexOf(':');
            String name = written.substring(0, colon);
            int type = Integer.parseInt(written.substring(colon + 1));
            return switch (name) {
                case "$A" -> new Part(null, 0, type);
                case "$B" -> new Part(null, 1, type);
                default -> new Part(name, -1, type);
            };
        }
    }

    /** Two texts without anything around them. */
    static final TextTemplate BARE = parse("$A:0", "$A:0 $B:1");

    /**
     * Reads a template.
     *
     * @param single tokens and {@code $A}, each with its segment, such as {@code [CLS]:0 $A:0
     *     [SEP]:0}
     * @param pair the same with {@code $B}
     */
    static TextTemplate parse(String single, String pair) {
        return new TextTemplate(parts(single), parts(pair));
    }

    private static List<Part> parts(String written) {
        List<Part> parts = new ArrayList<>();
        for (String part : written.trim().split(" +")) {
            parts.add(Part.of(part));
        }
        return parts;
    }
}
