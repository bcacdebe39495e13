package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;

/** French spelling: elision, contraction, plurals. */
final class French {

    private static final Set<String> ELIDED =
            Set.of("le", "la", "de", "je", "ne", "que", "me", "te");
    private static final Set<String> ASPIRATED = Set.of("hibou", "hiboux", "huit");
    private static final String VOWELS = "aàâeéèêëiîïoôœuùû";

    private French() {}

    /** Whether le would be elided before the word. */
    static boolean startsWithVowel(String word) {
        if (word.isEmpty()) {
            return false;
        }
        char first = Character.toLowerCase(word.charAt(0));
        if (first == 'h') {
            return !ASPIRATED.contains(word);
        }
        return VOWELS.indexOf(first) >= 0 || word.equals("y");
    }

    /** The regular plural of a noun, masculine adjective or participle. */
    static String plural(String word) {
        if (word.endsWith("s") || word.endsWith("x")) {
            return word;
        }
        return word.endsWith("eau") ? word + "x" : word + "s";
    }

    /** Writes words out, with l', au, des and the like; commas stick to the word before. */
    static Written write(List<String> words) {
        StringBuilder text = new StringBuilder();
        int[] wordOf = new int[words.size()];
        int spaces = 0;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String next = i + 1 < words.size() ? words.get(i + 1) : "";
            String afterNext = i + 2 < words.size() ? words.get(i + 2) : "";
            String contracted = contraction(word, next, afterNext);
            if (!text.isEmpty() && !text.toString().endsWith("'") && !word.equals(",")) {
                text.append(' ');
                spaces++;
            }
            wordOf[i] = spaces;
            if (contracted != null) {
                word = contracted;
                wordOf[++i] = spaces;
            }
            if (contracted == null && ELIDED.contains(word) && startsWithVowel(next)) {
                text.append(word, 0, word.length() - 1).append('\'');
            } else {
                text.append(word);
            }
        }
        return new Written(text.toString(), wordOf);
    }

    private static String contraction(String word, String next, String afterNext) {
        boolean to = word.equals("à");
        if (!to && !word.equals("de")) {
            return null;
        }
        if (next.equals("les")) {
            return to ? "aux" : "des";
        }
        if (next.equals("le") && !startsWithVowel(afterNext)) {
            return to ? "au" : "du";
        }
        return null;
    }
}
