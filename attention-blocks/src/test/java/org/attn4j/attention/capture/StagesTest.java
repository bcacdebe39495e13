package org.attn4j.attention.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.HierarchicalAttention;
import org.attn4j.attention.mechanism.MemoryAttention;
import org.attn4j.attention.mechanism.MemoryInputs;
import org.attn4j.attention.mechanism.TemporalAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stages that mechanisms tell follow from each other, by arithmetic of this test's own. */
@Tag("engine")
class StagesTest {

    private static final int D = 8;
    private static final int HEADS = 2;
    private static final int LENGTH = 5;

    /** Sums of a few products in float32, of numbers of about 1. */
    private static final double ROUNDING = 1e-5;

    /** Small enough that something is hidden among the positions. */
    private static final Map<String, Map<String, Object>> OPTIONS =
            Map.of(
                    "sparse", Map.of("blockSize", 1, "window", 1, "random", 0),
                    "sparse-strided", Map.of("stride", 2),
                    "sparse-fixed", Map.of("stride", 2),
                    "longformer", Map.of("window", 1, "globals", List.of()),
                    "local", Map.of("window", 1),
                    "local-predictive", Map.of("window", 2),
                    "adaptive-span", Map.of("ramp", 2, "initialSpan", 1),
                    "grouped-query", Map.of("keyValueHeads", 1),
                    "persistent-memory", Map.of("vectors", 3));

    /** What one site told: the stages, and the weights. */
    private static final class Told {

        private final Map<String, float[]> values = new LinkedHashMap<>();
        private final Map<String, long[]> shapes = new LinkedHashMap<>();

        private void put(String stage, NDArray array) {
            values.put(stage, array.toType(DataType.FLOAT32, false).toFloatArray());
            shapes.put(stage, array.getShape().getShape());
        }

        private boolean has(String stage) {
            return values.containsKey(stage);
        }

        /** The element at (b, n, t, s), where dimensions of 1 or fewer are broadcast. */
        private double at(String stage, int... index) {
            float[] flat = values.get(stage);
            assertNotNull(flat, () -> stage + " was not told, but " + values.keySet());
            long[] shape = shapes.get(stage);
            int skipped = index.length - shape.length;
            int offset = 0;
            for (int i = 0; i < shape.length; i++) {
                offset = (int) (offset * shape[i] + (shape[i] == 1 ? 0 : index[i + skipped]));
            }
            return flat[offset];
        }

        private int size(String stage, int fromEnd) {
            long[] shape = shapes.get(stage);
            return (int) shape[shape.length - fromEnd];
        }
    }

    /** Keeps everything, by the site. */
    private static final class Recorder implements AttentionObserver {

        private final Map<String, Told> sites = new LinkedHashMap<>();

        @Override
        public void observe(String site, NDArray weights) {
            at(site, "weights", weights);
        }

        @Override
        public void stage(String site, String stage, Supplier<NDArray> values) {
            at(site, stage, values.get());
        }

        private void at(String site, String stage, NDArray values) {
            sites.computeIfAbsent(site, unused -> new Told()).put(stage, values);
        }
    }

    private static Stream<String> mechanisms() {
        return Mechanisms.all().stream()
                .map(provider -> provider.info())
                .filter(info -> !info.slots().isEmpty())
                .map(info -> info.name());
    }

    private static AttentionSlot slot(String name) {
        Set<AttentionSlot> slots = Mechanisms.named(name).info().slots();
        return Stream.of(
                        AttentionSlot.DECODER_SELF, AttentionSlot.CROSS, AttentionSlot.ENCODER_SELF)
                .filter(slots::contains)
                .findFirst()
                .orElseThrow();
    }

    private static Subject subject(String name, NDManager manager) {
        AttentionSpec spec = new AttentionSpec(name, OPTIONS.getOrDefault(name, Map.of()));
        AttentionSite site = new AttentionSite(slot(name), 0, D, HEADS, 0, LENGTH, null);
        return Subject.of(Mechanisms.create(spec, site), manager, D, DataType.FLOAT32);
    }

    private static AttentionInputs inputs(String name, NDManager manager) {
        NDArray x = Numbers.random(manager, 1, new Shape(1, LENGTH, D));
        if (slot(name) == AttentionSlot.DECODER_SELF) {
            return AttentionInputs.self(x).withMask(AttentionMask.causal());
        }
        return AttentionInputs.cross(Numbers.random(manager, 2, new Shape(1, 3, D)), x);
    }

    private static Told told(String name, NDManager manager) {
        Recorder recorder = new Recorder();
        subject(name, manager).attend(inputs(name, manager).withObserver(recorder));
        return recorder.sites.get("");
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void weightsFollowFromTheScores(String name) {
        try (NDManager manager = TestEngine.manager()) {
            Told told = told(name, manager);
            if (told.has(Stages.SCALED_SCORES)) {
                double scale = scaleOf(told);
                check(
                        told,
                        Stages.SCALED_SCORES,
                        (n, t, s) -> scale * told.at("scores", 0, n, t, s));
            }
            if (told.has(Stages.MASKED_SCORES)) {
                String raw = raw(told);
                check(
                        told,
                        Stages.MASKED_SCORES,
                        (n, t, s) -> told.at(raw, 0, n, t, s) + told.at(Stages.MASK, 0, n, t, s));
            }
            Cell weight = weight(name, told);
            check(told, "weights", weight);
        }
    }

    /** The mechanisms whose weights are no plain softmax of the masked scores. */
    private static Cell weight(String name, Told told) {
        String last = told.has(Stages.MASKED_SCORES) ? Stages.MASKED_SCORES : raw(told);
        Cell softmax = (n, t, s) -> softmax(told, last, n, t)[s];
        return switch (name) {
            case "linear" ->
                    (n, t, s) -> {
                        double sum = 0;
                        for (int j = 0; j <= t; j++) { // the mask is causal
                            sum +=
                                    product(
                                            told,
                                            Stages.QUERY_FEATURES,
                                            t,
                                            Stages.KEY_FEATURES,
                                            j,
                                            n);
                        }
                        double own =
                                product(told, Stages.QUERY_FEATURES, t, Stages.KEY_FEATURES, s, n);
                        return s > t ? 0 : own / sum;
                    };
            case "hard" -> {
                check(told, Stages.PLAIN_WEIGHTS, softmax);
                yield (n, t, s) -> {
                    double[] row = softmax(told, last, n, t);
                    return row[s] == Arrays.stream(row).max().orElseThrow() ? 1 : 0;
                };
            }
            case "local-predictive" -> {
                check(told, Stages.PLAIN_WEIGHTS, softmax);
                double deviation = 2 / 2.0; // D / 2
                check(
                        told,
                        Stages.GAUSSIAN,
                        (n, t, s) -> {
                            double away = s - told.at(Stages.CENTRE, 0, 0, t, 0);
                            return Math.exp(-away * away / (2 * deviation * deviation));
                        });
                yield (n, t, s) -> softmax.at(n, t, s) * told.at(Stages.GAUSSIAN, 0, n, t, s);
            }
            case "sentinel" -> {
                check(told, Stages.PLAIN_WEIGHTS, softmax);
                yield (n, t, s) -> {
                    double own = Math.exp(told.at(Stages.SENTINEL_SCORES, 0, 0, t, 0));
                    double sum = own;
                    for (int j = 0; j < told.size(Stages.SCORES, 1); j++) {
                        sum += Math.exp(told.at(Stages.SCORES, 0, 0, t, j));
                    }
                    assertEquals(own / sum, told.at(Stages.GATE, 0, t, 0), ROUNDING);
                    return Math.exp(told.at(Stages.SCORES, 0, 0, t, s)) / sum;
                };
            }
            case "adaptive-span" ->
                    (n, t, s) -> {
                        double sum = 0;
                        for (int j = 0; j <= t; j++) {
                            sum +=
                                    Math.exp(told.at(last, 0, n, t, j))
                                            * told.at(Stages.SOFT_MASK, 0, n, t, j);
                        }
                        double own = s > t ? 0 : Math.exp(told.at(last, 0, n, t, s));
                        return own * told.at(Stages.SOFT_MASK, 0, n, t, s) / sum;
                    };
            case "sparsemax" ->
                    (n, t, s) -> Math.max(0, told.at(last, 0, n, t, s) - threshold(told, n, t));
            case "entmax" ->
                    (n, t, s) -> {
                        double less = told.at(Stages.ALPHA, n) - 1;
                        double over = less * told.at(last, 0, n, t, s) - threshold(told, n, t);
                        return Math.pow(Math.max(0, over), 1 / less);
                    };
            case "intra-decoder" -> (n, t, s) -> t == 0 ? 0 : softmax.at(n, t, s); // sees nothing
            default -> softmax;
        };
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void theContextIsTheWeightedSumOfTheValues(String name) {
        try (NDManager manager = TestEngine.manager()) {
            Told told = told(name, manager);
            String by =
                    told.has(Stages.MIXED_WEIGHTS)
                            ? Stages.MIXED_WEIGHTS
                            : name.equals("sentinel") ? Stages.PLAIN_WEIGHTS : "weights";
            int shared = HEADS / told.size(Stages.VALUE, 3); // heads that read one value head
            check(
                    told,
                    Stages.CONTEXT,
                    (n, t, h) -> {
                        double sum = 0;
                        for (int s = 0; s < told.size(by, 1); s++) {
                            sum +=
                                    told.at(by, 0, n, t, s)
                                            * told.at(Stages.VALUE, 0, n / shared, s, h);
                        }
                        return sum;
                    });
            if (told.has(Stages.CONCATENATED)) {
                int headSize = told.size(Stages.CONTEXT, 1);
                for (int t = 0; t < told.size(Stages.CONCATENATED, 2); t++) {
                    for (int i = 0; i < told.size(Stages.CONCATENATED, 1); i++) {
                        assertEquals(
                                told.at(Stages.CONTEXT, 0, i / headSize, t, i % headSize),
                                told.at(Stages.CONCATENATED, 0, t, i));
                    }
                }
            }
        }
    }

    /** How told scores come of what was told before them. */
    @ParameterizedTest
    @MethodSource("mechanisms")
    void scoresFollowFromQueriesAndKeys(String name) {
        try (NDManager manager = TestEngine.manager()) {
            Told told = told(name, manager);
            if (told.has(Stages.SCALED_SCORES)) {
                int shared = HEADS / told.size(Stages.KEY, 3);
                check(
                        told,
                        Stages.SCORES,
                        (n, t, s) -> {
                            double sum = 0;
                            for (int h = 0; h < told.size(Stages.QUERY, 1); h++) {
                                sum +=
                                        told.at(Stages.QUERY, 0, n, t, h)
                                                * told.at(Stages.KEY, 0, n / shared, s, h);
                            }
                            return sum;
                        });
            }
            if (told.has(Stages.HIDDEN)) {
                for (int t = 0; t < told.size(Stages.HIDDEN, 3); t++) {
                    for (int s = 0; s < told.size(Stages.HIDDEN, 2); s++) {
                        for (int a = 0; a < told.size(Stages.HIDDEN, 1); a++) {
                            double sum =
                                    told.at(Stages.QUERY_TERM, 0, t, a)
                                            + told.at(Stages.KEY_TERM, 0, s, a);
                            assertEquals(
                                    Math.tanh(sum), told.at(Stages.HIDDEN, 0, t, s, a), ROUNDING);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("mechanisms")
    void tellingChangesNothing(String name) {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = subject(name, manager);
            float[] plain = subject.attend(inputs(name, manager)).context().toFloatArray();
            AttentionInputs observed = inputs(name, manager).withObserver(new Recorder());
            // kernels differ in the order of their sums
            Numbers.assertClose(
                    name, plain, subject.attend(observed).context().toFloatArray(), 1e-6, 1e-5);
        }
    }

    @Test
    void whoWantsWeightsAloneHasNoStageComputed() {
        AttentionObserver weights = (site, told) -> {};
        Supplier<NDArray> never =
                () -> {
                    throw new AssertionError("computed for nobody");
                };
        AttentionObserver.tell(weights, Stages.SCORES, never);
        AttentionObserver.tell(weights.at("layer"), Stages.SCORES, never);
        AttentionObserver.tell(null, Stages.SCORES, never);
    }

    @Test
    void stagesOfPartsHaveTheirSite() {
        Recorder recorder = new Recorder();
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.ones(new Shape(1));
            AttentionObserver part = recorder.at("decoder").at("layers.0");
            AttentionObserver.tell(part, Stages.QUERY, () -> x);
        }
        assertEquals(Set.of("decoder.layers.0"), recorder.sites.keySet());
    }

    @Test
    void everyHopOfAMemoryTellsItsOwn() {
        try (NDManager manager = TestEngine.manager()) {
            MemoryAttention block = new MemoryAttention(MemoryAttention.Config.of(6, 4, 2, 3));
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 2), new Shape(1, 2));
            NDArray story =
                    HostArrays.of(manager, new long[] {1, 2, 3, 4, 5, 1}, new Shape(1, 3, 2));
            NDArray question = HostArrays.of(manager, new long[] {2, 3}, new Shape(1, 2));
            Recorder recorder = new Recorder();
            block.read(
                    new ParameterStore(manager, false),
                    new MemoryInputs(story, question, null, recorder),
                    false);
            assertEquals(Set.of("hops.0", "hops.1", ""), recorder.sites.keySet());
            Told after = recorder.sites.remove("");
            Told first = recorder.sites.get("hops.0");
            Told second = recorder.sites.get("hops.1");
            for (Told hop : recorder.sites.values()) {
                check(hop, "weights", (n, t, s) -> softmax(hop, raw(hop), n, t)[s]);
                check(
                        hop,
                        Stages.SCORES,
                        (n, t, s) -> product(hop, Stages.QUERY, 0, Stages.KEY, s, 0));
            }
            double answer = 0; // word 5, by the last table
            for (int h = 0; h < 4; h++) {
                double known =
                        second.at(Stages.QUERY, 0, 0, h) + second.at(Stages.CONTEXT, 0, 0, h);
                assertEquals(known, after.at(Stages.QUERY, 0, 0, h), ROUNDING);
                float[] table =
                        block.getDirectParameters().get("embedding_2").getArray().toFloatArray();
                answer += known * table[5 * 4 + h];
            }
            assertEquals(answer, after.at(Stages.OUTPUT, 0, 5), ROUNDING);
            for (int h = 0; h < 4; h++) { // u' = u + o, and what is read with is addressed next
                assertEquals(
                        first.at(Stages.QUERY, 0, 0, h) + first.at(Stages.CONTEXT, 0, 0, h),
                        second.at(Stages.QUERY, 0, 0, h),
                        ROUNDING);
                assertEquals(
                        first.at(Stages.VALUE, 0, 1, h), second.at(Stages.KEY, 0, 1, h), ROUNDING);
            }
        }
    }

    @Test
    void documentsTellWordsAndSentences() {
        try (NDManager manager = TestEngine.manager()) {
            HierarchicalAttention block =
                    new HierarchicalAttention(HierarchicalAttention.Config.of(9, 4, 2, 2));
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 2, 3));
            NDArray words =
                    HostArrays.of(manager, new long[] {1, 2, 3, 4, 5, 0}, new Shape(1, 2, 3));
            Recorder recorder = new Recorder();
            block.read(
                    new ParameterStore(manager, false),
                    new HierarchicalAttention.Inputs(words, null, recorder),
                    false);
            assertTrue(recorder.sites.keySet().containsAll(Set.of("word", "sentence")));
            Told word = recorder.sites.get("word");
            for (String level : Set.of("word", "sentence")) {
                checkGru(recorder, level, "l0", 0);
                checkGru(recorder, level, "l0_reverse", 2);
            }
            for (int sentence = 0; sentence < 2; sentence++) {
                double[] row = new double[3];
                for (int w = 0; w < 3; w++) {
                    row[w] = word.at(Stages.MASKED_SCORES, sentence, 0, 0, w);
                }
                double[] weights = softmax(row);
                for (int w = 0; w < 3; w++) {
                    assertEquals(weights[w], word.at("weights", 0, 0, sentence, w), ROUNDING);
                }
            }
        }
    }

    /** The states that attention reads follow from the gates, of a GRU of 2 features. */
    private static void checkGru(Recorder recorder, String level, String direction, int column) {
        Told read = recorder.sites.get(level);
        int length = read.size(Stages.KEY, 2);
        int batch = (int) read.shapes.get(Stages.KEY)[0];
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < 2; i++) {
                double h = 0;
                for (int step = 0; step < length; step++) {
                    int position = direction.equals("l0") ? step : length - 1 - step;
                    Told at =
                            recorder.sites.get(
                                    "%s_encoder.%s.%s".formatted(level, direction, position));
                    boolean padding = level.equals("word") && b == 1 && position == 2;
                    double keep = at.at(Stages.GATES, b, 1, i);
                    double candidate = at.at(Stages.GATES, b, 2, i);
                    double next = (1 - keep) * candidate + keep * h;
                    assertEquals(next, at.at(Stages.STATE, b, 0, i), ROUNDING);
                    h = padding ? h : next;
                    assertEquals(
                            padding ? 0 : h,
                            read.at(Stages.KEY, b, position, column + i),
                            ROUNDING);
                }
            }
        }
    }

    @Test
    void bothAttentionsOfAForecastTellTheirSteps() {
        try (NDManager manager = TestEngine.manager()) {
            TemporalAttention block =
                    new TemporalAttention(3, 2, 4, 4, TemporalAttention.Order.COMMON);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 2), new Shape(1, 2));
            Recorder recorder = new Recorder();
            block.predict(
                    new ParameterStore(manager, false),
                    new TemporalAttention.Inputs(
                            Numbers.random(manager, 3, new Shape(1, 3, 2)),
                            Numbers.random(manager, 4, new Shape(1, 2)),
                            recorder),
                    false);
            for (String part : Set.of("input", "temporal")) {
                Told all = recorder.sites.get(part);
                for (int step = 0; step < all.size("weights", 2); step++) {
                    Told one = recorder.sites.get(part + "." + step);
                    for (int i = 0; i < 4; i++) { // what the step before left is what asks
                        double h = one.at(Stages.QUERY, 0, 0, i);
                        double cell = one.at(Stages.QUERY, 0, 0, 4 + i);
                        Told last = recorder.sites.get(part + "." + (step - 1));
                        assertEquals(step == 0 ? 0 : last.at(Stages.STATE, 0, 0, i), h);
                        assertEquals(step == 0 ? 0 : last.at(Stages.STATE, 0, 1, i), cell);
                        double kept =
                                one.at(Stages.GATES, 0, 1, i) * cell
                                        + one.at(Stages.GATES, 0, 0, i)
                                                * one.at(Stages.GATES, 0, 2, i);
                        double shown = one.at(Stages.GATES, 0, 3, i) * Math.tanh(kept);
                        assertEquals(kept, one.at(Stages.STATE, 0, 1, i), ROUNDING);
                        assertEquals(shown, one.at(Stages.STATE, 0, 0, i), ROUNDING);
                    }
                    double[] weights = softmax(one, Stages.SCORES, 0, 0);
                    for (int s = 0; s < weights.length; s++) {
                        assertEquals(weights[s], all.at("weights", 0, 0, step, s), ROUNDING);
                        assertEquals(weights[s], one.at(Stages.PLAIN_WEIGHTS, 0, 0, s), ROUNDING);
                    }
                }
            }
        }
    }

    @Test
    void scoresOfDistancesFollowFromTheirKeys() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = subject("transformer-xl", manager);
            Recorder recorder = new Recorder();
            subject.attend(inputs("transformer-xl", manager).withObserver(recorder));
            Told told = recorder.sites.get("");
            assertEquals(LENGTH, told.size(Stages.DISTANCES, 2)); // the mask is causal
            assertEquals(Math.sin(LENGTH - 1), told.at(Stages.DISTANCES, 0, 0), ROUNDING);
            assertEquals(1, told.at(Stages.DISTANCES, LENGTH - 1, 1), ROUNDING); // cos 0
            Parameter bias = subject.block().getDirectParameters().get("position_bias");
            float[] v = bias.getArray().toFloatArray(); // (N, H)
            int size = D / HEADS;
            check(
                    told,
                    Stages.POSITION_SCORES,
                    (n, t, s) -> {
                        if (s > t) { // lies ahead, and has no distance
                            return told.at(Stages.POSITION_SCORES, 0, n, t, s);
                        }
                        double sum = 0;
                        for (int h = 0; h < size; h++) {
                            sum +=
                                    (told.at(Stages.PROJECTED_QUERY, 0, n, t, h) + v[n * size + h])
                                            * told.at(
                                                    Stages.DISTANCE_KEYS,
                                                    n,
                                                    LENGTH - 1 - (t - s),
                                                    h);
                        }
                        return sum;
                    });
        }
    }

    private interface Cell {

        double at(int head, int row, int column);
    }

    private static void check(Told told, String stage, Cell expected) {
        for (int n = 0; n < told.size(stage, 3); n++) {
            for (int t = 0; t < told.size(stage, 2); t++) {
                for (int s = 0; s < told.size(stage, 1); s++) {
                    double value = expected.at(n, t, s);
                    double actual = told.at(stage, 0, n, t, s);
                    double allowed = ROUNDING * Math.max(1, Math.abs(value));
                    String what = "%s[%s, %s, %s]".formatted(stage, n, t, s);
                    assertEquals(value, actual, allowed, what);
                }
            }
        }
        assertTrue(told.size(stage, 1) > 0, stage);
    }

    /** The scores that the mask is added to: the last that were told before it. */
    private static String raw(Told told) {
        return Stream.of(
                        Stages.MIXED_SCORES,
                        Stages.PENALISED_SCORES,
                        Stages.SCALED_SCORES,
                        Stages.SCORES)
                .filter(told::has)
                .findFirst()
                .orElse(null);
    }

    /** The factor between the largest score and itself scaled. */
    private static double scaleOf(Told told) {
        float[] scores = told.values.get(Stages.SCORES);
        float[] scaled = told.values.get(Stages.SCALED_SCORES);
        int largest = 0;
        for (int i = 1; i < scores.length; i++) {
            largest = Math.abs(scores[i]) > Math.abs(scores[largest]) ? i : largest;
        }
        return scaled[largest] / scores[largest];
    }

    private static double threshold(Told told, int head, int query) {
        return told.at(Stages.THRESHOLD, 0, head, query, 0);
    }

    private static double product(
            Told told, String queries, int query, String keys, int key, int head) {
        double sum = 0;
        for (int h = 0; h < told.size(queries, 1); h++) {
            sum += told.at(queries, 0, head, query, h) * told.at(keys, 0, head, key, h);
        }
        return sum;
    }

    private static double[] softmax(Told told, String scores, int head, int query) {
        double[] row = new double[told.size(scores, 1)];
        Arrays.setAll(row, s -> told.at(scores, 0, head, query, s));
        return softmax(row);
    }

    private static double[] softmax(double... row) {
        double largest = Arrays.stream(row).max().orElseThrow();
        double sum = Arrays.stream(row).map(x -> Math.exp(x - largest)).sum();
        return Arrays.stream(row).map(x -> Math.exp(x - largest) / sum).toArray();
    }
}
