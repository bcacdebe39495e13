package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.Require;

/**
 * The results of a classification in which an example may have any number of classes.
 *
 * @param classes precision and recall of each class
 * @param exact how many examples were given all their classes and no other
 * @param examples how many examples there are, at least one
 */
public record MultiLabelScore(List<PrecisionRecall> classes, long exact, long examples) {

    public MultiLabelScore {
        classes = List.copyOf(classes);
        Require.that(
                examples >= 1 && exact <= examples,
                "exact is at most examples, of which there is one at least, got exact=%s,"
                        + " examples=%s",
                exact,
                examples);
    }

    /**
     * Counts.
     *
     * @param right of each example, whether it has each class
     * @param chosen of each example, whether it was given each class
     * @return the score
     */
    public static MultiLabelScore of(List<boolean[]> right, List<boolean[]> chosen) {
        Require.that(
                right.size() == chosen.size() && !right.isEmpty(),
                "every example has classes and choices, and there is one at least, got %s and %s",
                right.size(),
                chosen.size());
        int labels = right.get(0).length;
        long exact = 0;
        long[] correct = new long[labels];
        long[] found = new long[labels];
        long[] there = new long[labels];
        for (int i = 0; i < right.size(); i++) {
            boolean same = true;
            for (int label = 0; label < labels; label++) {
                boolean wanted = right.get(i)[label];
                boolean given = chosen.get(i)[label];
                same &= wanted == given;
                correct[label] += wanted && given ? 1 : 0;
                found[label] += given ? 1 : 0;
                there[label] += wanted ? 1 : 0;
            }
            exact += same ? 1 : 0;
        }
        List<PrecisionRecall> classes = new ArrayList<>();
        for (int label = 0; label < labels; label++) {
            classes.add(new PrecisionRecall(correct[label], found[label], there[label]));
        }
        return new MultiLabelScore(classes, exact, right.size());
    }

    /**
     * Returns the share of examples that were given all their classes and no other.
     *
     * @return the subset accuracy, 0 to 1
     */
    public double accuracy() {
        return (double) exact / examples;
    }
}
