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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mechanism.AdaptiveSpanAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownTokens;

/**
 * Spans that fit the task: the same block, asked for what stood a few positions back and for what
 * stood anywhere before.
 *
 * <p>At each position of a sequence stand a name and a value, and a name is asked for that stood at
 * an earlier position, or here: its value is the answer. Where the name stood at most eight
 * positions back the spans, with the ramp that they end in, should shrink to that; where it may
 * have stood anywhere, a head has to stay wide.
 */
final class AdaptiveSpanExample implements Example {

    private static final int LENGTH = 48;
    private static final int VALUES = 8;
    private static final int NEAR = 8;
    private static final int HEADS = 2;
    private static final int SIZE = 32;
    private static final int RAMP = 4;
    private static final double PENALTY = 0.004;
    private static final int ROWS = 32;
    private static final int STEPS = 900;
    private static final float LEARNING_RATE = 0.01f;

    @Override
    public String name() {
        return "adaptive-span";
    }

    @Override
    public String summary() {
        return "the attention span shrinks where the answer is near, and stays wide where it may be far";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        int steps = settings.share(STEPS);
        Outcome near = train(settings, NEAR, steps, progress);
        Outcome far = train(settings, LENGTH - 1, steps, progress);
        boolean reached =
                near.accuracy >= 0.98
                        && near.widest() <= NEAR
                        && far.accuracy >= 0.95
                        && far.widest() >= 0.7 * LENGTH;

        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("length", LENGTH);
        figures.put("startingSpan", LENGTH / 2);
        figures.put("steps", steps);
        figures.put("near", near.figures());
        figures.put("far", far.figures());
        List<String> lines = new ArrayList<>();
        lines.add(
                ("Spans of %s heads over sequences of %s places (# in full view,"
                                + " + fading out):")
                        .formatted(HEADS, LENGTH));
        near.lines("the answer is at most " + NEAR + " places back", lines);
        far.lines("the answer is anywhere before", lines);
        AttentionPage.Builder page =
                AttentionPage.builder("Attention spans follow the distance of the answer")
                        .optDescription(
                                "The name at a position is asked for at a later one; empty cells are beyond a"
                                        + " head's span.");
        near.addTo(page, "near");
        far.addTo(page, "far");
        return new ExampleResult(figures, lines, reached, page.build());
    }

    /** What a training came to. */
    private record Outcome(
            double accuracy, float[] spans, Questions questions, RecordedAttention weights) {

        /** Adds the first sequence. */
        void addTo(AttentionPage.Builder page, String task) {
            String asked = "asked, " + task;
            String held = "held, " + task;
            page.addTokens(ShownTokens.of(asked, questions.shownAsked()));
            page.addTokens(ShownTokens.of(held, questions.shownHeld()));
            page.addAttention(
                    ShownAttention.of(task, asked, held, Drawing.WEIGHTS, weights.row(0))
                            .withZerosUnseen());
        }

        double widest() {
            float widest = 0;
            for (float span : spans) {
                widest = Math.max(widest, span);
            }
            return widest;
        }

        Map<String, Object> figures() {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("accuracy", accuracy);
            List<Double> each = new ArrayList<>();
            for (float span : spans) {
                each.add(Math.round(span * 10) / 10.0);
            }
            figures.put("spans", each);
            return figures;
        }

        void lines(String task, List<String> lines) {
            lines.add(String.format(Locale.ROOT, "%s: %.1f %% right", task, 100 * accuracy));
            for (int head = 0; head < spans.length; head++) {
                int wide = Math.round(spans[head]);
                int fading = Math.min(RAMP, LENGTH - wide);
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "  head %s |%s%s%s| %.1f places",
                                head,
                                "#".repeat(wide),
                                "+".repeat(fading),
                                ".".repeat(LENGTH - wide - fading),
                                spans[head]));
            }
        }
    }

    private static Outcome train(
            ExampleSettings settings, int reach, int steps, Consumer<String> progress) {
        try (NDManager manager = settings.newManager()) {
            Recall model = new Recall();
            Shape ids = new Shape(1, LENGTH, LENGTH);
            model.initialize(manager, DataType.FLOAT32, ids, new Shape(1, LENGTH, VALUES), ids);
            Learner learner = new Learner(manager, model, LEARNING_RATE);
            ParameterStore parameters = learner.parameters();
            LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0, -1);
            Random random = new Random(settings.seed());
            for (int step = 1; step <= steps; step++) {
                Questions questions = Questions.draw(random, reach);
                float value =
                        learner.step(
                                own -> {
                                    NDList logits =
                                            model.forward(parameters, questions.inputs(own), true);
                                    NDArray wrong =
                                            loss.evaluate(
                                                    new NDList(questions.answers(own)), logits);
                                    NDArray wide = model.attention.spanLoss(parameters, own, true);
                                    return wrong.add(wide.reshape(wrong.getShape()));
                                });
                try (NDManager own = manager.newSubManager()) {
                    model.attention.span().constrain(parameters, own);
                    if (step % 100 == 0) {
                        float[] spans =
                                model.attention.span().spans(parameters, own, false).toFloatArray();
                        progress.accept(
                                String.format(
                                        Locale.ROOT,
                                        "up to %s back, step %s: loss %.3f, spans %s",
                                        reach,
                                        step,
                                        value,
                                        Arrays.toString(spans)));
                    }
                }
            }
            return outcome(manager, model, parameters, reach, settings.seed() + 1);
        }
    }

    private static Outcome outcome(
            NDManager manager, Recall model, ParameterStore parameters, int reach, long seed) {
        Random random = new Random(seed);
        int right = 0;
        int rounds = 8;
        for (int round = 0; round < rounds; round++) {
            try (NDManager own = manager.newSubManager()) {
                Questions questions = Questions.draw(random, reach);
                NDArray logits = model.recall(parameters, questions.inputs(own), null, false);
                long[] given = logits.argMax(2).toType(DataType.INT64, false).toLongArray();
                for (int i = 0; i < given.length; i++) {
                    right += given[i] == questions.answers[i] ? 1 : 0;
                }
            }
        }
        try (NDManager own = manager.newSubManager()) {
            Questions shown = Questions.draw(random, reach);
            AttentionRecorder recorder = new AttentionRecorder();
            model.recall(parameters, shown.inputs(own), recorder, false);
            float[] spans = model.attention.span().spans(parameters, own, false).toFloatArray();
            return new Outcome(
                    (double) right / (rounds * ROWS * LENGTH),
                    spans,
                    shown,
                    recorder.recorded().get(0));
        }
    }

    /** Sequences with a question at each position; (B, T) each, row after row. */
    private record Questions(int[] names, int[] values, int[] asked, int[] answers) {

        static Questions draw(Random random, int reach) {
            int[][] drawn = new int[4][ROWS * LENGTH];
            for (int row = 0; row < ROWS; row++) {
                int at = row * LENGTH;
                for (int t = 0; t < LENGTH; t++) {
                    // A permutation, grown by one at a time: no name stands twice.
                    int swap = random.nextInt(t + 1);
                    drawn[0][at + t] = drawn[0][at + swap];
                    drawn[0][at + swap] = t;
                    drawn[1][at + t] = random.nextInt(VALUES);
                }
                for (int t = 0; t < LENGTH; t++) {
                    int source = at + t - random.nextInt(Math.min(t, reach) + 1);
                    drawn[2][at + t] = drawn[0][source];
                    drawn[3][at + t] = drawn[1][source];
                }
            }
            return new Questions(drawn[0], drawn[1], drawn[2], drawn[3]);
        }

        /** The names that the first sequence asks for. */
        List<String> shownAsked() {
            return IntStream.range(0, LENGTH).mapToObj(t -> asked[t] + "?").toList();
        }

        /** The names of the first sequence with their values. */
        List<String> shownHeld() {
            return IntStream.range(0, LENGTH).mapToObj(t -> names[t] + "=" + values[t]).toList();
        }

        NDList inputs(NDManager manager) {
            return new NDList(
                    oneHot(manager, asked, LENGTH),
                    oneHot(manager, names, LENGTH),
                    oneHot(manager, values, VALUES));
        }

        NDArray answers(NDManager manager) {
            return HostArrays.of(manager, answers, new Shape(ROWS, LENGTH))
                    .toType(DataType.INT64, false);
        }

        private static NDArray oneHot(NDManager manager, int[] ids, int depth) {
            return HostArrays.of(manager, ids, new Shape(ROWS, LENGTH)).oneHot(depth);
        }
    }

    /** Embeddings, attention and a readout: {@code [asked, names, values]} to logits. */
    private static final class Recall extends AbstractBlock {

        private final LinearBlock name = linear(SIZE);
        private final LinearBlock question = linear(SIZE);
        private final LinearBlock value = linear(SIZE);
        private final LinearBlock readout = linear(VALUES);
        private final AdaptiveSpanAttention attention =
                AdaptiveSpanAttention.builder()
                        .setModelSize(SIZE)
                        .setHeads(HEADS)
                        .setMaxSpan(LENGTH)
                        .optInitialSpan(LENGTH / 2.0)
                        .optRamp(RAMP)
                        .optPenalty(PENALTY)
                        .optBias(false)
                        .build();

        Recall() {
            addChildBlock("question", question);
            addChildBlock("name", name);
            addChildBlock("value", value);
            addChildBlock("attention", attention);
            addChildBlock("readout", readout);
        }

        private static LinearBlock linear(int units) {
            return LinearBlock.of(units, false);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore parameters,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            return new NDList(recall(parameters, inputs, null, training));
        }

        private NDArray recall(
                ParameterStore parameters,
                NDList inputs,
                AttentionObserver observer,
                boolean training) {
            AttentionInputs in =
                    AttentionInputs.of(
                                    apply(question, parameters, inputs.get(0), training),
                                    apply(name, parameters, inputs.get(1), training),
                                    apply(value, parameters, inputs.get(2), training))
                            .withObserver(observer);
            NDArray context = attention.attend(parameters, in, training).context();
            return apply(readout, parameters, context, training);
        }

        private static NDArray apply(
                LinearBlock linear, ParameterStore parameters, NDArray x, boolean training) {
            return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            Shape features = new Shape(1, LENGTH, SIZE);
            question.initialize(manager, type, shapes[0]);
            name.initialize(manager, type, shapes[0]);
            value.initialize(manager, type, shapes[1]);
            attention.initialize(manager, type, features);
            readout.initialize(manager, type, features);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {new Shape(inputShapes[0].get(0), LENGTH, VALUES)};
        }
    }
}
