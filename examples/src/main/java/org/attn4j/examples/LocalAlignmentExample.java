package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.GlobalAttention;
import org.attn4j.attention.mechanism.LocalAttention;
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
 * Local attention follows a monotonic alignment; Luong et al. 2015, section 3.2.
 *
 * <p>Side by side: each position of a sequence holds one of nine signs, which repeat, and a digit.
 * The target at t names the sign of a position at most four away from t, a position that only moves
 * forward, and asks for the digit there. The sign alone fits many positions; within the window of
 * local-m it fits one. Global attention, trained the same way, cannot tell them apart.
 *
 * <p>At a pace of its own: a text of ten letters is spoken, each letter held for some frames,
 * slower in one recording than in the next, and the target at t asks for letter t. Local-p is told
 * t alone and learns where in the recording to look; nobody shows it an alignment.
 */
final class LocalAlignmentExample implements Example {

    private static final int LENGTH = 45;
    private static final int SIGNS = 9;
    private static final int DIGITS = 10;
    private static final int REACH = 4;
    private static final int LETTERS = 10;
    private static final int TARGETS = 10;
    private static final int LONGEST = 6 * TARGETS;
    private static final int PLACE = 2; // features of a target's position, from −1 to 1
    private static final int WINDOW = 4;
    private static final int HIDDEN = 16;
    private static final int BATCH = 16;
    private static final int STEPS = 900;
    private static final int EVALUATIONS = 12;
    private static final float LEARNING_RATE = 0.01f;
    private static final double PROMISED = 0.95;

    @Override
    public String name() {
        return "local-alignment";
    }

    @Override
    public String summary() {
        return "follows a monotonic alignment with windows, at the place of the target and at a predicted one";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        LocalAttention monotonic = LocalAttention.monotonic(new GeneralScore(SIGNS), REACH, 0);
        LocalAttention predictive =
                LocalAttention.predictive(new GeneralScore(PLACE), WINDOW, HIDDEN, 0, 0);
        GlobalAttention global = new GlobalAttention(new GeneralScore(SIGNS));
        Trained local = train(settings, "local-m", monotonic, new SideBySide(), progress);
        Trained everywhere = train(settings, "global", global, new SideBySide(), progress);
        Trained predicted = train(settings, "local-p", predictive, new OwnPace(), progress);

        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("steps", settings.share(STEPS));
        figures.put("monotonic", local.figures());
        figures.put("global", everywhere.figures());
        figures.put("predictive", predicted.figures());
        List<String> lines = new ArrayList<>();
        lines.add("Alignment error: the mean distance between the place with the most weight and");
        lines.add("the place that holds the answer, over the training.");
        lines.add("Side by side, " + LENGTH + " places:");
        lines.add("  local-m " + local.told());
        lines.add("  global  " + everywhere.told());
        lines.add("At a pace of its own, 30 to " + LONGEST + " frames:");
        lines.add("  local-p " + predicted.told());
        lines.add("Where local-p looks in a recording (rows: targets, columns: frames, # most,");
        lines.add("+ some weight, | the letter's frames, . others):");
        lines.addAll(predicted.picture());
        boolean reached =
                local.last().accuracy >= PROMISED
                        && predicted.last().accuracy >= PROMISED
                        && local.last().error < 0.5
                        && predicted.last().error < 2;
        AttentionPage.Builder page =
                AttentionPage.builder("Local attention follows a monotonic alignment")
                        .optDescription(
                                "Local-m and global: positions hold a sign, a letter here, and a digit; a"
                                        + " target names a sign and asks for the digit. Local-p: a target asks"
                                        + " for a letter of a recording, whose frames are shown as the letters"
                                        + " that they belong to.");
        SideBySide.addTokens(page, local.held);
        OwnPace.addTokens(page, predicted.held);
        local.addTo(page, "local-m", "asked signs", "positions", monotonic);
        page.addAttention(
                ShownAttention.of(
                        "global",
                        "asked signs",
                        "positions",
                        Drawing.WEIGHTS,
                        everywhere.weights().row(0)));
        predicted.addTo(page, "local-p", "asked letters", "frames", predictive);
        return new ExampleResult(figures, lines, reached, page.build());
    }

    /**
     * Sequences with an answer for each target.
     *
     * @param query what is asked, (B, T, Q) row by row
     * @param key what stands at the positions, (B, S, K) row by row
     * @param visible which positions are there, (B, S)
     * @param answer the class of each target, (B, T)
     * @param from the first place that holds the answer, (B, T)
     * @param to the last one
     */
    private record Sequences(
            float[] query,
            float[] key,
            boolean[] visible,
            int[] answer,
            int[] from,
            int[] to,
            int count,
            int targets,
            int places,
            int classes) {

        AttentionInputs inputs(NDManager manager) {
            NDArray memory =
                    HostArrays.of(manager, key, new Shape(count, places, width(key, places)));
            NDArray asked =
                    HostArrays.of(manager, query, new Shape(count, targets, width(query, targets)));
            NDArray there = HostArrays.of(manager, visible, new Shape(count, places));
            return AttentionInputs.cross(asked, memory).withMask(AttentionMask.keys(there));
        }

        NDArray answers(NDManager manager) {
            float[] hot = new float[answer.length * classes];
            for (int i = 0; i < answer.length; i++) {
                hot[i * classes + answer[i]] = 1;
            }
            return HostArrays.of(manager, hot, new Shape(count, targets, classes));
        }

        /** How many positions of the first sequence are there; the rest is padding. */
        int visibleCount() {
            int count = 0;
            while (count < places && visible[count]) {
                count++;
            }
            return count;
        }

        long width(float[] features, int length) {
            return features.length / count / length;
        }
    }

    /** A task that draws sequences. */
    private interface Task {

        Sequences draw(Random random, int count);
    }

    /** The target at t asks for the digit at a position near t, by its sign. */
    private static final class SideBySide implements Task {

        @Override
        public Sequences draw(Random random, int count) {
            int width = SIGNS + DIGITS;
            float[] query = new float[count * LENGTH * SIGNS];
            float[] key = new float[count * LENGTH * width];
            boolean[] visible = new boolean[count * LENGTH];
            int[] answer = new int[count * LENGTH];
            int[] at = new int[count * LENGTH];
            for (int row = 0; row < count; row++) {
                int shift = random.nextInt(SIGNS);
                int[] digits = random.ints(LENGTH, 0, DIGITS).toArray();
                int ahead = 0; // of the position that is asked for
                for (int t = 0; t < LENGTH; t++) {
                    int i = row * LENGTH + t;
                    visible[i] = true;
                    key[i * width + (t + shift) % SIGNS] = 1;
                    key[i * width + SIGNS + digits[t]] = 1;
                    ahead = Math.max(-REACH, Math.min(REACH, ahead + random.nextInt(3) - 1));
                    at[i] = Math.max(0, Math.min(LENGTH - 1, t + ahead));
                    query[i * SIGNS + (at[i] + shift) % SIGNS] = 1;
                    answer[i] = digits[at[i]];
                }
            }
            return new Sequences(
                    query, key, visible, answer, at, at, count, LENGTH, LENGTH, DIGITS);
        }

        /** The signs of the first sequence as letters, with the digits beside them. */
        static void addTokens(AttentionPage.Builder page, Sequences drawn) {
            int width = SIGNS + DIGITS;
            List<String> asked = new ArrayList<>();
            List<String> places = new ArrayList<>();
            for (int t = 0; t < LENGTH; t++) {
                asked.add(letter(largest(drawn.query, t * SIGNS, SIGNS)) + "?");
                String sign = letter(largest(drawn.key, t * width, SIGNS));
                places.add(sign + largest(drawn.key, t * width + SIGNS, DIGITS));
            }
            page.addTokens(ShownTokens.of("asked signs", asked));
            page.addTokens(ShownTokens.of("positions", places));
        }
    }

    /** The target at t asks for letter t of a text in which each letter lasts some frames. */
    private static final class OwnPace implements Task {

        @Override
        public Sequences draw(Random random, int count) {
            float[] query = new float[count * TARGETS * PLACE];
            float[] key = new float[count * LONGEST * LETTERS];
            boolean[] visible = new boolean[count * LONGEST];
            int[] answer = new int[count * TARGETS];
            int[] from = new int[count * TARGETS];
            int[] to = new int[count * TARGETS];
            for (int row = 0; row < count; row++) {
                int pace = 3 + random.nextInt(4); // frames of a letter
                int frame = 0;
                for (int t = 0; t < TARGETS; t++) {
                    int i = row * TARGETS + t;
                    query[i * PLACE] = 1;
                    query[i * PLACE + 1] = (2 * t + 1f) / TARGETS - 1;
                    answer[i] = random.nextInt(LETTERS);
                    from[i] = frame;
                    for (int end = frame + pace; frame < end; frame++) {
                        int place = row * LONGEST + frame;
                        visible[place] = true;
                        for (int letter = 0; letter < LETTERS; letter++) {
                            key[place * LETTERS + letter] = (float) (0.2 * random.nextGaussian());
                        }
                        key[place * LETTERS + answer[i]] += 1;
                    }
                    to[i] = frame - 1;
                }
            }
            return new Sequences(
                    query, key, visible, answer, from, to, count, TARGETS, LONGEST, LETTERS);
        }

        /** The letter that each frame of the first recording is a part of. */
        static void addTokens(AttentionPage.Builder page, Sequences drawn) {
            List<String> asked = new ArrayList<>();
            List<String> frames = new ArrayList<>();
            for (int t = 0; t < TARGETS; t++) {
                asked.add("letter " + (t + 1) + "?");
                String letter = letter(drawn.answer[t]);
                frames.addAll(Collections.nCopies(drawn.to[t] - drawn.from[t] + 1, letter));
            }
            page.addTokens(ShownTokens.of("asked letters", asked));
            page.addTokens(ShownTokens.of("frames", frames));
        }
    }

    private static String letter(int number) {
        return String.valueOf((char) ('a' + number));
    }

    private record Score(int step, double error, double accuracy) {}

    /** What became of a model, and what it looks at in sequences that it did not train with. */
    private record Trained(List<Score> scores, Sequences held, AttentionRecorder recorder) {

        RecordedAttention weights() {
            return recorder.recorded().get(0);
        }

        /** Adds the first sequence, and where its windows stand. */
        void addTo(
                AttentionPage.Builder page,
                String name,
                String queries,
                String keys,
                LocalAttention attention) {
            float[][][] seen = weights().row(0, held.targets, held.visibleCount());
            page.addAttention(
                    ShownAttention.of(name, queries, keys, Drawing.WINDOW, seen).withZerosUnseen());
            RecordedAttention centre = recorder.stage(Stages.CENTRE).get("");
            float[][] centres = new float[1][held.targets];
            for (int t = 0; t < held.targets; t++) {
                centres[0][t] = centre.weight(0, 0, t, 0);
            }
            boolean gaussian = recorder.stage(Stages.GAUSSIAN).containsKey("");
            page.addWindow(name, centres, attention.halfWidth(), gaussian);
        }

        /** The weights of the first sequence. */
        List<String> picture() {
            List<String> lines = new ArrayList<>();
            float[] row = weights().weights();
            for (int t = 0; t < held.targets; t++) {
                StringBuilder line = new StringBuilder("  ");
                int most = largest(row, t * held.places, held.places);
                for (int s = 0; s < held.visibleCount(); s++) {
                    boolean holds = s >= held.from[t] && s <= held.to[t];
                    boolean some = row[t * held.places + s] > 0.05;
                    line.append(s == most ? '#' : some ? '+' : holds ? '|' : '.');
                }
                lines.add(line.toString());
            }
            return lines;
        }

        Score last() {
            return scores.get(scores.size() - 1);
        }

        Map<String, Object> figures() {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("alignmentErrorAtStart", rounded(scores.get(0).error));
            figures.put("alignmentError", rounded(last().error));
            figures.put("accuracy", rounded(last().accuracy));
            return figures;
        }

        String told() {
            StringBuilder errors = new StringBuilder();
            scores.forEach(
                    score -> errors.append(String.format(Locale.ROOT, "%5.1f", score.error)));
            return String.format(Locale.ROOT, "%s   %3.0f %% right", errors, 100 * last().accuracy);
        }

        private static double rounded(double value) {
            return Math.round(value * 1000) / 1000.0;
        }
    }

    /** Attends and reads the answer. */
    private record Model(Attention attention, LinearBlock readout, ParameterStore parameters) {

        NDArray logits(NDArray context, boolean training) {
            return readout.forward(parameters, new NDList(context), training)
                    .singletonOrThrow(); // (B, T, classes)
        }
    }

    private static Trained train(
            ExampleSettings settings,
            String name,
            Attention attention,
            Task task,
            Consumer<String> progress) {
        Random random = new Random(settings.seed());
        Sequences held = task.draw(new Random(settings.seed() + 1), 64);
        int steps = settings.share(STEPS);
        int every = Math.max(1, steps / EVALUATIONS);
        List<Score> scores = new ArrayList<>();
        try (NDManager manager = settings.newManager()) {
            Shape query = new Shape(1, 1, held.width(held.query, held.targets));
            Shape key = new Shape(1, 1, held.width(held.key, held.places));
            LinearBlock readout = LinearBlock.of(held.classes, true);
            attention.initialize(manager, DataType.FLOAT32, query, key, key);
            readout.initialize(manager, DataType.FLOAT32, key);
            SequentialBlock parts = new SequentialBlock().add(attention).add(readout);
            Learner learner = new Learner(manager, parts, LEARNING_RATE);
            Model model = new Model(attention, readout, learner.parameters());
            scores.add(score(model, held, manager, 0));
            for (int step = 1; step <= steps; step++) {
                Sequences batch = task.draw(random, BATCH);
                learner.step(own -> loss(model, batch, own));
                if (step % every == 0) {
                    Score score = score(model, held, manager, step);
                    scores.add(score);
                    progress.accept(
                            String.format(
                                    Locale.ROOT,
                                    "%s, step %s: alignment error %.1f, %.0f %% right",
                                    name,
                                    step,
                                    score.error,
                                    100 * score.accuracy));
                }
            }
            return new Trained(scores, held, recorded(model, held, manager));
        }
    }

    private static NDArray loss(Model model, Sequences batch, NDManager manager) {
        NDArray context =
                model.attention.attend(model.parameters, batch.inputs(manager), true).context();
        NDArray logs = model.logits(context, true).logSoftmax(-1);
        return logs.mul(batch.answers(manager)).sum(new int[] {2}).mean().neg();
    }

    private static NDArray attend(
            Model model, Sequences batch, AttentionObserver recorder, NDManager manager) {
        AttentionInputs inputs = batch.inputs(manager).withObserver(recorder);
        return model.attention.attend(model.parameters, inputs, false).context();
    }

    private static Score score(Model model, Sequences held, NDManager manager, int step) {
        try (NDManager own = manager.newSubManager()) {
            WeightsRecorder recorder = new WeightsRecorder();
            NDArray context = attend(model, held, recorder, own);
            float[] weights = recorder.weights().toFloatArray(); // (B, 1, T, S)
            float[] logits = model.logits(context, false).toFloatArray();
            double error = 0;
            int right = 0;
            for (int i = 0; i < held.answer.length; i++) {
                int place = largest(weights, i * held.places, held.places);
                error += Math.max(0, Math.max(held.from[i] - place, place - held.to[i]));
                right += largest(logits, i * held.classes, held.classes) == held.answer[i] ? 1 : 0;
            }
            int count = held.answer.length;
            return new Score(step, error / count, (double) right / count);
        }
    }

    private static int largest(float[] values, int start, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[start + i] > values[start + best]) {
                best = i;
            }
        }
        return best;
    }

    private static AttentionRecorder recorded(Model model, Sequences held, NDManager manager) {
        AttentionRecorder recorder = new AttentionRecorder(Stages.CENTRE, Stages.GAUSSIAN);
        try (NDManager own = manager.newSubManager()) {
            attend(model, held, recorder, own);
        }
        return recorder;
    }
}
