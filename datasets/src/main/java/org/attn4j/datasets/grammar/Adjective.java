package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;

/**
 * An adjective.
 *
 * @param english the English word
 * @param comparative the words of its comparative, empty if it has none
 * @param masculine the masculine singular
 * @param prevocalic the masculine singular before a vowel, as in "bel arbre"
 * @param feminine the feminine singular
 * @param before whether it goes before the noun in French
 * @param kinds the kinds of noun it goes with
 */
record Adjective(
        String english,
        List<String> comparative,
        String masculine,
        String prevocalic,
        String feminine,
        boolean before,
        Set<String> kinds) {

    /** The French form, as it stands after the noun or the verb. */
    String french(Gender gender, boolean plural) {
        return french(gender, plural, "");
    }

    /** The French form before the given word. */
    String french(Gender gender, boolean plural, String next) {
        if (gender == Gender.FEMININE) {
            return plural ? feminine + "s" : feminine;
        }
        if (plural) {
            return French.plural(masculine);
        }
        return French.startsWithVowel(next) ? prevocalic : masculine;
    }

    boolean suits(Noun noun) {
        return noun.isAnyOf(kinds);
    }
}
