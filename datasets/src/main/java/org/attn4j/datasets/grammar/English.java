package org.attn4j.datasets.grammar;

import java.util.List;

/** English spelling. */
final class English {

    private English() {}

    /** The indefinite article before a word; no word of the lexicon has a silent h or a y sound. */
    static String article(String next) {
        return "aeiou".indexOf(Character.toLowerCase(next.charAt(0))) >= 0 ? "an" : "a";
    }

    /** The possessive of a noun phrase that ends in this word. */
    static String possessive(String word, boolean plural) {
        return plural && word.endsWith("s") ? word + "'" : word + "'s";
    }

    /** Writes words out; commas stick to the word before. */
    static Written write(List<String> words) {
        StringBuilder text = new StringBuilder();
        int[] wordOf = new int[words.size()];
        int spaces = 0;
        for (int i = 0; i < words.size(); i++) {
            if (i > 0 && !words.get(i).equals(",")) {
                text.append(' ');
                spaces++;
            }
            wordOf[i] = spaces;
            text.append(words.get(i));
        }
        return new Written(text.toString(), wordOf);
    }
}
