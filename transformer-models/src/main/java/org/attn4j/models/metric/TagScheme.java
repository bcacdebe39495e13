package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.Require;

/** How tags such as {@code B-PER} and {@code I-PER} mark entities. */
public enum TagScheme {
    /**
     * Every scheme, read leniently, as conlleval (Tjong Kim Sang and Buchholz 2000) and by default
     * seqeval read it: an entity goes on until its type changes, after {@code E} and {@code S}, and
     * before {@code B} and {@code S}. IOB1, IOB2 and BIOES are read rightly, and what breaks their
     * rules is an entity nevertheless.
     */
    CONLLEVAL,
    /** IOB2, strictly, as seqeval's strict mode: an entity without {@code B} in front is none. */
    IOB2,
    /**
     * BIOES, strictly, as seqeval's strict mode: an entity is {@code S} alone, or from {@code B} by
     * {@code I} to {@code E}.
     */
    BIOES;

    /**
     * An entity of a sentence.
     *
     * @param type its type, {@code PER} of {@code B-PER}; empty for a tag without a type
     * @param start its first word, counted from 0
     * @param end behind its last word
     */
    public record Span(String type, int start, int end) {}

    /**
     * Finds the entities of a sentence.
     *
     * @param tags the tag of each word
     * @return its entities, in order
     * @throws IllegalArgumentException if a tag is neither {@code O} nor begins with {@code B},
     *     {@code I}, {@code E} or {@code S}, or the scheme has no such tag
     */
    public List<Span> entities(List<String> tags) {
        List<Span> entities = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= tags.size(); i++) {
            if (i == tags.size() || !goesOn(tags.get(i - 1), tags.get(i))) {
                List<String> marks = tags.subList(first, i).stream().map(this::mark).toList();
                if (isEntity(marks)) {
                    entities.add(new Span(type(tags.get(first)), first, i));
                }
                first = i;
            }
        }
        return entities;
    }

    /**
     * Whether a tag is one that marks entities or their absence, whatever the scheme.
     *
     * @param tag a tag
     * @return true for {@code O} and for what begins with {@code B}, {@code I}, {@code E} or {@code
     *     S} before a hyphen
     */
    public static boolean isTag(String tag) {
        return tag.matches("O|[BIES](-.*)?");
    }

    private boolean goesOn(String before, String tag) {
        return !mark(before).equals("O")
                && "BI".contains(mark(before))
                && "IE".contains(mark(tag))
                && type(before).equals(type(tag));
    }

    private boolean isEntity(List<String> marks) {
        String together = String.join("", marks);
        return switch (this) {
            case CONLLEVAL -> !together.equals("O");
            case IOB2 -> together.startsWith("B");
            case BIOES -> together.matches("S|BI*E");
        };
    }

    private String mark(String tag) {
        Require.that(
                isTag(tag) && !(this == IOB2 && tag.matches("[ES].*")),
                "%s has no tag '%s': tags are O, or like B-TYPE",
                this,
                tag);
        return tag.substring(0, 1);
    }

    private static String type(String tag) {
        return tag.substring(Math.min(2, tag.length()));
    }
}
