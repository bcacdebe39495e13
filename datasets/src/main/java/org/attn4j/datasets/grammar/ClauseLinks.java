package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.datasets.grammar.ClauseWords.Part;
import org.attn4j.datasets.grammar.ClauseWords.Place;

/**
 * Which words of a clause belong together in both languages.
 *
 * <p>Sure are the verb's, the modal verb's, the pronoun's and the negation's own words, and what is
 * sure within subject, adverb and complements. Possible is what the other language says by another
 * means: "ne" for the negation, the French finite form for "do" and "will", "avoir" and "être" for
 * a past that English says with the verb alone, particles, prepositions that belong to a French
 * verb, and "il y" for "there".
 */
final class ClauseLinks {

    private final Clause clause;
    private final ClauseWords english;
    private final ClauseWords french;

    private ClauseLinks(Clause clause, ClauseWords english, ClauseWords french) {
        this.clause = clause;
        this.english = english;
        this.french = french;
    }

    /** A clause in both languages, with its links. */
    static Phrase join(Clause clause, ClauseWords english, ClauseWords french) {
        return new Phrase(
                english.words(), french.words(), new ClauseLinks(clause, english, french).links());
    }

    private List<Phrase.Link> links() {
        List<Phrase.Link> links = new ArrayList<>();
        for (int i = 0; i < english.words().size(); i++) {
            for (int j = 0; j < french.words().size(); j++) {
                for (Place place : english.places(i)) {
                    for (Place other : french.places(j)) {
                        if (sure(place, other)) {
                            links.add(new Phrase.Link(i, j, true));
                        } else if (possible(place, other)) {
                            links.add(new Phrase.Link(i, j, false));
                        }
                    }
                }
            }
        }
        return links;
    }

    private boolean sure(Place place, Place other) {
        if (place.part() != other.part()) {
            return false;
        }
        return switch (place.part()) {
            case SUBJECT, ADVERB, COMPLEMENT -> linked(place, other, true);
            case VERB, MODAL, CLITIC -> place.word() == 0;
            case NEGATION -> english.count(Part.NEGATION) == 1;
            case AUXILIARY, FINITE, NE -> false;
        };
    }

    private boolean possible(Place place, Place other) {
        return switch (place.part()) {
            case SUBJECT ->
                    other.part() == Part.SUBJECT && linked(place, other, false)
                            || other.part() == Part.CLITIC && !english.has(Part.CLITIC);
            case ADVERB, COMPLEMENT -> place.part() == other.part() && linked(place, other, false);
            case VERB ->
                    other.part() == Part.VERB
                            || other.part() == Part.AUXILIARY && place.word() == 0
                            || other.part() == Part.COMPLEMENT && isOfVerb(other);
            case MODAL -> other.part() == Part.MODAL;
            case AUXILIARY -> other.part() == Part.FINITE;
            case NEGATION -> other.part() == Part.NE || other.part() == Part.NEGATION;
            case CLITIC, FINITE, NE -> false;
        };
    }

    /** Whether two words are linked within the same phrase. */
    private boolean linked(Place place, Place other, boolean sure) {
        return place.complement() == other.complement()
                && phrase(place)
                        .links()
                        .contains(new Phrase.Link(place.word(), other.word(), sure));
    }

    private Phrase phrase(Place place) {
        return switch (place.part()) {
            case SUBJECT -> clause.subject().phrase();
            case ADVERB -> clause.adverb();
            default -> clause.complements().get(place.complement());
        };
    }

    /** Whether a word of a French complement is one that the verb wants: it says nothing else. */
    private boolean isOfVerb(Place complement) {
        return phrase(complement).links().stream()
                .noneMatch(link -> link.french() == complement.word());
    }
}
