package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * The same thing said in both languages.
 *
 * @param english the English words
 * @param french the French words
 * @param links which of them belong together
 */
record Phrase(List<String> english, List<String> french, List<Link> links) {

    static final Phrase EMPTY = new Phrase(List.of(), List.of());

    /**
     * An English word and a French one.
     *
     * @param english the number of the former
     * @param french the number of the latter
     * @param sure whether there is no doubt that they belong together
     */
    record Link(int english, int french, boolean sure) {

        Link after(int englishWords, int frenchWords) {
            return new Link(english + englishWords, french + frenchWords, sure);
        }
    }

    /**
     * A phrase with as many words in both languages, which belong together one by one and surely;
     * or a fixed expression, of which each word possibly belongs to each.
     */
    Phrase(List<String> english, List<String> french) {
        this(english, french, links(english.size(), french.size()));
    }

    private static List<Link> links(int english, int french) {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < english; i++) {
            for (int j = 0; j < french; j++) {
                if (english != french || i == j) {
                    links.add(new Link(i, j, english == french));
                }
            }
        }
        return links;
    }

    /** A phrase given as text, words parted by spaces. */
    static Phrase of(String english, String french) {
        return new Phrase(List.of(english.split(" ")), List.of(french.split(" ")));
    }

    /** The clause as a statement. */
    static Phrase declarative(Clause clause) {
        return ClauseLinks.join(
                clause, EnglishClause.declarative(clause), FrenchClause.declarative(clause));
    }

    Phrase then(Phrase next) {
        List<Link> all = new ArrayList<>(links);
        for (Link link : next.links) {
            all.add(link.after(english.size(), french.size()));
        }
        return new Phrase(concat(english, next.english), concat(french, next.french), all);
    }

    /** The phrase with another link. */
    Phrase linked(int englishWord, int frenchWord, boolean sure) {
        return new Phrase(
                english, french, concat(links, List.of(new Link(englishWord, frenchWord, sure))));
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
