package org.attn4j.common;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which words of a sentence and of its translation belong together: sure links, of which there is
 * no doubt, and possible ones (Och and Ney 2003, section 5.1). Sure links are possible too.
 *
 * @param sure the sure links
 * @param possible the possible links, the sure ones among them
 */
public record WordAlignment(SortedSet<Link> sure, SortedSet<Link> possible) {

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})([-p])(\\d{1,9})");

    /**
     * A word of a sentence and one of its translation.
     *
     * @param source the number of the former, from 0
     * @param target the number of the latter, from 0
     */
    public record Link(int source, int target) implements Comparable<Link> {

        private static final Comparator<Link> ORDER =
                Comparator.comparingInt(Link::source).thenComparingInt(Link::target);

        public Link {
            Require.atLeast("the number of a source word", source, 0);
            Require.atLeast("the number of a target word", target, 0);
        }

        @Override
        public int compareTo(Link other) {
            return ORDER.compare(this, other);
        }
    }

    public WordAlignment {
        SortedSet<Link> all = new TreeSet<>(possible);
        all.addAll(sure);
        possible = Collections.unmodifiableSortedSet(all);
        sure = Collections.unmodifiableSortedSet(new TreeSet<>(sure));
    }

    /**
     * Returns an alignment of sure links alone, such as a model gives.
     *
     * @param links the links
     * @return the alignment
     */
    public static WordAlignment of(Collection<Link> links) {
        SortedSet<Link> sorted = new TreeSet<>(links);
        return new WordAlignment(sorted, sorted);
    }

    /**
     * Reads an alignment as {@link #toString} writes it.
     *
     * @param line links with white space between them; an empty line has none
     * @return the alignment
     * @throws IllegalArgumentException if something else stands there
     */
    public static WordAlignment parse(String line) {
        SortedSet<Link> sure = new TreeSet<>();
        SortedSet<Link> possible = new TreeSet<>();
        if (!line.isBlank()) {
            for (String written : line.strip().split("\\s+")) {
                Matcher link = WRITTEN.matcher(written);
                Require.that(
                        link.matches(),
                        "a link must be two word numbers from 0 with '-' or, if it is only"
                                + " possible, 'p' between them, such as 0-2 or 1p3, got '%s'",
                        written);
                SortedSet<Link> links = link.group(2).equals("p") ? possible : sure;
                links.add(
                        new Link(Integer.parseInt(link.group(1)), Integer.parseInt(link.group(3))));
            }
        }
        return new WordAlignment(sure, possible);
    }

    /**
     * Checks that the words of all links are there.
     *
     * @param sourceWords how many words the sentence has
     * @param targetWords how many its translation has
     * @throws IllegalArgumentException if a link has a word beyond
     */
    public void requireWithin(int sourceWords, int targetWords) {
        for (Link link : possible) {
            Require.that(
                    link.source() < sourceWords && link.target() < targetWords,
                    "the link %s-%s must be of words that are there, got %s source words and %s"
                            + " target words; they are counted from 0",
                    link.source(),
                    link.target(),
                    sourceWords,
                    targetWords);
        }
    }

    /**
     * Returns the links as fast_align and Marian write them, by the source's words: {@code 0-0
     * 1-2}, and {@code 1p3} for one that is possible and not sure.
     */
    @Override
    public String toString() {
        return possible.stream()
                .map(link -> link.source() + (sure.contains(link) ? "-" : "p") + link.target())
                .collect(Collectors.joining(" "));
    }
}
