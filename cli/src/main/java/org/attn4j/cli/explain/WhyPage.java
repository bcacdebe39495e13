package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.AdditiveAttention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** Why attention came: time and gradients of a recurrent network, measured beside attention. */
final class WhyPage implements Lesson {

    private static final int D = 32;
    private static final int HEADS = 4;
    private static final int BATCH = 16;
    private static final int[] LENGTHS = {16, 64, 128};
    private static final int REPETITIONS = 9;
    private static final int WARM_UPS = 1;
    private static final int[] DISTANCES = {0, 1, 2, 4, 8, 16, 32, 63};
    private static final int GRADIENT_LENGTH = 64;

    @Override
    public String name() {
        return "why";
    }

    @Override
    public String summary() {
        return "Why attention came: time of a step and gradient from n positions back, measured";
    }

    @Override
    public Set<Choice> choices() {
        return EnumSet.noneOf(Choice.class);
    }

    /** A network that reads words and gives a vector at the last of them, (B, 1, D). */
    private interface Reader {

        NDArray last(NDArray x, boolean training);
    }

    /** A network, and what its column is called. */
    private record Named(String name, Reader reader) {}

    private static List<Named> readers(NDManager manager) {
        ParameterStore parameters = new ParameterStore(manager, false);
        Shape x = new Shape(1, 1, D);
        RecurrentStack lstm = lstm(manager);
        RecurrentStack encoder = lstm(manager);
        AdditiveAttention additive = new AdditiveAttention(D);
        initialize(additive, manager, x, x, x);
        MultiHeadAttention self =
                MultiHeadAttention.builder().setModelSize(D).setHeads(HEADS).build();
        initialize(self, manager, x);
        NDIndex last = new NDIndex(":, -1:");
        return List.of(
                new Named(
                        "LSTM",
                        (input, training) ->
                                lstm.run(parameters, input, null, null, training)
                                        .output()
                                        .get(last)),
                new Named(
                        "LSTM + attention",
                        (input, training) -> {
                            NDArray states =
                                    encoder.run(parameters, input, null, null, training).output();
                            return additive.attend(
                                            parameters,
                                            AttentionInputs.cross(states.get(last), states),
                                            training)
                                    .context();
                        }),
                new Named(
                        "self-attention",
                        (input, training) ->
                                self.attend(parameters, AttentionInputs.self(input), training)
                                        .context()
                                        .get(last)));
    }

    private static RecurrentStack lstm(NDManager manager) {
        RecurrentStack stack =
                RecurrentStack.builder()
                        .optKind(CellKind.LSTM)
                        .setInputSize(D)
                        .setHiddenSize(D)
                        .build();
        initialize(stack, manager, new Shape(1, 1, D));
        return stack;
    }

    private static void initialize(Block block, NDManager manager, Shape... shapes) {
        block.initialize(manager, DataType.FLOAT32, shapes);
    }

    @Override
    public Explanation explain(Setting setting) {
        setting.manager().getEngine().setRandomSeed(Math.toIntExact(setting.seed()));
        List<Named> readers = readers(setting.manager());
        return new Explanation(
                "Why attention came",
                List.of(
                        new Section.Worked(
                                "The problem",
                                List.of(
                                        "A recurrent network (here an LSTM) reads word by word. After each word it has a state, a row of numbers, made from the word and the state before: h_t = f(x_t, h_(t−1)).",
                                        "This has two costs. Step t has to wait for step t − 1, so a long text takes long however many processors there are. And what a word said reaches the end only through every state in between, and so does the gradient on its way back, by which the network learns.",
                                        "Attention lets a state look at every earlier state directly (Bahdanau et al. 2015), and self-attention leaves the recurrence out altogether (Vaswani et al. 2017). Three networks with %s features are measured here, with their initial weights, on %s texts of random words at once."
                                                .formatted(D, BATCH)),
                                "",
                                List.of()),
                        gradients(setting, readers),
                        times(setting, readers),
                        new Section.Worked(
                                "What follows",
                                List.of(
                                        "The LSTM forgets, and it is slow; attention on top of it mends the first, self-attention both. In the words of Vaswani et al. 2017, table 1: the longest path between two words is n steps in a recurrent network and one in self-attention, and n operations must follow each other in the one and a fixed number in the other.",
                                        "The price: self-attention makes n² scores, which counts in very long texts; 'attn4j explain linear' and 'attn4j explain sparse' show what can be done about that."),
                                "",
                                List.of())));
    }

    private static NDArray words(Setting setting, int length) {
        Random random = new Random(setting.seed());
        float[] values = new float[BATCH * length * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostArrays.of(setting.manager(), values, new Shape(BATCH, length, D));
    }

    private static Section.Worked gradients(Setting setting, List<Named> readers) {
        float[][] values = new float[DISTANCES.length][readers.size()];
        for (int column = 0; column < readers.size(); column++) {
            float[] norms = gradients(setting, readers.get(column).reader());
            for (int row = 0; row < DISTANCES.length; row++) {
                values[row][column] = norms[GRADIENT_LENGTH - 1 - DISTANCES[row]];
            }
        }
        return new Section.Worked(
                "The gradient that reaches a word n positions back",
                List.of(
                        "How much does the last vector move if the word n positions before it moves? Texts have %s words; the gradient was measured with the engine's own differentiation, and is the mean of its length over the texts."
                                .formatted(GRADIENT_LENGTH),
                        "Down the column of the LSTM it shrinks by a factor at each step, until nothing arrives: what far words should have done cannot be learned. With attention on top every state is one step away, and the gradient stays of one size (a small one, as each word is one of many that are mixed). In self-attention every word is one step away, so the distance does not matter; the word itself, n = 0, counts more, as it is the query too."),
                "|∂ (r · last vector) / ∂ x_(T−n)|, r a fixed row of ones",
                List.of(
                        NumberTable.of(
                                "gradient, measured",
                                Arrays.stream(DISTANCES).mapToObj(n -> "n = " + n).toList(),
                                readers.stream().map(Named::name).toList(),
                                values)));
    }

    /** The mean length of the gradient at each position. */
    private static float[] gradients(Setting setting, Reader reader) {
        NDArray x = words(setting, GRADIENT_LENGTH);
        x.setRequiresGradient(true);
        try (GradientCollector collector = setting.manager().getEngine().newGradientCollector()) {
            collector.backward(reader.last(x, true).sum());
        }
        return x.getGradient()
                .square()
                .sum(new int[] {2})
                .sqrt() // (B, T)
                .mean(new int[] {0})
                .toFloatArray();
    }

    private static Section.Worked times(Setting setting, List<Named> readers) {
        float[][] values = new float[LENGTHS.length][2 * readers.size()];
        for (int row = 0; row < LENGTHS.length; row++) {
            for (int i = 0; i < readers.size(); i++) {
                double millis = milliseconds(setting, readers.get(i).reader(), LENGTHS[row]);
                values[row][i] = (float) millis;
                values[row][readers.size() + i] = (float) (1000 * millis / LENGTHS[row]);
            }
        }
        return new Section.Worked(
                "The time of a step",
                List.of(
                        "How long it takes to read a text of n words, and from that the time of a step, one word: the fastest of %s times, measured on this machine just now, so other figures come out each time."
                                .formatted(REPETITIONS),
                        "An LSTM takes n steps one after the other, so its time grows with n, and the time of a step stays. Self-attention reads all words in a few products of matrices, whatever n is: none waits for another, so a word costs a small part of what it costs the LSTM."),
                "",
                List.of(
                        NumberTable.of(
                                "milliseconds for a text, and microseconds for a word, measured",
                                Arrays.stream(LENGTHS).mapToObj(n -> "n = " + n).toList(),
                                Stream.concat(
                                                readers.stream().map(r -> r.name() + ", ms"),
                                                readers.stream().map(r -> r.name() + ", µs/word"))
                                        .toList(),
                                values)));
    }

    private static double milliseconds(Setting setting, Reader reader, int length) {
        double[] times = new double[REPETITIONS];
        try (NDManager manager = setting.manager().newSubManager()) {
            NDArray x = words(setting, length);
            x.attach(manager);
            for (int i = 0; i < WARM_UPS; i++) {
                read(reader, x);
            }
            for (int i = 0; i < REPETITIONS; i++) {
                long start = System.nanoTime();
                read(reader, x);
                times[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        return Arrays.stream(times).min().orElseThrow(); // other programs only add to it
    }

    private static void read(Reader reader, NDArray x) {
        reader.last(x, false).toFloatArray(); // waits for an engine that computes behind
    }
}
