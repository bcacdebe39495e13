package org.attn4j.datasets.grammar;

import java.util.Set;

/** A noun; kinds say what it goes with. */
record Noun(
        String singular,
        String plural,
        String frenchSingular,
        String frenchPlural,
        Gender gender,
        Set<String> kinds) {

    String english(boolean inPlural) {
        return inPlural ? plural : singular;
    }

    String french(boolean inPlural) {
        return inPlural ? frenchPlural : frenchSingular;
    }

    boolean is(String kind) {
        return kinds.contains(kind);
    }

    boolean isAnyOf(Set<String> some) {
        return some.stream().anyMatch(kinds::contains);
    }
}
