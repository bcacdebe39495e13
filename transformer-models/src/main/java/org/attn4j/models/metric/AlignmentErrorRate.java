package org.attn4j.models.metric;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;

/**
 * How far an alignment of words is from the true one: the alignment error rate, {@code 1 − (|A∩S| +
 * |A∩P|) / (|A| + |S|)} of links A that were found, sure links S and possible links P, with S among
 * P (Och and Ney 2003, section 5.2). It is a rate of errors: less is better. Counts of several
 * sentences are summed before they are divided.
 *
 * @param found |A|
 * @param sure |S|
 * @param foundSure |A∩S|
 * @param foundPossible |A∩P|
 */
public record AlignmentErrorRate(long found, long sure, long foundSure, long foundPossible) {

    /** Nothing found of nothing. */
    public static final AlignmentErrorRate NONE = new AlignmentErrorRate(0, 0, 0, 0);

    public AlignmentErrorRate {
        Require.that(
                foundSure >= 0
                        && foundSure <= foundPossible
                        && foundPossible <= found
                        && foundSure <= sure,
                "sure links that were found are possible ones that were found, got found=%s,"
                        + " sure=%s, foundSure=%s, foundPossible=%s",
                found,
                sure,
                foundSure,
                foundPossible);
    }

    /**
     * Counts the links of a sentence.
     *
     * @param found the links that were found: all possible ones, be they sure or not
     * @param truth the true links
     * @return the counts
     */
    public static AlignmentErrorRate of(WordAlignment found, WordAlignment truth) {
        return new AlignmentErrorRate(
                found.possible().size(),
                truth.sure().size(),
                common(found.possible(), truth.sure()),
                common(found.possible(), truth.possible()));
    }

    private static long common(Collection<?> found, Collection<?> there) {
        return found.stream().filter(there::contains).count();
    }

    /**
     * Returns the counts of both together.
     *
     * @param other other counts
     * @return the sums
     */
    public AlignmentErrorRate plus(AlignmentErrorRate other) {
        return new AlignmentErrorRate(
                found + other.found,
                sure + other.sure,
                foundSure + other.foundSure,
                foundPossible + other.foundPossible);
    }

    /**
     * Returns the alignment error rate.
     *
     * @return a percentage; 0 where there is nothing and nothing was found
     */
    public double score() {
        return found + sure == 0
                ? 0
                : 100 * (1 - (double) (foundSure + foundPossible) / (found + sure));
    }

    /**
     * Returns how many of the links that were found are possible.
     *
     * @return a percentage; 0 where none were found
     */
    public double precision() {
        return found == 0 ? 0 : 100.0 * foundPossible / found;
    }

    /**
     * Returns how many of the sure links were found.
     *
     * @return a percentage; 0 where there are none
     */
    public double recall() {
        return sure == 0 ? 0 : 100.0 * foundSure / sure;
    }

    /**
     * Returns the figures for a JSON document.
     *
     * @return the rate, precision, recall and the counts
     */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("score", score());
        map.put("precision", precision());
        map.put("recall", recall());
        map.put("found", found);
        map.put("sure", sure);
        return map;
    }
}
