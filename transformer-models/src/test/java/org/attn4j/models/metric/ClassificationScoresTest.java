package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationScoresTest {

    /** scikit-learn's user guide, "Matthews correlation coefficient": y_true, y_pred, -0.33…. */
    @Test
    void matthewsCorrelationIsThatOfScikitLearnsExample() {
        int[] right = {1, 1, 1, 0};
        int[] chosen = {1, 0, 1, 1};
        var matrix = new ConfusionMatrix(List.of("-1", "+1"), right, chosen);
        assertEquals(-1.0 / 3, matrix.matthews(), 1e-12);
        assertEquals(0.5, matrix.accuracy());
        assertEquals(2.0 / 3, matrix.of(1).f1(), 1e-12);
    }

    /** scikit-learn's example of f1_score: y_true 0 1 2 0 1 2, y_pred 0 2 1 0 0 1. */
    @Test
    void macroAndMicroF1AreThoseOfScikitLearnsExample() {
        var matrix =
                new ConfusionMatrix(
                        List.of("a", "b", "c", "never"),
                        new int[] {0, 1, 2, 0, 1, 2},
                        new int[] {0, 2, 1, 0, 0, 1});
        // Documented as 0.26…, 0.33… and 0.8, 0, 0 for the classes; a class that nothing has and
        // nothing was given does not count.
        assertEquals(0.8 / 3, PrecisionRecall.macroF1(matrix.classes()), 1e-12);
        assertEquals(1.0 / 3, PrecisionRecall.micro(matrix.classes()).f1(), 1e-12);
        assertEquals(0.8, matrix.of(0).f1(), 1e-12);
        assertEquals(0, matrix.of(1).f1());
        assertEquals(List.of(1L, 0L, 1L, 0L), matrix.counts().get(1));
    }

    /** By hand: 6 examples, 4 correct, (2, 2, 2) there, (3, 3, 0) found. */
    @Test
    void matthewsCorrelationOfThreeClassesIsGorodkins() {
        var matrix =
                new ConfusionMatrix(
                        List.of("a", "b", "c"),
                        new int[] {0, 0, 1, 1, 2, 2},
                        new int[] {0, 0, 1, 1, 1, 0});
        // the numerator is 4·6 - (3·2 + 3·2 + 0·2)
        assertEquals(12 / Math.sqrt((36 - 18.0) * (36 - 12)), matrix.matthews(), 1e-12);
        var constant = new ConfusionMatrix(List.of("a", "b"), new int[] {0, 1}, new int[] {0, 0});
        assertEquals(0, constant.matthews());
    }

    @Test
    void theTableHasARowForEachRightClass() {
        var matrix =
                new ConfusionMatrix(
                        List.of("negative", "x"), new int[] {0, 0, 1}, new int[] {0, 1, 1});
        assertEquals(
                List.of(
                        "right \\ chosen  negative  x",
                        "negative               1  1",
                        "x                      0  1"),
                matrix.table());
    }

    @Test
    void wrongIndicesAndNothingAreRefused() {
        List<String> labels = List.of("a");
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConfusionMatrix(labels, new int[] {1}, new int[] {0}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConfusionMatrix(labels, new int[0], new int[0]));
    }

    /**
     * Three examples of two classes. Class 0: there in 1 and 2, given to 1 and 3; class 1: there in
     * 3, given to none.
     */
    @Test
    void severalLabelsAreCountedClassByClass() {
        MultiLabelScore score =
                MultiLabelScore.of(
                        List.of(
                                new boolean[] {true, false},
                                new boolean[] {true, false},
                                new boolean[] {false, true}),
                        List.of(
                                new boolean[] {true, false},
                                new boolean[] {false, false},
                                new boolean[] {true, false}));
        assertEquals(new PrecisionRecall(1, 2, 2), score.classes().get(0));
        assertEquals(new PrecisionRecall(0, 0, 1), score.classes().get(1));
        assertEquals(1.0 / 3, score.accuracy(), 1e-12);
        assertEquals(2.0 / 5, PrecisionRecall.micro(score.classes()).f1(), 1e-12);
        assertEquals(0.25, PrecisionRecall.macroF1(score.classes()), 1e-12);
    }
}
