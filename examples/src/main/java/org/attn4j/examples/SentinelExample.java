package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.attn4j.attention.mechanism.SentinelAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentCell;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.recurrent.Steps;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownTokens;

/**
 * When not to look: captions of pictures in which some words are to be seen and others follow from
 * the language.
 *
 * <p>A picture has a region for each of two colours and two shapes, and two of noise. Its caption
 * is "the red circle is on top of the blue square": colours and shapes can only be seen, all other
 * words follow from those before. The sentinel's β, how much is not looked, should be high for the
 * latter and low for the former. In the first half of the training not to look has a price, which
 * falls to nothing: a decoder that gives up looking before it has learned where to look would not
 * find it out later.
 */
final class SentinelExample implements Example {

    private static final List<String> COLOURS =
            List.of("red", "green", "blue", "white", "black", "pink");
    private static final List<String> SHAPES =
            List.of("circle", "square", "cross", "star", "ring", "heart");
    private static final List<String> RELATIONS = List.of("on top of", "to the left of", "next to");

    private static final int ROLES = 4; // first colour, first shape, second colour, second shape
    private static final int REGIONS = ROLES + 2;
    private static final int KINDS = 6;
    private static final int LENGTH = 11;
    private static final int FEATURES = ROLES * KINDS + 6;
    private static final int SIZE = 32;
    private static final int ROWS = 32;
    private static final int STEPS = 500;
    private static final double NOT_LOOKING = 0.05;
    private static final float LEARNING_RATE = 0.005f;

    private final List<String> words = new ArrayList<>();

    SentinelExample() {
        words.add("<start>");
        words.addAll(COLOURS);
        words.addAll(SHAPES);
        for (String word : "the is on top of to left next .".split(" ")) {
            words.add(word);
        }
    }

    @Override
    public String name() {
        return "sentinel";
    }

    @Override
    public String summary() {
        return "a decoder of captions looks at the picture for the words that are to be seen there, and not for others";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        int steps = settings.share(STEPS);
        try (NDManager manager = settings.newManager()) {
            Captioner model = new Captioner(words.size());
            model.initialize(
                    manager,
                    DataType.FLOAT32,
                    new Shape(1, LENGTH, words.size()),
                    new Shape(1, REGIONS, FEATURES));
            Learner learner = new Learner(manager, model, LEARNING_RATE);
            LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0, -1);
            Random random = new Random(settings.seed());
            for (int step = 1; step <= steps; step++) {
                Captions captions = draw(random);
                double price = NOT_LOOKING * Math.max(0, 1 - 2.0 * step / steps);
                float value =
                        learner.step(
                                own -> {
                                    SentinelAttention.Output output =
                                            model.look(
                                                    learner.parameters(),
                                                    captions.inputs(own, words.size()),
                                                    true);
                                    NDList labels = new NDList(captions.labels(own));
                                    NDArray wrong =
                                            loss.evaluate(labels, new NDList(output.readout()));
                                    return wrong.add(
                                            notLooking(output.beta(), price)
                                                    .reshape(wrong.getShape()));
                                });
                if (step % 100 == 0) {
                    progress.accept(String.format(Locale.ROOT, "step %s: loss %.3f", step, value));
                }
            }
            return result(manager, model, learner.parameters(), settings.seed() + 1, steps);
        }
    }

    /** The mean of {@code −ln(1 − β)}, at a price. */
    private static NDArray notLooking(NDArray beta, double price) {
        return Scalars.multiply(Scalars.subtract(1 + 1e-6, beta).log().mean().neg(), price);
    }

    /** Reads new pictures: what is said of them, and how much was looked for each word. */
    private ExampleResult result(
            NDManager manager, Captioner model, ParameterStore parameters, long seed, int steps) {
        Random random = new Random(seed);
        double[] notLooked = new double[words.size()];
        int[] said = new int[words.size()];
        int right = 0;
        int all = 0;
        String caption = "";
        AttentionPage page = null;
        for (int round = 0; round < 4; round++) {
            try (NDManager own = manager.newSubManager()) {
                Captions captions = draw(random);
                SentinelAttention.Output output =
                        model.look(parameters, captions.inputs(own, words.size()), false);
                float[] beta = output.beta().toFloatArray();
                long[] given =
                        output.readout().argMax(2).toType(DataType.INT64, false).toLongArray();
                for (int i = 0; i < given.length; i++) {
                    int word = captions.labels[i];
                    notLooked[word] += beta[i];
                    said[word]++;
                    // Which relation it is, nobody can know.
                    if (!captions.open[i]) {
                        right += given[i] == word ? 1 : 0;
                        all++;
                    }
                }
                caption = picture(captions, beta);
                page = page(captions, output.extendedWeights());
            }
        }
        double[] sums = new double[2];
        int[] counts = new int[2];
        Map<String, Object> byWord = new LinkedHashMap<>();
        for (int word = 1; word < words.size(); word++) {
            if (said[word] == 0) {
                continue;
            }
            int kind = word <= COLOURS.size() + SHAPES.size() ? 0 : 1;
            sums[kind] += notLooked[word];
            counts[kind] += said[word];
            byWord.put(words.get(word), rounded(notLooked[word] / said[word]));
        }
        double visible = sums[0] / counts[0];
        double language = sums[1] / counts[1];
        double accuracy = (double) right / all;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("steps", steps);
        figures.put("accuracy", accuracy);
        figures.put("notLookedForVisibleWords", rounded(visible));
        figures.put("notLookedForOtherWords", rounded(language));
        figures.put("notLookedByWord", byWord);
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%.1f %% of the words right; not looked: %.2f for colours and shapes, %.2f for other words",
                        100 * accuracy,
                        visible,
                        language));
        lines.add("How much was not looked, word by word:");
        lines.addAll(caption.lines().toList());
        return new ExampleResult(
                figures, lines, accuracy >= 0.98 && language >= 0.7 && visible <= 0.2, page);
    }

    /** The first caption: what each word looks at, of the regions and the sentinel. */
    private AttentionPage page(Captions captions, NDArray extendedWeights) {
        List<String> said = new ArrayList<>();
        for (int t = 0; t < LENGTH; t++) {
            said.add(words.get(captions.labels[t]));
        }
        List<String> seen = new ArrayList<>();
        for (int region = 0; region < REGIONS; region++) {
            seen.add(captions.region(region));
        }
        seen.add("sentinel");
        RecordedAttention weights =
                new RecordedAttention(
                        "", 0, ROWS, 1, LENGTH, REGIONS + 1, extendedWeights.toFloatArray());
        return AttentionPage.builder("A caption: when to look, and when not")
                .optDescription(
                        "The sentinel is what the decoder knows without the picture; its weight is"
                                + " how much of a word comes from there.")
                .addTokens(ShownTokens.of("caption", said))
                .addTokens(ShownTokens.of("picture", seen))
                .addAttention(
                        ShownAttention.of(
                                "sentinel", "caption", "picture", Drawing.WEIGHTS, weights.row(0)))
                .build();
    }

    private static double rounded(double value) {
        return Math.round(1000 * value) / 1000.0;
    }

    /** The first caption with a bar for each word. */
    private String picture(Captions captions, float[] beta) {
        StringBuilder text = new StringBuilder();
        for (int t = 0; t < LENGTH; t++) {
            String word = words.get(captions.labels[t]);
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  %-7s %.2f %s%n",
                            word,
                            beta[t],
                            "#".repeat(Math.round(20 * beta[t]))));
            if (word.equals(".")) {
                break;
            }
        }
        return text.toString();
    }

    private Captions draw(Random random) {
        Captions captions =
                new Captions(
                        new int[ROWS * LENGTH],
                        new boolean[ROWS * LENGTH],
                        new float[ROWS * REGIONS * FEATURES]);
        for (int row = 0; row < ROWS; row++) {
            int[] kinds = random.ints(ROLES, 0, KINDS).toArray();
            String relation = RELATIONS.get(random.nextInt(RELATIONS.size()));
            String caption =
                    String.format(
                            "the %s %s is %s the %s %s",
                            COLOURS.get(kinds[0]),
                            SHAPES.get(kinds[1]),
                            relation,
                            COLOURS.get(kinds[2]),
                            SHAPES.get(kinds[3]));
            String[] said = caption.split(" ");
            for (int t = 0; t < LENGTH; t++) {
                int at = row * LENGTH + t;
                captions.labels[at] = words.indexOf(t < said.length ? said[t] : ".");
                captions.open[at] = t > 0 && t < said.length && said[t - 1].equals("is");
            }
            captions.paint(random, row, kinds);
        }
        return captions;
    }

    /** Captions (B, T) of words, where they cannot be known, and pictures (B, S, F). */
    private record Captions(int[] labels, boolean[] open, float[] regions) {

        void paint(Random random, int row, int[] kinds) {
            int shift = random.nextInt(REGIONS); // where a region stands tells nothing
            for (int region = 0; region < REGIONS; region++) {
                int at = (row * REGIONS + (region + shift) % REGIONS) * FEATURES;
                if (region < ROLES) {
                    regions[at + region * KINDS + kinds[region]] = 1;
                }
                for (int i = ROLES * KINDS; i < FEATURES; i++) {
                    regions[at + i] = (float) random.nextGaussian();
                }
            }
        }

        /** What is in a region of the first picture. */
        String region(int region) {
            for (int kind = 0; kind < ROLES * KINDS; kind++) {
                if (regions[region * FEATURES + kind] == 1) {
                    boolean colour = kind / KINDS % 2 == 0;
                    return (colour ? COLOURS : SHAPES).get(kind % KINDS);
                }
            }
            return "noise";
        }

        /** The words before each, one-hot, and the regions. */
        NDList inputs(NDManager manager, int vocabulary) {
            int[] before = new int[labels.length];
            for (int i = 0; i < before.length; i++) {
                before[i] = i % LENGTH == 0 ? 0 : labels[i - 1];
            }
            return new NDList(
                    HostArrays.of(manager, before, new Shape(ROWS, LENGTH)).oneHot(vocabulary),
                    HostArrays.of(manager, regions, new Shape(ROWS, REGIONS, FEATURES)));
        }

        NDArray labels(NDManager manager) {
            return HostArrays.of(manager, labels, new Shape(ROWS, LENGTH))
                    .toType(DataType.INT64, false);
        }
    }

    /** An LSTM that writes captions, and looks through a sentinel. */
    private static final class Captioner extends AbstractBlock {

        private final LinearBlock embedding = LinearBlock.of(SIZE, false);
        private final LinearBlock view = LinearBlock.of(SIZE, false);
        private final RecurrentCell cell = new RecurrentCell(CellKind.LSTM, SIZE, SIZE);
        private final SentinelAttention attention;

        Captioner(int vocabulary) {
            addChildBlock("embedding", embedding);
            addChildBlock("view", view);
            addChildBlock("cell", cell);
            attention =
                    addChildBlock(
                            "attention",
                            new SentinelAttention(
                                    new SentinelAttention.Sizes(SIZE, SIZE, SIZE, vocabulary), 0));
        }

        /** Looks at each step: words (B, T, V) and regions (B, S, F) to the next words' logits. */
        SentinelAttention.Output look(ParameterStore parameters, NDList inputs, boolean training) {
            NDArray x =
                    embedding
                            .forward(parameters, new NDList(inputs.get(0)), training)
                            .singletonOrThrow(); // (B, T, D)
            NDArray regions =
                    view.forward(parameters, new NDList(inputs.get(1)), training)
                            .singletonOrThrow(); // (B, S, D)
            RecurrentState state = cell.zeros(x);
            List<NDArray> previous = new ArrayList<>();
            List<NDArray> hidden = new ArrayList<>();
            List<NDArray> cells = new ArrayList<>();
            for (NDArray step : Steps.of(x)) {
                previous.add(state.hidden());
                state = cell.step(parameters, step, state, training);
                hidden.add(state.hidden());
                cells.add(state.cell());
            }
            return attention.look(
                    parameters,
                    SentinelAttention.Inputs.of(
                            x,
                            Steps.together(hidden),
                            Steps.together(previous),
                            Steps.together(cells),
                            regions),
                    training);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore parameters,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            return new NDList(look(parameters, inputs, training).readout());
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            Shape features = new Shape(1, LENGTH, SIZE);
            embedding.initialize(manager, type, shapes[0]);
            view.initialize(manager, type, shapes[1]);
            cell.initialize(manager, type, new Shape(1, SIZE));
            attention.initialize(manager, type, features, new Shape(1, REGIONS, SIZE), features);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {inputShapes[0]};
        }
    }
}
