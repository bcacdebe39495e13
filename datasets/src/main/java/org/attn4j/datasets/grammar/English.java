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
    static String text(List<String> words) {
        return String.join(" ", words).replace(" ,", ",");
    }
}
