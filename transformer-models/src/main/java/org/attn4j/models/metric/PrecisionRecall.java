package org.attn4j.models.metric;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * Precision, recall and F1 (van Rijsbergen 1979) of what was found. A share of nothing is 0, as in
 * scikit-learn and conlleval.
 *
 * @param correct how many are both found and there
 * @param found how many were found
 * @param there how many there are
 */
public record PrecisionRecall(long correct, long found, long there) {

    /** Nothing found of nothing. */
    public static final PrecisionRecall NONE = new PrecisionRecall(0, 0, 0);

    public PrecisionRecall {
        Require.that(
                correct >= 0 && correct <= found && correct <= there,
                "what is correct is both found and there, got correct=%s, found=%s, there=%s",
                correct,
                found,
                there);
    }

    /**
     * Returns how much of what was found is there.
     *
     * @return the precision, 0 to 1
     */
    public double precision() {
        return found == 0 ? 0 : (double) correct / found;
    }

    /**
     * Returns how much of what is there was found.
     *
     * @return the recall, 0 to 1
     */
    public double recall() {
        return there == 0 ? 0 : (double) correct / there;
    }

    /**
     * Returns the harmonic mean of precision and recall.
     *
     * @return F1, 0 to 1
     */
    public double f1() {
        return found + there == 0 ? 0 : 2.0 * correct / (found + there);
    }

    /**
     * Returns the counts of both together.
     *
     * @param other other counts
     * @return the sums
     */
    public PrecisionRecall plus(PrecisionRecall other) {
        return new PrecisionRecall(
                correct + other.correct, found + other.found, there + other.there);
    }

    /**
     * Counts all classes together: the micro average.
     *
     * @param classes the counts of each class
     * @return the sums
     */
    public static PrecisionRecall micro(Collection<PrecisionRecall> classes) {
        return classes.stream().reduce(NONE, PrecisionRecall::plus);
    }

    /**
     * Returns the mean F1 of the classes that are there or were found: the macro average, as
     * scikit-learn takes it.
     *
     * @param classes the counts of each class
     * @return the mean, 0 to 1; 0 for no class
     */
    public static double macroF1(Collection<PrecisionRecall> classes) {
        return classes.stream()
                .filter(each -> each.found + each.there > 0)
                .mapToDouble(PrecisionRecall::f1)
                .average()
                .orElse(0);
    }

    /**
     * Returns the figures for a JSON document.
     *
     * @return precision, recall, F1 and how many there are
     */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("precision", precision());
        map.put("recall", recall());
        map.put("f1", f1());
        map.put("support", there);
        return map;
    }
}
