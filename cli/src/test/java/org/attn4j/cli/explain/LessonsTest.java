package org.attn4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attn4j.attention.Attention;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.cli.Cli;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;
import org.attn4j.models.checkpoint.BlockParameters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("engine")
class LessonsTest {

    /** Sums of a few products in float32, of numbers of about 1. */
    private static final double ROUNDING = 1e-5;

    private static final Pattern SUMS_TO_ONE =
            Pattern.compile("([Ee]ach row|[Ee]ach row still|they) sums? to 1[.:,;]");

    private static NDManager manager() {
        return Engine.getEngine(Cli.ENGINE).newBaseManager();
    }

    private static Stream<String> lessons() {
        return Lessons.all().stream().map(Lesson::name);
    }

    /** Each is worked once, as some take seconds. */
    private static final Map<String, Explanation> WORKED = new ConcurrentHashMap<>();

    private static Explanation explain(String name) {
        return WORKED.computeIfAbsent(name, unused -> explain(name, null, 4, 2));
    }

    private static Explanation explain(String name, String text, int size, int heads) {
        try (NDManager manager = manager()) {
            Lesson lesson = Lessons.named(name);
            int own = lesson.choices().contains(Lesson.Choice.HEADS) ? heads : 1;
            List<String> words = List.of((text == null ? lesson.usualText() : text).split(" "));
            return lesson.explain(new Setting(words, null, size, own, false, 1, manager));
        }
    }

    private static NumberTable table(Explanation explanation, String caption) {
        return explanation.steps().stream()
                .flatMap(step -> step.tables().stream())
                .filter(table -> table.caption().equals(caption))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no table is called " + caption));
    }

    @Test
    void everyMechanismHasALesson() {
        Set<String> lessons = lessons().collect(Collectors.toSet());
        for (var provider : Mechanisms.all()) {
            MechanismInfo info = provider.info();
            boolean added = info.file().contains(".thirdparty."); // by the tests of this module
            assertTrue(added || lessons.contains(info.name()), info.name());
        }
    }

    @ParameterizedTest
    @MethodSource("lessons")
    void everyLessonCanBeReadFromTopToBottom(String name) {
        Explanation explanation = explain(name);
        assertFalse(explanation.steps().isEmpty());
        assertTrue(explanation.steps().stream().anyMatch(step -> !step.tables().isEmpty()));
        for (Section.Worked step : explanation.steps()) {
            assertFalse(step.title().isBlank(), name);
            assertFalse(step.sentences().isEmpty(), step.title());
            for (String sentence : step.sentences()) {
                assertTrue(sentence.matches("(?s).*[.:?!)…]"), name + ": " + sentence);
            }
        }
    }

    /** What a text says of its numbers is so. */
    @ParameterizedTest
    @MethodSource("lessons")
    void rowsThatAreSaidToSumToOneDo(String name) {
        for (Section.Worked step : explain(name).steps()) {
            if (step.sentences().stream().anyMatch(it -> SUMS_TO_ONE.matcher(it).find())) {
                for (NumberTable table : step.tables()) {
                    for (float[] row : table.values()) {
                        double sum = 0;
                        for (float weight : row) {
                            assertTrue(weight >= 0, table.caption());
                            sum += weight;
                        }
                        assertEquals(1, sum, ROUNDING, name + ": " + table.caption());
                    }
                }
            }
        }
    }

    @Test
    void weightsOfMostMechanismsAreSaidToSumToOne() {
        long said =
                lessons()
                        .filter(
                                name ->
                                        explain(name).steps().stream()
                                                .flatMap(step -> step.sentences().stream())
                                                .anyMatch(it -> SUMS_TO_ONE.matcher(it).find()))
                        .count();
        // all but why, scaling and architectures, and intra-decoder, whose first row has nothing
        assertEquals(Lessons.all().size() - 4, said);
    }

    @ParameterizedTest
    @MethodSource("lessons")
    void otherSizesAndLongerTextsCanBeWorkedToo(String name) {
        if (Lessons.named(name).choices().contains(Lesson.Choice.TEXT)) {
            Explanation explanation = explain(name, "a b c d e f g b", 6, 3);
            assertFalse(explanation.steps().isEmpty());
            explain(name, "a b", 2, 1);
        }
    }

    /** The numbers on the terminal are those of the tables, to the digits that are shown. */
    @ParameterizedTest
    @MethodSource("lessons")
    void numbersArePrintedAsTheyAre(String name) {
        for (Section.Worked step : explain(name).steps()) {
            for (NumberTable table : step.tables()) {
                String[][] texts = table.texts();
                for (int row = 0; row < texts.length; row++) {
                    for (int column = 0; column < texts[row].length; column++) {
                        float value = table.values()[row][column];
                        String text = texts[row][column];
                        if (text.equals("−∞")) {
                            assertTrue(value < -1e29, table.caption());
                        } else {
                            double allowed =
                                    text.contains("e")
                                            ? 0.051 * Math.abs(value)
                                            : 0.51 * Math.pow(10, -digits(text));
                            assertEquals(value, Double.parseDouble(text), allowed + 1e-6);
                        }
                    }
                }
            }
        }
    }

    private static int digits(String text) {
        int point = text.indexOf('.');
        return point < 0 ? 0 : text.length() - point - 1;
    }

    /** The whole worked step, by arithmetic of this test's own, from the numbers that are shown. */
    @Test
    void theWorkedStepIsRight() {
        Explanation lesson = explain("multi-head", "the cat sat", 4, 2);
        double[][] x = matrix(lesson, "X");
        assertClose(sum(matrix(lesson, "E"), matrix(lesson, "P")), x);
        assertEquals(Math.sin(1), matrix(lesson, "P")[1][0], ROUNDING);
        assertEquals(Math.cos(2 / 100.0), matrix(lesson, "P")[2][3], ROUNDING);
        double[][] both = new double[3][4];
        for (int head = 0; head < 2; head++) {
            String name = ", head " + (head + 1);
            double[][] q = columns(product(x, matrix(lesson, "W^Q")), 2 * head);
            double[][] k = columns(product(x, matrix(lesson, "W^K")), 2 * head);
            double[][] v = columns(product(x, matrix(lesson, "W^V")), 2 * head);
            assertClose(q, matrix(lesson, "Q" + name));
            assertClose(k, matrix(lesson, "K" + name));
            assertClose(v, matrix(lesson, "V" + name));
            double[][] scores = product(q, transposed(k));
            assertClose(scores, matrix(lesson, "S" + name));
            double[][] weights = new double[3][3];
            for (int i = 0; i < 3; i++) {
                double sum = 0;
                for (int j = 0; j < 3; j++) {
                    double scaled = scores[i][j] / Math.sqrt(2);
                    assertEquals(scaled, matrix(lesson, "S / √d_k" + name)[i][j], ROUNDING);
                    weights[i][j] = Math.exp(scaled);
                    sum += weights[i][j];
                }
                for (int j = 0; j < 3; j++) {
                    weights[i][j] /= sum;
                }
            }
            assertClose(weights, matrix(lesson, "A" + name));
            double[][] context = product(weights, v);
            assertClose(context, matrix(lesson, "C" + name));
            for (int i = 0; i < 3; i++) {
                System.arraycopy(context[i], 0, both[i], 2 * head, 2);
            }
        }
        assertClose(both, matrix(lesson, "[C_1 … C_N]"));
        assertClose(product(both, matrix(lesson, "W^O")), matrix(lesson, "O"));
    }

    /** Scores 31 and 21 at d_k = 3; worked by hand with e^5.7735 = 321.66 and e^10 = 22026.47. */
    @Test
    void theExampleOfTwoScoresIsAsWorkedByHand() {
        Explanation lesson = explain("scaling");
        assertArrayEquals(new float[] {31, 21}, table(lesson, "S").values()[0]);
        float[] scaled = table(lesson, "S / √3").values()[0];
        assertEquals(17.898, scaled[0], 5e-4); // 31 / 1.7320508
        assertEquals(12.124, scaled[1], 5e-4); // 21 / 1.7320508
        List<NumberTable> weights =
                lesson.steps().stream()
                        .flatMap(step -> step.tables().stream())
                        .filter(it -> it.caption().equals("A"))
                        .toList();
        assertEquals(0.99690, weights.get(0).values()[0][0], 5e-6); // 321.66 / 322.66
        assertEquals(0.00310, weights.get(0).values()[0][1], 5e-6);
        assertEquals(0.99995460, weights.get(1).values()[0][0], 1e-7); // 22026.47 / 22027.47
        assertEquals(0.0000454, weights.get(1).values()[0][1], 5e-8);
        NumberTable measured = table(lesson, "measured");
        // −Σ A ln A, and A[1] (1 − A[1])
        assertEquals(0.02100, measured.values()[0][0], 5e-6);
        assertEquals(0.00309, measured.values()[0][1], 5e-6);
        assertEquals(0.00050, measured.values()[1][0], 5e-6);
        assertEquals(0.0000454, measured.values()[1][1], 5e-8);
        assertArrayEquals(new String[] {"0.99690", "0.00310"}, weights.get(0).texts()[0]);
    }

    @Test
    void withoutTheDivisionTheSoftmaxSaturatesAsSizesGrow() {
        List<NumberTable> measured =
                explain("scaling").steps().stream()
                        .flatMap(step -> step.tables().stream())
                        .filter(it -> it.caption().equals("measured"))
                        .toList();
        float[][] rows = measured.get(1).values();
        float[] small = rows[0];
        float[] large = rows[rows.length - 1];
        assertEquals(small[1], small[2], ROUNDING); // √1 = 1
        // spread, entropy and gradient, divided and not: drawn once, so the bounds are wide
        assertEquals(16, large[0] / small[0], 4); // √256
        assertEquals(small[1], large[1], 0.4);
        assertTrue(large[2] < 0.25 * small[2], "entropy " + large[2]);
        assertTrue(large[3] > 0.3 * small[3], "gradient, divided " + large[3]);
        assertTrue(large[4] < 0.25 * small[4], "gradient, not divided " + large[4]);
    }

    /** The forget gate of a fresh LSTM halves at each step what is kept: 2^−63 is 1e-19. */
    @Test
    void theGradientOfAnLstmIsLostAndThatOfAttentionIsNot() {
        float[][] rows = table(explain("why"), "gradient, measured").values();
        float[] near = rows[0];
        float[] far = rows[rows.length - 1];
        assertTrue(far[0] < 1e-6 * near[0], far[0] + " of " + near[0]);
        assertTrue(far[1] > 0.1 * near[1], far[1] + " of " + near[1]);
        assertTrue(far[2] > 0.01 * near[2], far[2] + " of " + near[2]);
    }

    @Test
    void aMaskKeepsLaterWordsFromEarlierOnes() {
        float[][] moved = table(explain("masked-self"), "how far the output moves").values();
        assertTrue(moved[0][0] > 0 && moved[1][0] > 0 && moved[2][0] > 0);
        assertEquals(0, moved[0][1]);
        assertEquals(0, moved[1][1]);
        assertTrue(moved[2][1] > 0);
    }

    @Test
    void architecturesSeeWhatTheyAreSaidToSee() {
        float[][] seen =
                table(explain("architectures", "a b c d", 4, 2), "words that are seen").values();
        assertArrayEquals(new float[] {4, 0}, seen[0]);
        assertArrayEquals(new float[] {1, 0}, seen[1]);
        assertArrayEquals(new float[] {4, 6}, seen[2]);
        assertArrayEquals(new float[] {1, 6}, seen[3]);
    }

    @Test
    void aCausalLessonHasTheMask() {
        try (NDManager manager = manager()) {
            Setting setting = new Setting(List.of("a", "b", "c"), null, 4, 2, true, 1, manager);
            Explanation lesson = Lessons.named("multi-head").explain(setting);
            assertArrayEquals(
                    new String[][] {{"0", "−∞", "−∞"}, {"0", "0", "−∞"}, {"0", "0", "0"}},
                    table(lesson, "M").texts());
        }
    }

    /** A reader can follow every number: no weight that a block has is left out. */
    @ParameterizedTest
    @MethodSource("lessons")
    void everyWeightIsShown(String name) {
        LessonText text = LessonText.read().get(name);
        if (text == null || Mechanisms.named(name).info().slots().isEmpty()) {
            return; // pages, and mechanisms whose recurrent weights are said not to be shown
        }
        MechanismInfo info = Mechanisms.named(name).info();
        AttentionSlot slot = info.slots().iterator().next();
        Attention block =
                Mechanisms.create(
                        new AttentionSpec(name, text.options()),
                        new AttentionSite(slot, 0, 4, text.heads() ? 2 : 1, 0, 3, null));
        try (NDManager manager = manager()) {
            Shape x = new Shape(1, 3, 4);
            block.initialize(manager, DataType.FLOAT32, x, x, x);
            Set<String> left = new HashSet<>(BlockParameters.of(block).byPath().keySet());
            for (Map.Entry<String, StageText> stage : text.stages().entrySet()) {
                Map<String, String> shown = stage.getValue().parameters();
                left.removeAll(shown == null ? Set.of() : shown.keySet());
            }
            left.remove("span.span"); // is given in words
            assertEquals(Set.of(), left, name);
        }
    }

    @Test
    void theTerminalHasAlignedTablesWithTheirNames() {
        StringWriter text = new StringWriter();
        NumberTable table =
                NumberTable.of(
                        "S",
                        List.of("the", "a"),
                        List.of("x", "long"),
                        new float[][] {{-1.5f, 0}, {10, -1e30f}});
        Section.Worked step =
                new Section.Worked("Scores", List.of("They fit."), "S = Q K^T", List.of(table));
        new TerminalPage(new PrintWriter(text)).print(new Explanation("Title", List.of(step)));
        String expected =
                """
                Title
                =====

                1. Scores

                They fit.

                    S = Q K^T

                    S
                            x  long
                    the  -1.5   0.0
                    a    10.0    −∞
                """;
        assertEquals(expected, text.toString().replace(System.lineSeparator(), "\n"));
    }

    private static double[][] matrix(Explanation explanation, String caption) {
        float[][] values = table(explanation, caption).values();
        double[][] matrix = new double[values.length][values[0].length];
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values[i].length; j++) {
                matrix[i][j] = values[i][j];
            }
        }
        return matrix;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] sum = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                sum[i][j] = a[i][j] + b[i][j];
            }
        }
        return sum;
    }

    private static double[][] transposed(double[][] a) {
        double[][] transposed = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                transposed[j][i] = a[i][j];
            }
        }
        return transposed;
    }

    /** Two columns. */
    private static double[][] columns(double[][] a, int from) {
        double[][] columns = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            columns[i] = new double[] {a[i][from], a[i][from + 1]};
        }
        return columns;
    }

    private static void assertClose(double[][] expected, double[][] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], actual[i], ROUNDING);
        }
    }
}
