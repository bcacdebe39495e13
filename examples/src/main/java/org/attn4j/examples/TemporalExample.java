package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.mechanism.TemporalAttention;
import org.attn4j.attention.mechanism.TimeAxisAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownTokens;

/**
 * Attention over time finds which of many series drives a target, and how long before.
 *
 * <p>Six sensors give noise. In each window another one of them is live: it shows by a jolt at the
 * start of the window, and the target repeats its values some steps later, with a little noise of
 * its own. How many steps follows from the seed. Two models learn to predict the target's next
 * value, and nobody tells them where to look; that is read off their weights.
 *
 * <p>The first is the DA-RNN: its input attention chooses among the series. Its temporal attention
 * need not single out the lag, since the encoder carries values along. So the second model carries
 * nothing: attention along the time axis of the series that the first has found, whose only way to
 * a value is to look where it stands.
 */
final class TemporalExample implements Example {

    private static final int SERIES = 6;
    private static final int STEPS = 10;
    private static final int BATCH = 64;
    private static final int FORECAST_TRAINING = 600;
    private static final int LAG_TRAINING = 400;
    private static final int EVALUATED = 256;
    private static final float LEARNING_RATE = 0.01f;
    private static final double NOISE = 0.1;
    private static final double JOLT = 4;
    private static final int JOLTED = 2;
    private static final int FEATURES = 16;
    private static final double PROMISED_SHARE = 0.95;
    private static final double PROMISED_ERROR = 0.2;

    @Override
    public String name() {
        return "temporal";
    }

    @Override
    public String summary() {
        return "finds which of six series drives a target, and how many steps before";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        Random random = new Random(settings.seed());
        int lag = 3 + random.nextInt(4);
        try (NDManager manager = settings.newManager()) {
            Forecast forecast = Forecast.create(manager);
            train(
                    settings.share(FORECAST_TRAINING),
                    "series",
                    progress,
                    forecast.learner(),
                    own -> forecast.loss(Windows.draw(random, BATCH, lag), own));
            Lag time = Lag.create(manager);
            train(
                    settings.share(LAG_TRAINING),
                    "lag",
                    progress,
                    time.learner(),
                    own -> {
                        Windows windows = Windows.draw(random, BATCH, lag);
                        int[] found = heaviest(forecast.weights(windows, own));
                        return time.loss(windows, found, own);
                    });
            return result(settings, forecast, time, Windows.draw(random, EVALUATED, lag), manager);
        }
    }

    private static void train(
            int steps,
            String what,
            Consumer<String> progress,
            Learner learner,
            Function<NDManager, NDArray> loss) {
        for (int step = 1; step <= steps; step++) {
            float error = learner.step(loss);
            if (step % 100 == 0 || step == steps) {
                progress.accept(
                        String.format(
                                Locale.ROOT,
                                "%s: step %s of %s, squared error %.4f",
                                what,
                                step,
                                steps,
                                error));
            }
        }
    }

    /** Windows of series (B, T, n), the target before (B, T − 1) and its next value (B). */
    private record Windows(
            float[] series, float[] target, float[] next, int[] live, int lag, int count) {

        static Windows draw(Random random, int count, int lag) {
            Windows windows =
                    new Windows(
                            new float[count * STEPS * SERIES],
                            new float[count * (STEPS - 1)],
                            new float[count],
                            new int[count],
                            lag,
                            count);
            for (int row = 0; row < count; row++) {
                windows.fill(row, random);
            }
            return windows;
        }

        private void fill(int row, Random random) {
            double[] driving = new double[STEPS + lag]; // the first of them before the window
            for (int t = 0; t < driving.length; t++) {
                driving[t] = random.nextGaussian();
            }
            live[row] = random.nextInt(SERIES);
            for (int t = 0; t < STEPS; t++) {
                for (int s = 0; s < SERIES; s++) {
                    double value =
                            s == live[row]
                                    ? driving[t + lag] + (t < JOLTED ? JOLT : 0)
                                    : random.nextGaussian();
                    series[(row * STEPS + t) * SERIES + s] = (float) value;
                }
                double repeated = driving[t] + NOISE * random.nextGaussian();
                if (t < STEPS - 1) {
                    target[row * (STEPS - 1) + t] = (float) repeated;
                } else {
                    next[row] = (float) repeated;
                }
            }
        }

        TemporalAttention.Inputs inputs(NDManager manager, AttentionObserver observer) {
            return new TemporalAttention.Inputs(
                    HostArrays.of(manager, series, new Shape(count, STEPS, SERIES)),
                    HostArrays.of(manager, target, new Shape(count, STEPS - 1)),
                    observer);
        }

        /** One series of each window, (B, T, 1, 1): times, one position, one feature. */
        NDArray chosen(int[] which, NDManager manager) {
            float[] values = new float[count * STEPS];
            for (int i = 0; i < values.length; i++) {
                values[i] = series[i * SERIES + which[i / STEPS]];
            }
            return HostArrays.of(manager, values, new Shape(count, STEPS, 1, 1));
        }

        NDArray squaredError(NDArray predicted) {
            NDArray right = HostArrays.of(predicted.getManager(), next, new Shape(next.length));
            return predicted.sub(right).square().mean();
        }
    }

    /** The DA-RNN. */
    private record Forecast(TemporalAttention block, Learner learner) {

        static Forecast create(NDManager manager) {
            TemporalAttention block =
                    new TemporalAttention(STEPS, SERIES, 6, 8, TemporalAttention.Order.COMMON);
            block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
            block.initialize(
                    manager,
                    DataType.FLOAT32,
                    new Shape(1, STEPS, SERIES),
                    new Shape(1, STEPS - 1));
            return new Forecast(block, new Learner(manager, block, LEARNING_RATE));
        }

        NDArray predict(
                Windows windows, NDManager manager, AttentionObserver observer, boolean training) {
            TemporalAttention.Inputs inputs = windows.inputs(manager, observer);
            return block.predict(learner.parameters(), inputs, training).prediction();
        }

        NDArray loss(Windows windows, NDManager manager) {
            return windows.squaredError(predict(windows, manager, null, true));
        }

        /** The weight of each series in each window, (B, n), its mean over the steps. */
        float[] weights(Windows windows, NDManager manager) {
            AttentionRecorder recorder = new AttentionRecorder();
            predict(windows, manager, recorder, false);
            return bySeries(recorder.recorded("input").get(0));
        }

        private static float[] bySeries(RecordedAttention input) {
            float[] mean = new float[input.batch() * SERIES];
            for (int row = 0; row < input.batch(); row++) {
                for (float[] step : input.row(row)[0]) { // (T, n)
                    for (int series = 0; series < SERIES; series++) {
                        mean[row * SERIES + series] += step[series] / input.queries();
                    }
                }
            }
            return mean;
        }
    }

    /** Attention along the time axis of one series, and what its last step gathered. */
    private static final class Lag extends AbstractBlock {

        private static final byte VERSION = 1;

        private final LinearBlock features = addChildBlock("features", linear(FEATURES));
        private final LearnedPositions times =
                addChildBlock("times", new LearnedPositions(STEPS, FEATURES, 0));
        private final TimeAxisAttention attention =
                addChildBlock(
                        "attention",
                        new TimeAxisAttention(
                                MultiHeadAttention.builder()
                                        .setModelSize(FEATURES)
                                        .setHeads(1)
                                        .build(),
                                false));
        private final LinearBlock prediction = addChildBlock("prediction", linear(1));
        private Learner learner;

        Lag() {
            super(VERSION);
        }

        private static LinearBlock linear(int units) {
            return LinearBlock.of(units, true);
        }

        static Lag create(NDManager manager) {
            Lag block = new Lag();
            block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, STEPS, 1, 1));
            block.learner = new Learner(manager, block, LEARNING_RATE);
            return block;
        }

        Learner learner() {
            return learner;
        }

        NDArray loss(Windows windows, int[] which, NDManager manager) {
            return windows.squaredError(predict(windows, which, manager, null, true));
        }

        NDArray predict(
                Windows windows,
                int[] which,
                NDManager manager,
                AttentionObserver observer,
                boolean training) {
            return predict(
                    learner.parameters(), windows.chosen(which, manager), observer, training);
        }

        private NDArray predict(
                ParameterStore parameters,
                NDArray x,
                AttentionObserver observer,
                boolean training) {
            NDArray values = apply(features, parameters, x, training); // (B, T, 1, D)
            NDArray places = times.encode(parameters, x.getManager(), 0, STEPS, training); // (T, D)
            NDArray told = values.add(places.expandDims(1));
            NDArray seen =
                    attention
                            .attend(
                                    parameters,
                                    new TimeAxisAttention.Inputs(told, null, observer),
                                    training)
                            .get(new NDIndex(":, -1, 0")); // (B, D)
            return apply(prediction, parameters, seen, training).squeeze(1); // (B)
        }

        private static NDArray apply(
                LinearBlock linear, ParameterStore parameters, NDArray x, boolean training) {
            return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore parameters,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            return new NDList(predict(parameters, inputs.head(), null, training));
        }

        @Override
        protected void initializeChildBlocks(
                NDManager manager, DataType dataType, Shape... inputShapes) {
            Shape inner = new Shape(1, STEPS, 1, FEATURES);
            features.initialize(manager, dataType, inputShapes);
            times.initialize(manager, dataType, new Shape(1, STEPS));
            attention.initialize(manager, dataType, inner);
            prediction.initialize(manager, dataType, new Shape(1, FEATURES));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {new Shape(inputShapes[0].get(0))};
        }
    }

    private static ExampleResult result(
            ExampleSettings settings,
            Forecast forecast,
            Lag time,
            Windows windows,
            NDManager manager) {
        AttentionRecorder forecasting = new AttentionRecorder();
        NDArray predictions = forecast.predict(windows, manager, forecasting, false);
        double forecastError = windows.squaredError(predictions).getFloat();
        RecordedAttention input = forecasting.recorded("input").get(0);
        float[] bySeries = Forecast.bySeries(input);
        int[] found = heaviest(bySeries);
        int right = 0;
        double weight = 0;
        for (int row = 0; row < EVALUATED; row++) {
            right += found[row] == windows.live()[row] ? 1 : 0;
            weight += bySeries[row * SERIES + windows.live()[row]] / EVALUATED;
        }
        double share = right / (double) EVALUATED;

        AttentionRecorder recorder = new AttentionRecorder();
        NDArray predicted = time.predict(windows, found, manager, recorder, false);
        double lagError = windows.squaredError(predicted).getFloat();
        RecordedAttention overTime = recorder.recorded().get(0);
        float[] byTime = ofLastStep(overTime);
        int foundLag = STEPS - 1 - largest(byTime, 0, STEPS);

        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("steps", settings.share(FORECAST_TRAINING) + settings.share(LAG_TRAINING));
        figures.put("seriesFound", share);
        figures.put("seriesWeight", weight);
        figures.put("seriesError", forecastError);
        figures.put("lag", windows.lag());
        figures.put("foundLag", foundLag);
        figures.put("lagWeight", (double) byTime[STEPS - 1 - windows.lag()]);
        figures.put("lagError", lagError);
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "In %.1f %% of %s new windows the heaviest of the %s series is the one that"
                                + " drives the target; its weight is %.2f on average.",
                        100 * share,
                        EVALUATED,
                        SERIES,
                        weight));
        lines.add("Weight of each step of that series, before the one that is predicted:");
        for (int t = 0; t < STEPS; t++) {
            int before = STEPS - 1 - t;
            String mark = before == windows.lag() ? "  the lag" : "";
            lines.add(bar(before + " before", byTime[t]) + mark);
        }
        lines.add(
                String.format(
                        Locale.ROOT,
                        "Of the target's variance the DA-RNN leaves %.1f %% unexplained, the time axis"
                                + " %.1f %%; the noise alone is %.1f %%.",
                        100 * forecastError,
                        100 * lagError,
                        100 * NOISE * NOISE));
        boolean reached =
                share >= PROMISED_SHARE
                        && foundLag == windows.lag()
                        && forecastError < PROMISED_ERROR
                        && lagError < PROMISED_ERROR;
        RecordedAttention temporal = forecasting.recorded("temporal").get(0);
        AttentionPage page = page(windows, found[0], input, temporal, overTime);
        return new ExampleResult(figures, lines, reached, page);
    }

    /** How much the last step looks at each, the mean over the windows. */
    private static float[] ofLastStep(RecordedAttention overTime) {
        float[] mean = new float[STEPS];
        for (int row = 0; row < overTime.batch(); row++) {
            for (int t = 0; t < STEPS; t++) {
                mean[t] += overTime.weight(row, 0, STEPS - 1, t) / overTime.batch();
            }
        }
        return mean;
    }

    /** The first window: which series, and which of its steps. */
    private static AttentionPage page(
            Windows windows,
            int found,
            RecordedAttention input,
            RecordedAttention temporal,
            RecordedAttention overTime) {
        float[] values = new float[STEPS];
        for (int t = 0; t < STEPS; t++) {
            values[t] = windows.series()[t * SERIES + found];
        }
        return AttentionPage.builder("Attention over time finds what drives a target")
                .optDescription(
                        "Series %s drives the target, %s steps before; the line is series %s. Input"
                                + " and temporal attention are those of the DA-RNN, the time axis is"
                                + " that of the series found."
                                        .formatted(windows.live()[0] + 1, windows.lag(), found + 1))
                .addTokens(ShownTokens.of("steps", numbered("step", STEPS)))
                .addTokens(ShownTokens.of("series", numbered("series", SERIES)))
                .addTokens(ShownTokens.of("contexts", numbered("context", temporal.queries())))
                .addAttention(
                        ShownAttention.of(
                                "time axis", "steps", "steps", Drawing.SERIES, overTime.row(0)))
                .addAttention(
                        ShownAttention.of(
                                "temporal attention",
                                "contexts",
                                "steps",
                                Drawing.SERIES,
                                temporal.row(0)))
                .addAttention(
                        ShownAttention.of(
                                "input attention",
                                "steps",
                                "series",
                                Drawing.WEIGHTS,
                                input.row(0)))
                .addSeries("steps", values)
                .build();
    }

    private static List<String> numbered(String name, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> name + " " + i).toList();
    }

    /** The heaviest series of each window. */
    private static int[] heaviest(float[] bySeries) {
        int[] found = new int[bySeries.length / SERIES];
        for (int row = 0; row < found.length; row++) {
            found[row] = largest(bySeries, row * SERIES, SERIES);
        }
        return found;
    }

    /** Which of the numbers is the largest, counted from the first of them. */
    private static int largest(float[] values, int from, int count) {
        int best = from;
        for (int i = from + 1; i < from + count; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best - from;
    }

    private static String bar(String label, float weight) {
        return String.format(
                Locale.ROOT, "  %-9s %.2f %s", label, weight, "#".repeat(Math.round(40 * weight)));
    }
}
