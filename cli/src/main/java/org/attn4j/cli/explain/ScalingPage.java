package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.DotProductAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.cli.model.AttentionEntropy;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** Why scores are divided by √d_k: what becomes of weights and gradients without it. */
final class ScalingPage implements Lesson {

    private static final int[] SIZES = {1, 4, 16, 64, 256};
    private static final int QUERIES = 64;
    private static final int KEYS = 16;
    private static final int DIGITS = 5;

    @Override
    public String name() {
        return "scaling";
    }

    @Override
    public String summary() {
        return "Why scores are divided by √d_k, on scores of 31 and 21 (Vaswani et al. 2017, section 3.2.1)";
    }

    @Override
    public Set<Choice> choices() {
        return EnumSet.noneOf(Choice.class);
    }

    /** What attention gives with one factor on the scores. */
    private record Scaled(Recording told, float[] weights, float[] gradients, int keys) {

        /** In nats, of one query. */
        float entropy(int query) {
            return (float) AttentionEntropy.of(weights, query * keys, keys);
        }

        float meanEntropy() {
            double sum = 0;
            for (int query = 0; query < gradients.length; query++) {
                sum += entropy(query);
            }
            return (float) (sum / gradients.length);
        }

        /** Of most queries: a few whose two best keys are equal have a large one even so. */
        float medianGradient() {
            float[] sorted = gradients.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    /** The scores of queries and keys; the scale is null for 1/√d_k. */
    private static Scaled attend(NDArray query, NDArray keys, Double scale) {
        DotProductAttention.Builder builder = DotProductAttention.builder();
        DotProductAttention block = (scale == null ? builder : builder.optScale(scale)).build();
        NDManager manager = query.getManager();
        ParameterStore parameters = new ParameterStore(manager, false);
        AttentionInputs inputs = AttentionInputs.of(query, keys, keys);
        Recording told = new Recording();
        block.attend(parameters, inputs.withObserver(told), false);
        WeightsRecorder recorder = new WeightsRecorder();
        long queries = query.getShape().get(1);
        NDArray added = manager.zeros(new Shape(1, 1, queries, keys.getShape().get(1)));
        added.setRequiresGradient(true); // to the scores, so it has their gradient
        AttentionInputs moved = inputs.withMask(AttentionMask.bias(added));
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            block.attend(parameters, moved.withObserver(recorder), true);
            collector.backward(recorder.weights().max(new int[] {3}).sum());
        }
        float[] gradients = added.getGradient().max(new int[] {3}).toFloatArray(); // (1, 1, T)
        float[] weights = told.get(Recording.WEIGHTS).values();
        return new Scaled(told, weights, gradients, Math.toIntExact(keys.getShape().get(1)));
    }

    @Override
    public Explanation explain(Setting setting) {
        List<Section.Worked> steps = new ArrayList<>();
        steps.add(
                new Section.Worked(
                        "The question",
                        List.of(
                                "Attention scores how well a query, a row of d_k numbers, fits each of several keys, which are such rows, too: the sum of their products, number by number. A softmax makes weights of the scores, e^score divided by the sum over all keys, and by these weights the query takes from what the keys stand for.",
                                "Scores are sums of d_k products, so they grow with d_k. Vaswani et al. divide them by √d_k before the softmax. What if they did not?",
                                "An example with one query and two keys of d_k = 3 features, whose scores are 31 and 21."),
                        "softmax(q K^T / √d_k)",
                        List.of()));
        addExample(setting.manager(), steps);
        steps.add(growth(setting));
        return new Explanation("Division by √d_k", steps);
    }

    private static void addExample(NDManager manager, List<Section.Worked> steps) {
        List<String> query = List.of("query");
        List<String> keys = List.of("key 1", "key 2");
        NDArray q = HostArrays.of(manager, new float[] {1, 2, 3}, new Shape(1, 1, 3));
        NDArray k = HostArrays.of(manager, new float[] {2, 1, 9, 4, 1, 5}, new Shape(1, 2, 3));
        Scaled scaled = attend(q, k, null);
        Scaled plain = attend(q, k, 1.0);
        List<NumberTable> inputs = new ArrayList<>(Tables.of("q", query, q));
        inputs.addAll(Tables.of("K", keys, k));
        inputs.add(pair("S", query, keys, scaled.told(), Stages.SCORES));
        steps.add(
                new Section.Worked(
                        "Scores",
                        List.of(
                                "1·2 + 2·1 + 3·9 = 31, and 1·4 + 2·1 + 3·5 = 21: key 1 fits better."),
                        "S = q K^T",
                        inputs));
        steps.add(
                new Section.Worked(
                        "With the division",
                        List.of(
                                "√3 = 1.732, so the scores become 17.898 and 12.124: they are 5.774 apart, and e^5.774 = 321.7. The first weight is 321.7 times the second."),
                        "A = softmax(S / √3)",
                        List.of(
                                pair("S / √3", query, keys, scaled.told(), Stages.SCALED_SCORES),
                                pair("A", query, keys, scaled.told(), Recording.WEIGHTS))));
        steps.add(
                new Section.Worked(
                        "Without it",
                        List.of(
                                "The scores stay 10 apart, and e^10 = 22026: the softmax is saturated. Key 2 gets next to nothing, although its score is two thirds of the other."),
                        "A = softmax(S)",
                        List.of(
                                pair("S", query, keys, plain.told(), Stages.SCALED_SCORES),
                                pair("A", query, keys, plain.told(), Recording.WEIGHTS))));
        float[][] measured = {
            {scaled.entropy(0), scaled.gradients()[0]}, {plain.entropy(0), plain.gradients()[0]}
        };
        steps.add(
                new Section.Worked(
                        "What it does to learning",
                        List.of(
                                "The entropy −Σ A ln A says how widely the query looks: 0 at one key alone, ln 2 = 0.693 at both alike.",
                                "The gradient says how much the larger weight moves if its score, as the softmax is given it, moves: what comes back through the softmax is multiplied by it, so where it is near 0 nothing is learned about where to look. It was measured with the engine's own differentiation; by hand it is A[1] (1 − A[1])."),
                        "gradient: ∂ A[1] / ∂ score[1]",
                        List.of(
                                new NumberTable(
                                        "measured",
                                        List.of("with / √d_k", "without"),
                                        List.of("entropy", "gradient"),
                                        measured,
                                        DIGITS))));
    }

    private static NumberTable pair(
            String caption, List<String> rows, List<String> columns, Recording told, String stage) {
        return new NumberTable(caption, rows, columns, told.get(stage).matrix(0), DIGITS);
    }

    /** Random queries and keys of more and more features. */
    private static Section.Worked growth(Setting setting) {
        Random random = new Random(setting.seed());
        float[][] values = new float[SIZES.length][];
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < SIZES.length; i++) {
            int size = SIZES[i];
            NDArray keys = normal(setting.manager(), random, KEYS, size);
            NDArray query = normal(setting.manager(), random, QUERIES, size);
            Scaled scaled = attend(query, keys, null);
            Scaled plain = attend(query, keys, 1.0);
            values[i] =
                    new float[] {
                        spread(plain.told().get(Stages.SCORES).values()),
                        scaled.meanEntropy(),
                        plain.meanEntropy(),
                        scaled.medianGradient(),
                        plain.medianGradient()
                    };
            rows.add("d_k = " + size);
        }
        return new Section.Worked(
                "As d_k grows",
                List.of(
                        "%s queries and %s keys of random numbers with mean 0 and variance 1. The spread (standard deviation) of their scores grows as √d_k."
                                .formatted(QUERIES, KEYS),
                        "With the division, entropy hardly changes with d_k. Without it, entropy falls towards 0; and once most queries give almost all of their weight to one key, their gradient falls, too: nothing tells them to look at another. (The largest entropy is ln %s = %.3f.)"
                                .formatted(KEYS, Math.log(KEYS))),
                "gradient: the median over queries of ∂ A[i, j] / ∂ score[i, j], j the key with the largest weight",
                List.of(
                        NumberTable.of(
                                "measured",
                                rows,
                                List.of(
                                        "spread of S",
                                        "entropy, divided",
                                        "entropy, not",
                                        "gradient, divided",
                                        "gradient, not"),
                                values)));
    }

    private static NDArray normal(NDManager manager, Random random, int count, int size) {
        float[] values = new float[count * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostArrays.of(manager, values, new Shape(1, count, size));
    }

    private static float spread(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / values.length;
        return (float) Math.sqrt(squares / values.length - mean * mean);
    }
}
