package org.attn4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attn4j.attention.mechanism.HierarchicalAttention;
import org.attn4j.attention.mechanism.KeyValueMemory;
import org.attn4j.attention.mechanism.MemoryAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.mechanism.TemporalAttention;
import org.attn4j.attention.mechanism.TimeAxisAttention;
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
            Pattern.compile("([Ee]ach row|[Ee]ach row still|[Tt]hey) sums? to 1[.:,;]");

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

    /** A mechanism as its lesson makes it, of D = 4. */
    private static Block block(String name, LessonText text) {
        return switch (name) {
            case "memory-network" -> new MemoryAttention(MemoryAttention.Config.of(4, 4, 2, 3));
            case "key-value-memory" -> new KeyValueMemory(4, 2);
            case "hierarchical" ->
                    new HierarchicalAttention(
                            new HierarchicalAttention.Config(6, 4, 0, 2, 4, 2, 4, 0));
            case "temporal-input" ->
                    new TemporalAttention(3, 3, 2, 2, TemporalAttention.Order.COMMON);
            case "time-axis" ->
                    new TimeAxisAttention(
                            MultiHeadAttention.builder()
                                    .setModelSize(4)
                                    .setHeads(2)
                                    .optBias(false)
                                    .build(),
                            false);
            default -> {
                AttentionSlot slot = Mechanisms.named(name).info().slots().iterator().next();
                yield Mechanisms.create(
                        new AttentionSpec(name, text.options()),
                        new AttentionSite(slot, 0, 4, text.heads() ? 2 : 1, 0, 3, null));
            }
        };
    }

    private static Stream<String> mechanisms() {
        return lessons().filter(LessonText.read()::containsKey);
    }

    /** A reader can follow every number: no weight that a block has is left out. */
    @ParameterizedTest
    @MethodSource("mechanisms")
    void everyWeightIsShown(String name) {
        LessonText text = LessonText.read().get(name);
        Map<String, String> symbols = new HashMap<>();
        for (StageText stage : text.stages().values()) {
            if (stage.parameters() != null) {
                stage.parameters().forEach((path, said) -> symbols.put(path, said.symbol()));
            }
        }
        Set<String> captions =
                explain(name).steps().stream()
                        .flatMap(step -> step.tables().stream())
                        .map(table -> table.caption().replaceFirst(", head \\d+$", ""))
                        .collect(Collectors.toSet());
        for (String path : BlockParameters.of(block(name, text)).byPath().keySet()) {
            if (!path.equals("span.span")) { // is given in words
                assertTrue(captions.contains(symbols.get(path)), name + ": " + path);
            }
        }
    }

    /** What the reader does not know yet comes after what explains it. */
    @ParameterizedTest
    @MethodSource("mechanisms")
    void theWholeInOneLineComesLast(String name) {
        List<Section.Worked> steps = explain(name).steps();
        String whole = Mechanisms.named(name).info().equation();
        assertEquals("", steps.get(0).equation());
        assertEquals(whole, steps.get(steps.size() - 1).equation());
    }

    @ParameterizedTest
    @MethodSource("lessons")
    void sizesAreFilledIn(String name) {
        for (Section.Worked step : explain(name).steps()) {
            for (String sentence : step.sentences()) {
                assertFalse(sentence.matches(".*\\{\\w*}.*"), sentence);
            }
        }
        assertTrue(
                explain("multi-head", "a b", 6, 3)
                        .steps()
                        .get(0)
                        .sentences()
                        .get(2)
                        .contains("D = 6 numbers, and there are N = 3 heads"));
    }

    private static double[][] in(Explanation lesson, String title, String caption) {
        Section.Worked found =
                lesson.steps().stream()
                        .filter(step -> step.title().equals(title))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no step is called " + title));
        return matrix(new Explanation("", List.of(found)), caption);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** A row times the columns of one gate, and a bias: the gate'th part of each. */
    private static double[] part(double[] x, double[][] w, double[][] b, int gate, int size) {
        double[] sums = new double[size];
        for (int i = 0; i < size; i++) {
            sums[i] = b[0][gate * size + i];
            for (int j = 0; j < x.length; j++) {
                sums[i] += x[j] * w[j][gate * size + i];
            }
        }
        return sums;
    }

    /** A GRU's step by arithmetic of this test's own, from the numbers that are shown. */
    private static void assertGru(
            Explanation lesson, double[] x, double[] h, String weights, String step, String part) {
        double[][][] shown = new double[4][][];
        for (int i = 0; i < 4; i++) {
            shown[i] = in(lesson, weights + ": Gates", List.of("W", "b", "U", "c").get(i));
        }
        double[][] gates = in(lesson, step + ": Gates", "gates" + part);
        double[] next = in(lesson, step + ": The next state", "h'" + part)[0];
        double[][] of = new double[3][];
        double[][] from = new double[3][];
        for (int gate = 0; gate < 3; gate++) {
            of[gate] = part(x, shown[0], shown[1], gate, h.length);
            from[gate] = part(h, shown[2], shown[3], gate, h.length);
        }
        for (int i = 0; i < h.length; i++) {
            double r = sigmoid(of[0][i] + from[0][i]);
            double z = sigmoid(of[1][i] + from[1][i]);
            double n = Math.tanh(of[2][i] + r * from[2][i]);
            assertArrayEquals(
                    new double[] {r, z, n},
                    new double[] {gates[0][i], gates[1][i], gates[2][i]},
                    ROUNDING);
            assertEquals((1 - z) * n + z * h[i], next[i], ROUNDING);
        }
    }

    @Test
    void recurrentStepsOfADocumentCanBeFollowed() {
        Explanation lesson = explain("hierarchical");
        double[] zeros = new double[2];
        String word = "Reading words forward, word 1";
        for (String sentence : List.of(", sentence 1", ", sentence 2")) {
            double[][] x = matrix(lesson, "x" + sentence);
            assertGru(lesson, x[0], zeros, word, word, sentence);
            double[] state = in(lesson, word + ": The next state", "h'" + sentence)[0];
            double[] first = matrix(lesson, "h" + sentence)[0];
            assertArrayEquals(state, new double[] {first[0], first[1]}, ROUNDING);
        }
        String one = "Reading sentences forward, sentence 1";
        String two = "Reading sentences forward, sentence 2";
        double[] before = in(lesson, one + ": The next state", "h'")[0];
        assertGru(lesson, matrix(lesson, "s, sentence 1")[0], zeros, one, one, "");
        assertGru(lesson, matrix(lesson, "s, sentence 2")[0], before, one, two, "");
    }

    /** An LSTM's steps by arithmetic of this test's own, and the forecast that they end in. */
    @Test
    void recurrentStepsOfAForecastCanBeFollowed() {
        Explanation lesson = explain("temporal-input");
        double[] h = new double[2];
        double[] cell = new double[2];
        for (int time = 1; time <= 2; time++) {
            double[] x =
                    in(lesson, "Encoder, time %s: The series, weighed".formatted(time), "x~_t")[0];
            assertLstm(lesson, x, h, cell, "Encoder, time ", time, "h");
        }
        h = new double[2];
        cell = new double[2];
        double[] context = null;
        for (int step = 1; step <= 2; step++) {
            double[] x =
                    in(lesson, "Decoder, step %s: What the decoder reads".formatted(step), "y~")[0];
            assertLstm(lesson, x, h, cell, "Decoder, step ", step, "d");
            context = in(lesson, "Decoder, step %s: The context".formatted(step), "c")[0];
        }
        double[][] both = {{h[0], h[1], context[0], context[1]}};
        double[][] hidden = sum(product(both, matrix(lesson, "W_y")), matrix(lesson, "b_w"));
        double[][] forecast = sum(product(hidden, matrix(lesson, "v_y")), matrix(lesson, "b_v"));
        assertClose(forecast, matrix(lesson, "y^"));
    }

    /** Moves the state on. */
    private static void assertLstm(
            Explanation lesson,
            double[] x,
            double[] h,
            double[] cell,
            String steps,
            int number,
            String hidden) {
        double[][] gates = in(lesson, steps + number + ": Gates", "gates");
        double[][] next = in(lesson, steps + number + ": The next state", "state");
        double[][] asks = in(lesson, steps + number + ": The state that asks", asks(hidden));
        assertArrayEquals(new double[] {h[0], h[1], cell[0], cell[1]}, asks[0], ROUNDING);
        double[][] shown = new double[4][2];
        String first = steps + "1: Gates";
        for (int gate = 0; gate < 4; gate++) {
            double[] of = part(x, in(lesson, first, "W"), in(lesson, first, "b"), gate, 2);
            double[] from = part(h, in(lesson, first, "U"), in(lesson, first, "c"), gate, 2);
            for (int i = 0; i < 2; i++) {
                double sum = of[i] + from[i];
                shown[gate][i] = gate == 2 ? Math.tanh(sum) : sigmoid(sum); // i, f, g, o
            }
        }
        assertClose(shown, gates);
        for (int i = 0; i < 2; i++) {
            cell[i] = shown[1][i] * cell[i] + shown[0][i] * shown[2][i];
            h[i] = shown[3][i] * Math.tanh(cell[i]);
        }
        assertClose(new double[][] {h, cell}, next);
    }

    private static String asks(String hidden) {
        return hidden.equals("h") ? "[h ; s]" : "[d ; s']";
    }

    @Test
    void aMemoryCanBeFollowedFromItsTablesToTheAnswer() {
        Explanation lesson = explain("memory-network");
        double[][] keys = in(lesson, "Hop 1: The keys of the sentences", "m");
        double[][] answer = matrix(lesson, "logits");
        double[] known = in(lesson, "What is known after the last hop", "u")[0];
        for (int k = 0; k < 4; k++) {
            double factor = (k + 1) / 4.0; // l of a sentence of one word
            for (int i = 0; i < 3; i++) {
                double expected =
                        factor * matrix(lesson, "A")[i + 1][k] + matrix(lesson, "T_A")[2 - i][k];
                assertEquals(expected, keys[i][k], ROUNDING);
            }
            assertEquals(factor * matrix(lesson, "A")[3][k], matrix(lesson, "u")[0][k], ROUNDING);
        }
        assertClose(product(new double[][] {known}, transposed(matrix(lesson, "C_2"))), answer);
    }

    @Test
    void theLatentAndItsTurnedKeyCanBeFollowed() {
        Explanation lesson = explain("latent");
        double[][] both = product(matrix(lesson, "X"), matrix(lesson, "W_a"));
        assertClose(both, matrix(lesson, "X W_a"));
        for (int pos = 0; pos < 3; pos++) {
            double[] row = both[pos];
            double root = Math.sqrt((row[0] * row[0] + row[1] * row[1]) / 2);
            assertArrayEquals(
                    new double[] {row[0] / root, row[1] / root},
                    matrix(lesson, "c")[pos],
                    ROUNDING);
            double cos = Math.cos(pos);
            double sin = Math.sin(pos);
            assertArrayEquals(
                    new double[] {row[2] * cos - row[3] * sin, row[2] * sin + row[3] * cos},
                    matrix(lesson, "k'")[pos],
                    ROUNDING);
        }
    }

    @Test
    void theScoreOfADistanceCanBeFollowed() {
        Explanation lesson = explain("transformer-xl");
        double[][] rows = matrix(lesson, "R"); // distances 5 to 0
        assertEquals(Math.cos(3), rows[2][1], ROUNDING);
        double[][] keys = columns(product(rows, matrix(lesson, "W_r")), 0); // of head 1
        assertClose(keys, matrix(lesson, "R W_r, head 1"));
        double[][] queries = matrix(lesson, "X W^Q, head 1");
        double[] v = matrix(lesson, "v")[0];
        for (int i = 3; i < 6; i++) {
            for (int j = 0; j <= i; j++) {
                double[] key = keys[5 - (i - j)];
                double[] q = queries[i - 3];
                double expected = (q[0] + v[0]) * key[0] + (q[1] + v[1]) * key[1];
                assertEquals(expected, matrix(lesson, "B, head 1")[i - 3][j], ROUNDING);
            }
        }
    }

    @Test
    void coverageGrowsByTheWeightsThatWereShown() {
        Explanation lesson = explain("coverage");
        double[] first = in(lesson, "Step 1: Softmax: scores become weights", "A")[0];
        double[][] term = in(lesson, "Step 2: The part of the coverage", "c w_c");
        double[] w = matrix(lesson, "w_c")[0];
        for (int s = 0; s < 3; s++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(first[s] * w[i], term[s][i], ROUNDING);
            }
        }
    }

    @Test
    void headsOfQueriesThatShareAHeadOfKeysAreMoreThanThose() {
        Lesson lesson = Lessons.named("grouped-query");
        Explanation shown = explain("grouped-query", null, lesson.usualSize(), lesson.usualHeads());
        assertEquals(4, captions(shown, "Q, head \\d+"));
        assertEquals(2, captions(shown, "K, head \\d+"));
    }

    private static long captions(Explanation lesson, String pattern) {
        return lesson.steps().stream()
                .flatMap(step -> step.tables().stream())
                .filter(table -> table.caption().matches(pattern))
                .count();
    }

    @Test
    void aMaskThatHidesNothingIsNotShown() {
        assertEquals(0, captions(explain("hierarchical"), "M.*|Z.*")); // three words in each
        Explanation shorter = explain("hierarchical", "a b c d e", 4, 1);
        assertArrayEquals(
                new String[] {"0", "0", "−∞"}, table(shorter, "M, sentence 2").texts()[0]);
    }

    @Test
    void wordsOfBothTextsHaveRowsOfTheirOwn() {
        try (NDManager manager = manager()) {
            List<String> target = List.of("c", "b");
            Setting setting = new Setting(List.of("a", "b"), target, 4, 1, false, 1, manager);
            float[] source = setting.embeddings(setting.tokens()).toFloatArray();
            float[] others = setting.embeddings(target).toFloatArray();
            assertFalse(Arrays.equals(source, 0, 4, others, 0, 4)); // a and c
            assertTrue(Arrays.equals(source, 4, 8, others, 4, 8)); // b and b
        }
    }

    @Test
    void aPageThatComparesHasTheMatricesThatItsNumbersComeOf() {
        for (String name : List.of("masked-self", "cross")) {
            Explanation page = explain(name);
            double[][] scores = transposed(matrix(page, first(page, "K.*head 1")));
            double[][] expected = product(matrix(page, first(page, "Q.*head 1")), scores);
            double[][] shown = matrix(page, first(page, "S .*head 1"));
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    assertEquals(expected[i][j] / Math.sqrt(2), shown[i][j], ROUNDING);
                }
            }
            double[][] q = product(matrix(page, "X"), matrix(page, "W^Q"));
            assertClose(columns(q, 0), matrix(page, first(page, "Q.*head 1")));
            double[][] context = matrix(page, first(page, "C.*head 1"));
            double[][] other = matrix(page, first(page, "C.*head 2"));
            double[][] both = new double[3][];
            for (int i = 0; i < 3; i++) {
                both[i] = new double[] {context[i][0], context[i][1], other[i][0], other[i][1]};
            }
            assertClose(product(both, matrix(page, "W^O")), matrix(page, first(page, "O.*")));
        }
    }

    private static String first(Explanation lesson, String pattern) {
        return lesson.steps().stream()
                .flatMap(step -> step.tables().stream())
                .map(NumberTable::caption)
                .filter(caption -> caption.matches(pattern))
                .findFirst()
                .orElseThrow();
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
