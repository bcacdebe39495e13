package org.attn4j.models.training.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Blocks;
import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Random;
import org.attn4j.testkit.Slopes;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** By hand: vectors along the axes, so that cosines are 1, 0, -1 and √½. */
@Tag("engine")
class EmbeddingLossesTest {

    private static final double E = Math.E;
    private static final float[][] ANCHORS = {{1, 0}, {0, 3}};
    private static final float[][] POSITIVES = {{2, 0}, {0, 1}};
    private static final float[][] NEGATIVES = {{4, 0}, {-1, 0}};

    private static double value(Loss loss, float[] labels, float[][]... columns) {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            NDList predictions = new NDList();
            for (float[][] column : columns) {
                predictions.add(manager.create(column));
            }
            return loss.evaluate(new NDList(manager.create(labels)), predictions).getFloat();
        }
    }

    private static final float[] NONE = new float[2];

    @Test
    void anAnchorFindsItsPositiveAmongThoseOfTheBatch() {
        Loss plain = new MultipleNegativesRanking(1, false, true);
        assertEquals(Math.log(1 + 1 / E), value(plain, NONE, ANCHORS, POSITIVES), 1e-5);
        // dot products 2, 0 and 0, 3
        Loss dot = new MultipleNegativesRanking(1, false, false);
        double expected = (Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(-3))) / 2;
        assertEquals(expected, value(dot, NONE, ANCHORS, POSITIVES), 1e-5);
        Loss scaled = new MultipleNegativesRanking(20, false, true);
        // Scores of 20 are rounded to 20 · 2⁻²⁴ = 1.2e-6.
        assertEquals(Math.log1p(Math.exp(-20)), value(scaled, NONE, ANCHORS, POSITIVES), 5e-6);
    }

    @Test
    void hardNegativesAreCandidatesOfAllAnchors() {
        Loss plain = new MultipleNegativesRanking(1, false, true);
        // cosines with positives and negatives: 1 0 1 -1, and 0 1 0 0
        double first = Math.log(E + 1 + E + 1 / E) - 1;
        double second = Math.log(1 + E + 1 + 1) - 1;
        assertEquals((first + second) / 2, value(plain, NONE, ANCHORS, POSITIVES, NEGATIVES), 1e-5);
        Loss symmetric = new MultipleNegativesRanking(1, true, true);
        assertEquals(
                ((first + second) / 2 + Math.log(1 + 1 / E)) / 2,
                value(symmetric, NONE, ANCHORS, POSITIVES, NEGATIVES),
                1e-5);
    }

    @Test
    void theSymmetricFormLooksForAnchorsToo() {
        float[][] same = {{1, 0}, {1, 0}};
        // cosines 1 0 in both rows: anchors are sure of 1, 0; positives see 1 1 and 0 0
        double rows = (Math.log(1 + 1 / E) + Math.log(1 + E)) / 2;
        Loss symmetric = new MultipleNegativesRanking(1, true, true);
        assertEquals((rows + Math.log(2)) / 2, value(symmetric, NONE, same, POSITIVES), 1e-5);
    }

    @Test
    void theCosineIsDrawnToTheScore() {
        float[][] left = {{1, 0}, {1, 1}};
        float[][] right = {{0, 5}, {2, 2}};
        // cosines 0 and 1
        double expected = (0.25 * 0.25 + 0.1 * 0.1) / 2;
        assertEquals(
                expected,
                value(new CosineSimilarity(), new float[] {0.25f, 0.9f}, left, right),
                1e-6);
    }

    @Test
    void coSentCountsPairsInTheWrongOrder() {
        float[][] left = {{1, 0}, {1, 0}, {1, 0}};
        float[][] right = {{1, 0}, {0, 1}, {-1, 0}};
        // cosines 1, 0, -1; scores 1 < 3 (of the second and the third), the first between them
        float[] scores = {2, 1, 3};
        double s = 2;
        // (i, j) with a lower score of i: (1, 0), (1, 2), (0, 2): differences -1, 1, 2
        double expected = Math.log(1 + Math.exp(-s) + Math.exp(s) + Math.exp(2 * s));
        assertEquals(expected, value(new CoSent(s), scores, left, right), 1e-5);
        // ties have no order
        assertEquals(0, value(new CoSent(s), new float[3], left, right), 1e-6);
        // differences of 200 do not overflow
        assertEquals(
                Math.log(1 + Math.exp(-100) + Math.exp(100) + Math.exp(200)),
                value(new CoSent(100), scores, left, right),
                1e-3);
    }

    @Test
    void theNegativeIsFurtherByAMargin() {
        float[][] anchor = {{0, 0}, {0, 0}};
        float[][] near = {{3, 4}, {1, 0}};
        float[][] far = {{0, 7}, {0, 9}};
        // 5 - 7 + 3 and 1 - 9 + 3
        Loss euclidean = new Triplet(Triplet.Distance.EUCLIDEAN, 3);
        assertEquals(0.5, value(euclidean, NONE, anchor, near, far), 1e-4);
        // 7 - 7 + 3 and 1 - 9 + 3
        Loss manhattan = new Triplet(Triplet.Distance.MANHATTAN, 3);
        assertEquals(1.5, value(manhattan, NONE, anchor, near, far), 1e-4);
        // cosine distances 1 and 0 less 0 and 1, and 0.25
        Loss cosine = new Triplet(Triplet.Distance.COSINE, 0.25);
        float[][] turned = {{0, 1}, {0, 1}};
        assertEquals(
                1.25 / 2,
                value(cosine, NONE, ANCHORS, turned, new float[][] {{1, 0}, {1, 0}}),
                1e-5);
    }

    @Test
    void theStudentHasTheVectorsOfTheTeacher() {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            NDList teacher = new NDList(manager.create(new float[][] {{1, 2}, {3, 4}}));
            NDList one = new NDList(manager.create(new float[][] {{1, 4}, {2, 4}}));
            NDList two = new NDList(one.head(), teacher.head());
            Loss loss = new EmbeddingDistillation();
            assertEquals(5 / 4.0, loss.evaluate(teacher, one).getFloat(), 1e-6);
            assertEquals(5 / 8.0, loss.evaluate(teacher, two).getFloat(), 1e-6);
            NDList wide = new NDList(manager.zeros(new Shape(2, 3)));
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class, () -> loss.evaluate(teacher, wide));
            assertEquals(
                    "student and teacher must give vectors of one size, got student=(2, 3),"
                            + " teacher=(2, 2): add a dense layer to the student",
                    e.getMessage());
        }
    }

    @Test
    void matryoshkaAddsUpTheLossOfShorterVectors() {
        float[][] left = {{1, 0, 1}};
        float[][] right = {{1, 0, 0}};
        Loss loss = new Matryoshka(new CosineSimilarity(), List.of(3, 2), List.of(1.0, 0.5));
        // cosines √½ of all, 1 of two
        double expected = Math.pow(Math.sqrt(0.5) - 0.5, 2) + 0.5 * 0.25;
        assertEquals(expected, value(loss, new float[] {0.5f}, left, right), 1e-6);
        Loss tooLong = new Matryoshka(new CosineSimilarity(), List.of(4), List.of());
        assertThrows(
                IllegalArgumentException.class,
                () -> value(tooLong, new float[] {0.5f}, left, right));
    }

    @Test
    void matryoshkaCutsTheTeacherToo() {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            NDList teacher = new NDList(manager.create(new float[][] {{3, 4, 9}}));
            NDList student = new NDList(manager.create(new float[][] {{5, 0, 7}}));
            Loss loss = new Matryoshka(new EmbeddingDistillation(), List.of(2), List.of());
            // (0.6, 0.8) and (1, 0)
            assertEquals((0.16 + 0.64) / 2, loss.evaluate(teacher, student).getFloat(), 1e-6);
        }
    }

    @Test
    void aPairHasTheProbabilityOrTheScore() {
        float[][] outputs = {{0}, {(float) Math.log(3)}, {-200}};
        float[] labels = {1, 0.5f, 1};
        // sigmoids 1/2, 3/4 and about e^-200
        double expected = (Math.log(2) - 0.5 * Math.log(0.75) - 0.5 * Math.log(0.25) + 200) / 3;
        assertEquals(expected, value(new PairScores(true), labels, outputs), 1e-4);
        double squared = (1 + Math.pow(Math.log(3) - 0.5, 2) + 201 * 201) / 3;
        assertEquals(squared, value(new PairScores(false), labels, outputs), 1e-2);
    }

    @Test
    void columnsThatDoNotFitAreRefused() {
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> value(new CoSent(20), NONE, ANCHORS, POSITIVES, NEGATIVES));
        assertEquals(
                "the loss compares two texts with their score, got 3 columns of texts",
                e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new CoSent(0));
        assertThrows(IllegalArgumentException.class, () -> new Triplet(Triplet.Distance.COSINE, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Matryoshka(new CosineSimilarity(), List.of(2), List.of(1.0, 2.0)));
    }

    @Test
    void gradientsAreTheSlopes() {
        List<Loss> two =
                List.of(
                        new CosineSimilarity(),
                        new CoSent(3),
                        new MultipleNegativesRanking(5, true, true),
                        new MultipleNegativesRanking(1, false, false));
        two.forEach(loss -> slopes(loss, 2));
        slopes(new MultipleNegativesRanking(5, true, true), 4);
        for (Triplet.Distance distance : Triplet.Distance.values()) {
            slopes(new Triplet(distance, 9), 3);
        }
        slopes(new Matryoshka(new CoSent(3), List.of(4, 2), List.of(1.0, 0.3)), 2);
    }

    private static void slopes(Loss loss, int columns) {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            Random random = new Random(3);
            double[] values = random.doubles(columns * 3 * 4, -1, 1).toArray();
            NDArray all = manager.create(values, new Shape(columns, 3, 4));
            NDList labels = new NDList(manager.create(new double[] {0.2, 0.9, 0.5}));
            Slopes.check(
                    Blocks.identityBlock(),
                    manager,
                    all,
                    () -> {
                        NDList predictions = new NDList();
                        for (int i = 0; i < columns; i++) {
                            predictions.add(all.get(i));
                        }
                        return loss.evaluate(labels, predictions).toType(DataType.FLOAT64, false);
                    });
        }
    }
}
