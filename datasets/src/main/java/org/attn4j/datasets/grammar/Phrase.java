package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;

/** The same thing said in both languages, word by word. */
record Phrase(List<String> english, List<String> french) {

    static final Phrase EMPTY = new Phrase(List.of(), List.of());

    /** A phrase given as text, words parted by spaces. */
    static Phrase of(String english, String french) {
        return new Phrase(List.of(english.split(" ")), List.of(french.split(" ")));
    }

    /** The clause as a statement. */
    static Phrase declarative(Clause clause) {
        return new Phrase(EnglishClause.declarative(clause), FrenchClause.declarative(clause));
    }

    Phrase then(Phrase next) {
        return new Phrase(concat(english, next.english), concat(french, next.french));
    }

    static List<String> concat(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
