package org.attn4j.attention.spec;

import java.util.Collection;
import java.util.Locale;

/** Finds the known word that a mistyped one was likely meant to be. */
public final class Nearest {

    private Nearest() {}

    /**
     * Finds the nearest known word.
     *
     * @param word the word as it was typed
     * @param known the words it may be
     * @return the nearest one; null when none is near enough to be a likely mistake
     */
    public static String of(String word, Collection<String> known) {
        String nearest = null;
        int least = Math.max(2, word.length() / 2) + 1;
        for (String candidate : known) {
            int distance =
                    distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /**
     * Returns what to add to the error about an unknown word.
     *
     * @param word the word
     * @param known the known words
     * @return a question for the likely one, or the list of all
     */
    public static String hint(String word, Collection<String> known) {
        String nearest = of(word, known);
        return nearest == null
                ? ", there are: " + String.join(", ", known)
                : ", did you mean '" + nearest + "'?";
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
