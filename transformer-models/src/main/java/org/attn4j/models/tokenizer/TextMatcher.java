package org.attn4j.models.tokenizer;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;

/** Finds the longest of some texts at a position, however many there are. */
final class TextMatcher {

    private static final int MOST_CHARACTERS = 1 << 20;

    /** The nodes of a tree by their parent, in the upper half, and their character. */
    private final Map<Long, Integer> nodes = new HashMap<>();

    private final Set<Integer> ends = new HashSet<>();

    /**
     * @param texts the texts; not empty
     * @throws IllegalArgumentException if they are too long together
     */
    TextMatcher(Collection<String> texts) {
        for (String text : texts) {
            int node = 0;
            for (int i = 0; i < text.length(); i++) {
                int next = nodes.size() + 1;
                Integer known = nodes.putIfAbsent(key(node, text.charAt(i)), next);
                node = known == null ? next : known;
            }
            ends.add(node);
            Require.that(
                    nodes.size() <= MOST_CHARACTERS,
                    "its added tokens must have at most %s characters",
                    MOST_CHARACTERS);
        }
    }

    private static long key(int node, char c) {
        return (long) node << Character.SIZE | c;
    }

    /** Returns the length of the longest text that stands at a position, or 0. */
    int longestAt(String text, int at) {
        int longest = 0;
        Integer node = 0;
        for (int i = at; i < text.length(); i++) {
            node = nodes.get(key(node, text.charAt(i)));
            if (node == null) {
                return longest;
            }
            if (ends.contains(node)) {
                longest = i + 1 - at;
            }
        }
        return longest;
    }
}
