package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the longest of some texts at a place. */
final class TextMatcher {

    private final Map<Character, List<String>> byFirst = new HashMap<>();

    TextMatcher(Collection<String> texts) {
        for (String text : texts) {
            byFirst.computeIfAbsent(text.charAt(0), c -> new ArrayList<>()).add(text);
        }
        Comparator<String> longestFirst = Comparator.comparingInt(String::length).reversed();
        byFirst.values().forEach(list -> list.sort(longestFirst));
    }

    /** Returns the length of the longest text that stands at a place, or 0. */
    int longestAt(String text, int at) {
        List<String> candidates = byFirst.get(text.charAt(at));
        if (candidates != null) {
            for (String candidate : candidates) {
                if (text.startsWith(candidate, at)) {
                    return candidate.length();
                }
            }
        }
        return 0;
    }
}
