package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Dataset.Usage;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.attn4j.attention.mechanism.MemoryAttention;
import org.attn4j.attention.mechanism.MemoryInputs;
import org.attn4j.attention.mechanism.MemoryOutput;
import org.attn4j.datasets.Story;
import org.attn4j.datasets.StoryTask;
import org.attn4j.datasets.StoryTaskConfig;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;
import org.attn4j.visual.ShownTokens;

/** An end-to-end memory network answers questions about stories that it has never seen. */
final class MemoryExample implements Example {

    private static final int SENTENCES = 10;
    private static final int HELD_OUT = 1_000;
    private static final int HOPS = 3;
    private static final int SIZE = 32;
    private static final int TRAINED = 30_000;
    private static final int BATCH = 64;
    private static final int MOST_STEPS = 10_000;
    private static final int CHECK = 250;
    private static final float LEARNING_RATE = 0.005f;
    private static final double PROMISED = 0.95;

    /** Training stops here: well above what is promised. */
    private static final double ENOUGH = 0.985;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String summary() {
        return "a memory network answers questions about stories, from one and from two supporting facts";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        Map<String, Object> figures = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        AttentionPage.Builder page =
                AttentionPage.builder("A memory network reads stories")
                        .optDescription("The facts that the answer needs are marked with *.");
        double one = answer(settings, 1, "one_fact", figures, lines, page, progress);
        double two = answer(settings, 2, "two_facts", figures, lines, page, progress);
        boolean reached = one >= PROMISED && two >= PROMISED;
        return new ExampleResult(figures, lines, reached, page.build());
    }

    private static double answer(
            ExampleSettings settings,
            int facts,
            String figure,
            Map<String, Object> figures,
            List<String> lines,
            AttentionPage.Builder page,
            Consumer<String> progress) {
        StoryTaskConfig config =
                new StoryTaskConfig(
                        facts,
                        facts + 1,
                        SENTENCES,
                        Math.max(2_000, settings.share(TRAINED)),
                        HELD_OUT,
                        settings.seed());
        StoryBatches test = stories(Usage.TEST, config);
        try (NDManager manager = settings.newManager()) {
            MemoryAttention memory =
                    new MemoryAttention(
                            MemoryAttention.Config.of(
                                    test.vocabularySize(), SIZE, HOPS, SENTENCES));
            memory.initialize(
                    manager, DataType.FLOAT32, new Shape(1, SENTENCES, 1), new Shape(1, 1));
            Learner learner = new Learner(manager, memory, LEARNING_RATE);
            int steps = learn(settings, config, manager, memory, learner, progress);
            double accuracy = accuracy(manager, memory, learner.parameters(), test);
            figures.put(figure + "_accuracy", accuracy);
            figures.put(figure + "_steps", steps);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %.1f %% of %s questions about unseen stories answered rightly",
                            title(facts),
                            100 * accuracy,
                            test.size()));
            Reading reading = Reading.of(manager, memory, learner.parameters(), test);
            lines.addAll(reading.lines());
            reading.addTo(page, title(facts));
            return accuracy;
        }
    }

    /** Trains until the validation stories are answered, or the steps are over. */
    private static int learn(
            ExampleSettings settings,
            StoryTaskConfig config,
            NDManager manager,
            MemoryAttention memory,
            Learner learner,
            Consumer<String> progress) {
        StoryBatches train = stories(Usage.TRAIN, config);
        StoryBatches validation = stories(Usage.VALIDATION, config);
        Random random = new Random(settings.seed());
        Loss loss = Loss.softmaxCrossEntropyLoss();
        int most = settings.share(MOST_STEPS);
        double sum = 0;
        for (int step = 1; step <= most; step++) {
            int[] numbers = train.draw(random, BATCH);
            sum +=
                    learner.step(
                            own -> {
                                MemoryInputs inputs = train.inputs(own, numbers, null);
                                NDArray logits =
                                        memory.read(learner.parameters(), inputs, true).logits();
                                return loss.evaluate(
                                        new NDList(train.answers(own, numbers)),
                                        new NDList(logits));
                            });
            if (step % CHECK == 0) {
                double accuracy = accuracy(manager, memory, learner.parameters(), validation);
                progress.accept(
                        String.format(
                                Locale.ROOT,
                                "%s: step %s, loss %.3f, validation accuracy %.3f",
                                title(config.facts()),
                                step,
                                sum / CHECK,
                                accuracy));
                sum = 0;
                if (accuracy >= ENOUGH) {
                    return step;
                }
            }
        }
        return most;
    }

    private static StoryBatches stories(Usage usage, StoryTaskConfig config) {
        return new StoryBatches(StoryTask.of(usage, config), SENTENCES);
    }

    private static String title(int facts) {
        return facts == 1 ? "one supporting fact" : "two supporting facts";
    }

    private static double accuracy(
            NDManager manager,
            MemoryAttention memory,
            ParameterStore parameters,
            StoryBatches test) {
        try (NDManager own = manager.newSubManager()) {
            int[] all = IntStream.range(0, test.size()).toArray();
            NDArray logits = memory.read(parameters, test.inputs(own, all, null), false).logits();
            long[] answers = logits.argMax(1).toLongArray();
            long[] expected = test.answers(own, all).toLongArray();
            long right =
                    IntStream.range(0, all.length).filter(i -> answers[i] == expected[i]).count();
            return (double) right / all.length;
        }
    }

    /** A story, what the network says to its question, and what each hop looks at. */
    private record Reading(Story story, String said, List<RecordedAttention> hops) {

        static Reading of(
                NDManager manager,
                MemoryAttention memory,
                ParameterStore parameters,
                StoryBatches test) {
            int shown =
                    IntStream.range(0, test.size())
                            .filter(i -> isTelling(test.story(i)))
                            .findFirst()
                            .orElse(0);
            AttentionRecorder recorder = new AttentionRecorder();
            try (NDManager own = manager.newSubManager()) {
                MemoryInputs inputs = test.inputs(own, new int[] {shown}, recorder);
                MemoryOutput output = memory.read(parameters, inputs, false);
                String said = test.word(output.logits().argMax(1).toLongArray()[0]);
                return new Reading(test.story(shown), said, recorder.recorded());
            }
        }

        /** Whether a story is long, and does not end with what it is asked for. */
        private static boolean isTelling(Story story) {
            int sentences = story.sentences().size();
            return sentences >= 8 && !story.supports().contains(sentences - 1);
        }

        private String fact(int i) {
            return (story.supports().contains(i) ? "* " : "  ") + story.sentences().get(i);
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(Locale.ROOT, "    %-36s hop 1  hop 2  hop 3", ""));
            for (int i = 0; i < story.sentences().size(); i++) {
                StringBuilder line = new StringBuilder();
                line.append(String.format(Locale.ROOT, "  %-38s", fact(i)));
                for (RecordedAttention hop : hops) {
                    float weight = hop.weight(0, 0, 0, i);
                    line.append(String.format(Locale.ROOT, "%5.0f %%", 100 * weight));
                }
                lines.add(line.toString());
            }
            lines.add("    " + story.question() + " " + said + " (" + story.answer() + ")");
            return lines;
        }

        void addTo(AttentionPage.Builder page, String title) {
            int facts = story.sentences().size();
            String question = "question, " + title;
            page.addTokens(ShownTokens.of(question, List.of(story.question())));
            page.addTokens(
                    ShownTokens.of(
                            title,
                            IntStream.range(0, facts).mapToObj(i -> fact(i).strip()).toList()));
            for (int hop = 0; hop < hops.size(); hop++) {
                page.addAttention(
                        new ShownAttention(
                                "hop " + (hop + 1),
                                title + ", hop " + (hop + 1),
                                Kind.CROSS,
                                hop,
                                question,
                                title,
                                Drawing.HOPS,
                                hops.get(hop).row(0, 1, facts),
                                story.question() + " The network says: " + said + "."));
            }
        }
    }
}
