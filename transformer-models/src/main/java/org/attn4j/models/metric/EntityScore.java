package org.attn4j.models.metric;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.attn4j.common.Require;

/**
 * How many of the entities of tagged sentences were found, as conlleval (Tjong Kim Sang and
 * Buchholz 2000) and seqeval count them: one is correct if type, first word and last word are
 * right.
 *
 * @param types precision and recall of each type, by name
 * @param correctTags how many words have the right tag
 * @param words how many words there are, at least one
 */
public record EntityScore(Map<String, PrecisionRecall> types, long correctTags, long words) {

    public EntityScore {
        types = Collections.unmodifiableMap(new TreeMap<>(types));
        Require.that(words >= 1, "there must be a word at least, got words=%s", words);
    }

    /**
     * Counts.
     *
     * @param right the right tags of each sentence
     * @param chosen the tags that were chosen, as many
     * @param scheme how tags mark entities
     * @return the score
     * @throws IllegalArgumentException if the numbers differ, or a tag is none of the scheme
     */
    public static EntityScore of(
            List<List<String>> right, List<List<String>> chosen, TagScheme scheme) {
        Require.that(
                right.size() == chosen.size(),
                "there must be as many tagged sentences as right ones, got %s and %s",
                chosen.size(),
                right.size());
        Map<String, long[]> counts = new TreeMap<>(); // correct, found, there
        long correct = 0;
        long words = 0;
        for (int i = 0; i < right.size(); i++) {
            List<String> wanted = right.get(i);
            List<String> given = chosen.get(i);
            Require.that(
                    wanted.size() == given.size(),
                    "a sentence must have a tag for each word, got %s for %s",
                    given.size(),
                    wanted.size());
            words += wanted.size();
            for (int word = 0; word < wanted.size(); word++) {
                correct += wanted.get(word).equals(given.get(word)) ? 1 : 0;
            }
            Set<TagScheme.Span> there = new HashSet<>(scheme.entities(wanted));
            Set<TagScheme.Span> found = new HashSet<>(scheme.entities(given));
            for (TagScheme.Span entity : there) {
                long[] sums = counts.computeIfAbsent(entity.type(), unused -> new long[3]);
                sums[0] += found.contains(entity) ? 1 : 0;
                sums[2]++;
            }
            for (TagScheme.Span entity : found) {
                counts.computeIfAbsent(entity.type(), unused -> new long[3])[1]++;
            }
        }
        Map<String, PrecisionRecall> types = new TreeMap<>();
        counts.forEach(
                (type, sums) -> types.put(type, new PrecisionRecall(sums[0], sums[1], sums[2])));
        return new EntityScore(types, correct, words);
    }

    /**
     * Returns the figures of all types together.
     *
     * @return the micro average, conlleval's overall figures
     */
    public PrecisionRecall overall() {
        return PrecisionRecall.micro(types.values());
    }

    /**
     * Returns the share of words whose tag is right.
     *
     * @return the accuracy, 0 to 1
     */
    public double accuracy() {
        return (double) correctTags / words;
    }
}
