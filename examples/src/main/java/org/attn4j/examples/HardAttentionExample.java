package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.Glimpses;
import org.attn4j.attention.mechanism.HardAttention;
import org.attn4j.attention.mechanism.Reinforce;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownTokens;

/**
 * Hard attention learns where to look.
 *
 * <p>A picture is a grid of sixteen cells, each with a colour and a digit; a question names a
 * colour that is there, and asks for the digit. The model may look at one cell. Nobody tells it
 * which: it must find out from the answers alone that the cell of that colour is the one to look
 * at. The same model learns it twice from the same pictures, by straight-through Gumbel-softmax and
 * by REINFORCE with a moving-average baseline.
 */
final class HardAttentionExample implements Example {

    private static final int SIDE = 4;
    private static final int CELLS = SIDE * SIDE;
    private static final String COLOURS = "abcdefghijklmnopqrst";
    private static final int DIGITS = 10;
    private static final int BATCH = 32;
    private static final int STEPS = 800;
    private static final int EVALUATIONS = 40;
    private static final int SAMPLES = 4;
    private static final int DRAWS = 32;
    private static final float LEARNING_RATE = 0.005f;
    private static final double PROMISED = 0.95;

    @Override
    public String name() {
        return "hard-attention";
    }

    @Override
    public String summary() {
        return "learns at which cell of a picture to look, by straight-through Gumbel and by REINFORCE";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        Trained gumbel = train(settings, new StraightThroughRule(), progress);
        Trained reinforce = train(settings, new ReinforceRule(), progress);

        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("steps", settings.share(STEPS));
        figures.put("chance", 1.0 / CELLS);
        figures.put("straightThrough", gumbel.figures());
        figures.put("reinforce", reinforce.figures());
        List<String> lines = new ArrayList<>();
        lines.add("Share of looks at the right cell of " + CELLS + ", over the training:");
        lines.add("  straight-through  " + gumbel.curve());
        lines.add("  REINFORCE         " + reinforce.curve());
        lines.add(gumbel.told("Straight-through Gumbel"));
        lines.add(reinforce.told("REINFORCE"));
        lines.add(comparison(gumbel, reinforce));
        lines.add(
                "Exact gradient: that of the expected log-likelihood, over all cells; compared after a"
                        + " quarter of the training, on 512 pictures, with the mean of "
                        + DRAWS
                        + " draws.");
        lines.addAll(gumbel.looks().lines());
        boolean reached =
                gumbel.last().accuracy() >= PROMISED && reinforce.last().accuracy() >= PROMISED;
        return new ExampleResult(figures, lines, reached, gumbel.looks().page());
    }

    private static String comparison(Trained gumbel, Trained reinforce) {
        if (gumbel.learnt() < 0 || reinforce.learnt() < 0) {
            return "Not both of them learnt it in so few steps.";
        }
        if (gumbel.learnt() == reinforce.learnt()) {
            return "Both were there after " + gumbel.learnt() + " steps.";
        }
        boolean first = gumbel.learnt() < reinforce.learnt();
        Trained quick = first ? gumbel : reinforce;
        Trained slow = first ? reinforce : gumbel;
        return String.format(
                Locale.ROOT,
                "%s was there first, after %s steps against %s.",
                first ? "Straight-through" : "REINFORCE",
                quick.learnt(),
                slow.learnt());
    }

    /** Pictures with a question each. */
    private record Pictures(int[] colours, int[] digits, int[] asked, int[] right) {

        static Pictures draw(Random random, int count) {
            int[] colours = new int[count * CELLS];
            int[] digits = new int[count * CELLS];
            int[] asked = new int[count];
            int[] right = new int[count];
            for (int row = 0; row < count; row++) {
                List<Integer> order = new ArrayList<>();
                for (int colour = 0; colour < COLOURS.length(); colour++) {
                    order.add(random.nextInt(order.size() + 1), colour);
                }
                for (int cell = 0; cell < CELLS; cell++) {
                    colours[row * CELLS + cell] = order.get(cell);
                    digits[row * CELLS + cell] = random.nextInt(DIGITS);
                }
                right[row] = random.nextInt(CELLS);
                asked[row] = order.get(right[row]);
            }
            return new Pictures(colours, digits, asked, right);
        }

        int count() {
            return asked.length;
        }

        /**
         * Colours asked for (B, 1, 20), colours (B, 16, 20) and digits (B, 16, 10) of the cells.
         */
        AttentionInputs inputs(NDManager manager) {
            NDArray query = hot(manager, asked, 1, COLOURS.length());
            NDArray key = hot(manager, colours, CELLS, COLOURS.length());
            NDArray value = hot(manager, digits, CELLS, DIGITS);
            return AttentionInputs.of(query, key, value);
        }

        /** The digits that are right, (B, 10). */
        NDArray answers(NDManager manager) {
            int[] answers = new int[count()];
            for (int row = 0; row < answers.length; row++) {
                answers[row] = digits[row * CELLS + right[row]];
            }
            return hot(manager, answers, 1, DIGITS).squeeze(1);
        }

        /** The positions that are right, (B, 16). */
        NDArray rightPlaces(NDManager manager) {
            return hot(manager, right, 1, CELLS).squeeze(1);
        }

        private static NDArray hot(NDManager manager, int[] values, int width, int kinds) {
            float[] ones = new float[values.length * kinds];
            for (int i = 0; i < values.length; i++) {
                ones[i * kinds + values[i]] = 1;
            }
            return HostArrays.of(manager, ones, new Shape(values.length / width, width, kinds));
        }
    }

    /** Looks at one cell and reads the digit. */
    private static final class Model {

        private final HardAttention attention;
        private final LinearBlock readout;
        private final SequentialBlock parts;

        Model(NDManager manager) {
            attention = new HardAttention(new GeneralScore(COLOURS.length()));
            readout = LinearBlock.of(DIGITS, true);
            attention.initialize(
                    manager,
                    DataType.FLOAT32,
                    new Shape(1, 1, COLOURS.length()),
                    new Shape(1, CELLS, COLOURS.length()),
                    new Shape(1, CELLS, DIGITS));
            readout.initialize(manager, DataType.FLOAT32, new Shape(1, DIGITS));
            parts = new SequentialBlock().add(attention).add(readout);
        }

        /** log p of each digit for contexts (…, 10). */
        NDArray read(ParameterStore parameters, NDArray context, boolean training) {
            NDArray logits =
                    readout.forward(parameters, new NDList(context), training).singletonOrThrow();
            return logits.logSoftmax(-1);
        }
    }

    /** A way of learning where to look. */
    private interface Rule {

        String name();

        NDArray loss(Model model, ParameterStore parameters, Pictures pictures, NDManager manager);
    }

    private static final class StraightThroughRule implements Rule {

        @Override
        public String name() {
            return "straight-through";
        }

        @Override
        public NDArray loss(
                Model model, ParameterStore parameters, Pictures pictures, NDManager manager) {
            NDArray context =
                    model.attention.attend(parameters, pictures.inputs(manager), true).context();
            NDArray logs = model.read(parameters, context.squeeze(1), true); // (B, 10)
            return logs.mul(pictures.answers(manager)).sum(new int[] {1}).mean().neg();
        }
    }

    private static final class ReinforceRule implements Rule {

        private final Reinforce rule = new Reinforce(1, 0.02, 0.9);
        private double baseline = -Math.log(DIGITS); // what guessing reaches

        @Override
        public String name() {
            return "REINFORCE";
        }

        @Override
        public NDArray loss(
                Model model, ParameterStore parameters, Pictures pictures, NDManager manager) {
            Glimpses glimpses =
                    model.attention.draw(parameters, pictures.inputs(manager), SAMPLES, true);
            NDArray context = glimpses.context().squeeze(2); // (N, B, 10)
            NDArray answers = pictures.answers(manager).expandDims(0);
            NDArray reached =
                    model.read(parameters, context, true).mul(answers).sum(new int[] {2}); // (N, B)
            NDArray loss = rule.loss(reached, glimpses, null, baseline);
            baseline = rule.baseline(baseline, reached);
            return loss;
        }
    }

    /** How good a model is: answers, looks at the right cell, and how sure it is of that cell. */
    private record Score(int step, double accuracy, double looks, double sureness) {}

    private static Trained train(ExampleSettings settings, Rule rule, Consumer<String> progress) {
        int steps = settings.share(STEPS);
        int every = Math.max(1, STEPS / EVALUATIONS);
        Random random = new Random(settings.seed());
        Pictures held = Pictures.draw(new Random(settings.seed() + 1), 512);
        List<Score> scores = new ArrayList<>();
        Slopes slopes = null;
        try (NDManager manager = settings.newManager()) {
            Model model = new Model(manager);
            Learner learner = new Learner(manager, model.parts, LEARNING_RATE);
            scores.add(evaluate(model, learner.parameters(), held, manager, 0));
            for (int step = 1; step <= steps; step++) {
                Pictures batch = Pictures.draw(random, BATCH);
                learner.step(own -> rule.loss(model, learner.parameters(), batch, own));
                if (step == (steps + 3) / 4) {
                    slopes = Slopes.of(rule, model, learner.parameters(), held, manager);
                }
                if (step % every == 0 || step == steps) {
                    scores.add(evaluate(model, learner.parameters(), held, manager, step));
                }
                if (step % (every * 10) == 0) {
                    Score score = scores.get(scores.size() - 1);
                    progress.accept(
                            String.format(
                                    Locale.ROOT,
                                    "%s, step %s: %.0f %% of looks right",
                                    rule.name(),
                                    step,
                                    100 * score.looks));
                }
            }
            Looks looks = Looks.of(model, learner.parameters(), random, manager);
            return new Trained(scores, slopes, looks);
        }
    }

    /**
     * How good the gradients of the score are that a rule draws.
     *
     * @param noise how far a draw is from the mean of all, in lengths of the mean
     * @param along the cosine between the mean and the exact gradient
     */
    private record Slopes(double noise, double along) {

        static Slopes of(
                Rule rule,
                Model model,
                ParameterStore parameters,
                Pictures pictures,
                NDManager manager) {
            float[] exact =
                    gradient(model, manager, own -> expected(model, parameters, pictures, own));
            double[] mean = new double[exact.length];
            List<float[]> draws = new ArrayList<>();
            for (int draw = 0; draw < DRAWS; draw++) {
                float[] gradient =
                        gradient(
                                model, manager, own -> rule.loss(model, parameters, pictures, own));
                draws.add(gradient);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += gradient[i] / (double) DRAWS;
                }
            }
            double spread = 0;
            double length = 0;
            double product = 0;
            double exactLength = 0;
            for (int i = 0; i < mean.length; i++) {
                for (float[] gradient : draws) {
                    spread += Math.pow(gradient[i] - mean[i], 2) / DRAWS;
                }
                length += mean[i] * mean[i];
                product += mean[i] * exact[i];
                exactLength += (double) exact[i] * exact[i];
            }
            return new Slopes(
                    Math.sqrt(spread / length), product / Math.sqrt(length * exactLength));
        }

        /** Minus the expected log-likelihood, by looking at every cell. */
        private static NDArray expected(
                Model model, ParameterStore parameters, Pictures pictures, NDManager manager) {
            AttentionInputs inputs = pictures.inputs(manager);
            NDArray places = manager.zeros(new Shape(1, pictures.count(), 1), DataType.INT64);
            NDArray weights = model.attention.look(parameters, inputs, places, true).weights();
            NDArray answers = pictures.answers(manager).expandDims(1); // (B, 1, 10)
            NDArray logs =
                    model.read(parameters, inputs.value(), true)
                            .mul(answers)
                            .sum(new int[] {2}); // (B, 16)
            return weights.reshape(pictures.count(), CELLS)
                    .mul(logs)
                    .sum(new int[] {1})
                    .mean()
                    .neg();
        }

        private static float[] gradient(
                Model model, NDManager manager, Function<NDManager, NDArray> loss) {
            try (NDManager own = manager.newSubManager()) {
                try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                    collector.backward(loss.apply(own));
                }
                NDArray gradient =
                        model.attention.getParameters().valueAt(0).getArray().getGradient();
                gradient.attach(own);
                return gradient.toFloatArray();
            }
        }
    }

    private static Score evaluate(
            Model model, ParameterStore parameters, Pictures held, NDManager manager, int step) {
        try (NDManager own = manager.newSubManager()) {
            AttentionInputs inputs = held.inputs(own);
            NDArray context = model.attention.attend(parameters, inputs, false).context();
            NDArray logs = model.read(parameters, context.squeeze(1), false);
            NDArray right = held.rightPlaces(own);
            NDArray places = own.zeros(new Shape(1, held.count(), 1), DataType.INT64);
            NDArray weights =
                    model.attention.look(parameters, inputs, places, false).weights(); // α
            weights = weights.reshape(held.count(), CELLS);
            return new Score(
                    step,
                    agreement(logs, held.answers(own)),
                    agreement(weights, right),
                    weights.mul(right).sum().toFloatArray()[0] / held.count());
        }
    }

    /** The share of rows whose largest numbers stand at the same position. */
    private static double agreement(NDArray one, NDArray other) {
        long[] ours = one.argMax(1).toType(DataType.INT64, false).toLongArray();
        long[] theirs = other.argMax(1).toType(DataType.INT64, false).toLongArray();
        int same = 0;
        for (int i = 0; i < ours.length; i++) {
            same += ours[i] == theirs[i] ? 1 : 0;
        }
        return (double) same / ours.length;
    }

    /** Pictures that are new to a model, and at which cell of each it looks. */
    private record Looks(Pictures pictures, RecordedAttention weights) {

        static Looks of(Model model, ParameterStore parameters, Random random, NDManager manager) {
            Pictures pictures = Pictures.draw(random, 3);
            AttentionRecorder recorder = new AttentionRecorder();
            try (NDManager own = manager.newSubManager()) {
                AttentionInputs inputs = pictures.inputs(own).withObserver(recorder);
                model.attention.attend(parameters, inputs, false);
            }
            return new Looks(pictures, recorder.recorded().get(0));
        }

        private String question(int picture) {
            return "digit of %c?".formatted(COLOURS.charAt(pictures.asked[picture]));
        }

        private String cell(int picture, int cell) {
            int at = picture * CELLS + cell;
            return COLOURS.charAt(pictures.colours[at]) + "" + pictures.digits[at];
        }

        /** The pictures side by side, the cell that was looked at in brackets. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            StringBuilder asked = new StringBuilder();
            for (int picture = 0; picture < pictures.count(); picture++) {
                asked.append("  ").append(question(picture)).append("   ");
            }
            lines.add(asked.toString().stripTrailing());
            for (int line = 0; line < SIDE; line++) {
                StringBuilder cells = new StringBuilder(" ");
                for (int picture = 0; picture < pictures.count(); picture++) {
                    for (int cell = line * SIDE; cell < (line + 1) * SIDE; cell++) {
                        boolean looked = weights.weight(picture, 0, 0, cell) > 0;
                        cells.append((looked ? "[%s]" : " %s ").formatted(cell(picture, cell)));
                    }
                    cells.append("    ");
                }
                lines.add(cells.toString().stripTrailing());
            }
            return lines;
        }

        AttentionPage page() {
            AttentionPage.Builder page =
                    AttentionPage.builder("Hard attention looks at one cell of a picture")
                            .optDescription(
                                    "A cell has a colour, a letter here, and a digit; a question asks"
                                            + " for the digit of a colour.");
            for (int picture = 0; picture < pictures.count(); picture++) {
                String question = "question " + (picture + 1);
                String cells = "picture " + (picture + 1);
                int shown = picture;
                page.addTokens(ShownTokens.of(question, List.of(question(picture))));
                page.addTokens(
                        ShownTokens.of(
                                cells,
                                IntStream.range(0, CELLS)
                                        .mapToObj(cell -> cell(shown, cell))
                                        .toList()));
                page.addAttention(
                        ShownAttention.of(
                                cells, question, cells, Drawing.POSITION, weights.row(picture)));
            }
            return page.build();
        }
    }

    /** What became of a model. */
    private record Trained(List<Score> scores, Slopes slopes, Looks looks) {

        Score last() {
            return scores.get(scores.size() - 1);
        }

        /**
         * The first step from which on at least nine of ten looks were right; −1 if there is none.
         */
        int learnt() {
            int from = -1;
            for (Score score : scores) {
                if (score.looks < 0.9) {
                    from = -1;
                } else if (from < 0) {
                    from = score.step;
                }
            }
            return from;
        }

        Map<String, Object> figures() {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("accuracy", last().accuracy);
            figures.put("rightLooks", last().looks);
            figures.put("weightOfTheRightCell", last().sureness);
            figures.put("stepsToNineOfTenLooks", learnt());
            figures.put("gradientNoise", slopes.noise);
            figures.put("gradientAlongExact", slopes.along);
            figures.put("rightLooksByStep", scores.stream().map(Score::looks).toList());
            return figures;
        }

        String told(String name) {
            String when =
                    learnt() < 0
                            ? "did not come to nine right looks of ten"
                            : "looked right nine times of ten from step " + learnt() + " on";
            return String.format(
                    Locale.ROOT,
                    "%s %s; at the end %.1f %% of answers and %.1f %% of looks are right, and the"
                            + " right cell has a probability of %.2f. A gradient strays from its mean by %.1f"
                            + " times its length, and the mean points along the exact one by a cosine of %.3f.",
                    name,
                    when,
                    100 * last().accuracy,
                    100 * last().looks,
                    last().sureness,
                    slopes.noise,
                    slopes.along);
        }

        /** The share of right looks as a line of blocks. */
        String curve() {
            StringBuilder curve = new StringBuilder();
            for (Score score : scores) {
                curve.append("▁▂▃▄▅▆▇█".charAt((int) Math.min(7, score.looks * 8)));
            }
            return curve.toString();
        }
    }
}
