package org.attn4j.datasets.grammar;

import java.util.List;

/**
 * Something that can be a subject or an object.
 *
 * @param phrase its words, the French ones before elision and contraction
 * @param person 0 to 4 for je, tu, il or elle, nous, ils or elles
 * @param gender what participles and adjectives agree with
 * @param pronoun whether it is a personal pronoun
 */
record NounPhrase(Phrase phrase, int person, Gender gender, boolean pronoun) {

    static final int THIRD = 2;
    static final int THIRD_PLURAL = 4;

    boolean plural() {
        return person > THIRD;
    }

    List<String> english() {
        return phrase.english();
    }

    List<String> french() {
        return phrase.french();
    }

    /** The phrase after a preposition. */
    Phrase after(String englishPreposition, String frenchPreposition) {
        return Phrase.of(englishPreposition, frenchPreposition).then(phrase);
    }

    NounPhrase with(Phrase rest) {
        return new NounPhrase(phrase.then(rest), person, gender, pronoun);
    }
}
