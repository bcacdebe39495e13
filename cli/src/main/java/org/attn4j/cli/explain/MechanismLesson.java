package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.position.SinusoidalPositions;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.cli.report.Section;

/** A mechanism of sequence models, worked through from the words to the output. */
final class MechanismLesson extends TextLesson {

    MechanismLesson(MechanismInfo info, LessonText text) {
        super(info, text);
    }

    @Override
    public Set<Choice> choices() {
        Set<Choice> choices = EnumSet.of(Choice.TEXT, Choice.D_MODEL);
        if (text.heads()) {
            choices.add(Choice.HEADS);
        }
        if (text.cross()) {
            choices.add(Choice.TARGET);
        } else if (info.slots().contains(AttentionSlot.DECODER_SELF)) {
            choices.add(Choice.CAUSAL);
        }
        return choices;
    }

    /** What is looked from and at: named vectors. */
    private record Sequences(NDArray query, NDArray key, Labels labels, AttentionMask mask) {

        AttentionInputs inputs() {
            return AttentionInputs.of(query, key, key).withMask(mask);
        }
    }

    @Override
    public Explanation explain(Setting setting) {
        List<Section.Worked> steps = new ArrayList<>();
        Sequences sequences = sequences(setting, steps);
        Attention block = block(setting, slot(setting));
        Recording recording = new Recording();
        block.attend(
                new ParameterStore(setting.manager(), false),
                sequences.inputs().withObserver(recording),
                false);
        steps.addAll(
                new Walk(text, setting, block).steps(recording, site -> true, sequences.labels()));
        return framed(setting, steps);
    }

    private AttentionSlot slot(Setting setting) {
        if (text.cross()) {
            return AttentionSlot.CROSS;
        }
        boolean anywhere = info.slots().contains(AttentionSlot.ENCODER_SELF);
        return setting.causal() || !anywhere
                ? AttentionSlot.DECODER_SELF
                : AttentionSlot.ENCODER_SELF;
    }

    private Attention block(Setting setting, AttentionSlot slot) {
        int heads = text.heads() ? setting.heads() : 1;
        int length = Math.max(setting.tokens().size(), setting.target().size());
        AttentionSite site =
                new AttentionSite(slot, 0, setting.modelSize(), heads, 0, length, null);
        Attention block = Mechanisms.create(new AttentionSpec(name(), text.options()), site);
        Shape x = new Shape(1, length, setting.modelSize());
        block.initialize(setting.manager(), DataType.FLOAT32, x, x, x);
        new SmallNumbers(setting.seed() + 1).fill(block, setting.manager());
        return block;
    }

    private Sequences sequences(Setting setting, List<Section.Worked> steps) {
        List<String> tokens = setting.tokens();
        NDArray x = embedded(setting, tokens, "The words as vectors", steps);
        if (text.cross()) {
            return crossing(setting, x, steps);
        }
        boolean causal = slot(setting) == AttentionSlot.DECODER_SELF;
        AttentionMask mask = causal ? AttentionMask.causal() : AttentionMask.none();
        if (!text.name().equals("transformer-xl")) {
            return new Sequences(x, x, new Labels(tokens, tokens), mask);
        }
        int first = tokens.size() / 2;
        return new Sequences(
                x.get(new NDIndex(":, {}:", first)),
                x,
                new Labels(tokens.subList(first, tokens.size()), tokens),
                AttentionMask.causal());
    }

    private NDArray embedded(
            Setting setting, List<String> words, String title, List<Section.Worked> steps) {
        NDArray embeddings = setting.embeddings(words);
        if (!text.positions()) {
            steps.add(
                    new Section.Worked(
                            title,
                            List.of(
                                    "Each word is looked up in a table and becomes a row of"
                                            + " %s numbers; a model learns them, here they are drawn."
                                                    .formatted(setting.modelSize())),
                            "",
                            Tables.of("X", words, embeddings)));
            return embeddings;
        }
        NDArray positions =
                SinusoidalPositions.builder()
                        .setSize(setting.modelSize())
                        .build()
                        .encode(setting.manager(), 0, words.size());
        NDArray x = embeddings.add(positions);
        steps.add(
                new Section.Worked(
                        title,
                        List.of(
                                "Each word is looked up in a table and becomes a row of %s numbers, E; a model learns them, here they are drawn."
                                        .formatted(setting.modelSize()),
                                "Attention itself does not see the order of words. So the pattern P is added, which is different at each position: sines and cosines of it at several speeds.",
                                "In the equation pos counts words from 0, and i pairs of columns from 0; columns are counted from 1, as in the tables. D is how many there are, %s; angles are in radians."
                                        .formatted(setting.modelSize())),
                        "X = E + P,   P[pos, 2i+1] = sin(pos / 10000^(2i/D)),   P[pos, 2i+2] = cos(pos / 10000^(2i/D))",
                        Tables.joined(
                                List.of(
                                        Tables.of("E", words, embeddings),
                                        Tables.of("P", words, positions),
                                        Tables.of("X", words, x)))));
        return x;
    }

    private Sequences crossing(Setting setting, NDArray keys, List<Section.Worked> steps) {
        List<String> target = setting.target();
        if (!target.isEmpty()) {
            NDArray queries = setting.embeddings(target);
            steps.add(
                    new Section.Worked(
                            "The words that look at them",
                            List.of(
                                    "The second text looks at the first. In a translator these rows would be the states of the decoder."),
                            "",
                            Tables.of("Y", target, queries)));
            return new Sequences(
                    queries, keys, new Labels(target, setting.tokens()), AttentionMask.none());
        }
        List<String> states = List.of("step 1", "step 2");
        NDArray queries = setting.numbers(2, 1, states.size(), setting.modelSize());
        steps.add(
                new Section.Worked(
                        "The states that look at them",
                        List.of(
                                "A decoder writes its output step by step, and at each step has a state: a row of numbers, too. Two steps are worked here."),
                        "",
                        Tables.of("Y", states, queries)));
        return new Sequences(
                queries, keys, new Labels(states, setting.tokens()), AttentionMask.none());
    }
}
