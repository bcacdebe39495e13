package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;

/** The words of a clause in one language, and what of the clause each of them says. */
final class ClauseWords {

    /** A part of a clause. */
    enum Part {
        SUBJECT,
        /** The verb: its first word, and those of its particle. */
        VERB,
        /** A form of "do", "will", "avoir" or "être" beside the verb. */
        AUXILIARY,
        MODAL,
        /** The French verb, auxiliary or modal verb that agrees with the subject. */
        FINITE,
        /** Not, never, no longer; pas, jamais, plus. */
        NEGATION,
        /** The French ne. */
        NE,
        ADVERB,
        CLITIC,
        COMPLEMENT
    }

    /**
     * Where a word stands in a clause.
     *
     * @param part the part that it says
     * @param complement which complement, or 0
     * @param word which word of the part
     */
    record Place(Part part, int complement, int word) {}

    private final List<String> words = new ArrayList<>();
    private final List<List<Place>> places = new ArrayList<>();

    /** Adds a word that says one part or several, of each the first word. */
    void add(String word, Part... parts) {
        words.add(word);
        List<Place> all = new ArrayList<>();
        for (Part part : parts) {
            all.add(new Place(part, 0, 0));
        }
        places.add(all);
    }

    /** Adds the words of a part. */
    void addAll(List<String> more, Part part) {
        addAll(more, part, 0);
    }

    /** Adds the words of a complement. */
    void addComplement(List<String> more, int complement) {
        addAll(more, Part.COMPLEMENT, complement);
    }

    private void addAll(List<String> more, Part part, int complement) {
        for (int i = 0; i < more.size(); i++) {
            words.add(more.get(i));
            places.add(List.of(new Place(part, complement, i)));
        }
    }

    List<String> words() {
        return words;
    }

    /** The places of a word. */
    List<Place> places(int word) {
        return places.get(word);
    }

    boolean has(Part part) {
        return count(part) > 0;
    }

    /** How many words say a part. */
    long count(Part part) {
        return places.stream().flatMap(List::stream).filter(it -> it.part() == part).count();
    }
}
