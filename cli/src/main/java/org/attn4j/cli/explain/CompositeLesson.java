package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.attn4j.attention.mechanism.HierarchicalAttention;
import org.attn4j.attention.mechanism.KeyValueMemory;
import org.attn4j.attention.mechanism.KeyValueMemoryInputs;
import org.attn4j.attention.mechanism.MemoryAttention;
import org.attn4j.attention.mechanism.MemoryInputs;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.mechanism.TemporalAttention;
import org.attn4j.attention.mechanism.TimeAxisAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** A mechanism with inputs of its own, each given what its paper gives it. */
final class CompositeLesson extends TextLesson {

    private static final int HOPS = 2;
    private static final int TIMES = 3;
    private static final int FRAMES = 2;

    /** The time that is not worked, as it is like the one before. */
    private static final String LAST_TIME = "input." + (TIMES - 1);

    /** The steps of recurrent networks that are worked, as all are alike. */
    private static final Set<String> RECURRENT_STEPS =
            Set.of("word_encoder.l0.0", "sentence_encoder.l0.0", "sentence_encoder.l0.1");

    private static final Map<String, BiFunction<Setting, Recording, Run>> RUNS =
            Map.of(
                    "memory-network", CompositeLesson::memoryNetwork,
                    "key-value-memory", CompositeLesson::keyValueMemory,
                    "hierarchical", CompositeLesson::hierarchical,
                    "temporal-input", CompositeLesson::temporalInput,
                    "time-axis", CompositeLesson::timeAxis);

    CompositeLesson(MechanismInfo info, LessonText text) {
        super(info, text);
    }

    /**
     * A mechanism that has run.
     *
     * @param block the mechanism
     * @param inputs the tables of its inputs
     * @param shown which sites are worked through
     * @param labels the names of what was told
     */
    private record Run(
            Block block, List<NumberTable> inputs, Predicate<String> shown, Labels labels) {}

    @Override
    public Set<Choice> choices() {
        return name().equals("time-axis")
                ? EnumSet.of(Choice.TEXT, Choice.D_MODEL, Choice.HEADS)
                : EnumSet.of(Choice.TEXT, Choice.D_MODEL);
    }

    @Override
    public Explanation explain(Setting setting) {
        Recording recording = new Recording();
        Run run = RUNS.get(name()).apply(setting, recording);
        List<Section.Worked> steps = new ArrayList<>();
        steps.add(
                new Section.Worked(
                        "What goes in",
                        List.of("The numbers are drawn; a model learns or is given them."),
                        "",
                        run.inputs()));
        steps.addAll(
                new Walk(text, setting, run.block()).steps(recording, run.shown(), run.labels()));
        return framed(setting, steps);
    }

    private static ParameterStore filled(Setting setting, Block block) {
        new SmallNumbers(setting.seed() + 1).fill(block, setting.manager());
        return new ParameterStore(setting.manager(), false);
    }

    /** A number for each word, from 1; the same word has the same. */
    private static long[] ids(List<String> tokens) {
        List<String> known = tokens.stream().distinct().toList();
        return tokens.stream().mapToLong(token -> known.indexOf(token) + 1L).toArray();
    }

    private static int vocabulary(List<String> tokens) {
        return (int) tokens.stream().distinct().count() + 1;
    }

    private static NumberTable ids(String caption, List<String> names, long... ids) {
        float[][] values = new float[ids.length][1];
        for (int i = 0; i < ids.length; i++) {
            values[i][0] = ids[i];
        }
        return NumberTable.of(caption, names, List.of("number"), values);
    }

    private static Run memoryNetwork(Setting setting, Recording recording) {
        List<String> tokens = setting.tokens();
        NDManager manager = setting.manager();
        int count = tokens.size();
        MemoryAttention block =
                new MemoryAttention(
                        MemoryAttention.Config.of(
                                vocabulary(tokens), setting.modelSize(), HOPS, count));
        block.initialize(manager, DataType.FLOAT32, new Shape(1, count, 1), new Shape(1, 1));
        long[] ids = ids(tokens);
        NDArray story = HostArrays.of(manager, ids, new Shape(1, count, 1));
        long[] asked = {ids[count - 1]};
        NDArray question = HostArrays.of(manager, asked, new Shape(1, 1));
        block.read(
                filled(setting, block), new MemoryInputs(story, question, null, recording), false);
        return new Run(
                block,
                List.of(
                        ids("the sentences, of one word each", tokens, ids),
                        ids("the question", List.of(tokens.get(count - 1)), asked)),
                site -> true,
                new Labels(List.of("question"), tokens));
    }

    private static Run keyValueMemory(Setting setting, Recording recording) {
        List<String> tokens = setting.tokens();
        NDArray keys = setting.embeddings(tokens); // (1, n, D)
        NDArray values = keys.get(new NDIndex(":, 1:")).concat(keys.get(new NDIndex(":, :1")), 1);
        NDArray query = keys.get(new NDIndex(":, 0")); // (1, D)
        KeyValueMemory block = new KeyValueMemory(setting.modelSize(), HOPS);
        block.initialize(
                setting.manager(),
                DataType.FLOAT32,
                query.getShape(),
                keys.getShape(),
                values.getShape(),
                keys.getShape());
        block.read(
                filled(setting, block),
                new KeyValueMemoryInputs(query, keys, values, keys, null, recording),
                false);
        List<NumberTable> inputs = new ArrayList<>();
        inputs.addAll(Tables.of("the keys", tokens, keys));
        inputs.addAll(Tables.of("their values", tokens, values));
        inputs.addAll(Tables.of("the question", List.of(tokens.get(0)), query));
        return new Run(block, inputs, site -> true, new Labels(List.of("question"), tokens));
    }

    private static Run hierarchical(Setting setting, Recording recording) {
        List<String> tokens = setting.tokens();
        long[] ids = ids(tokens);
        int first = (tokens.size() + 1) / 2;
        long[] padded = new long[2 * first];
        System.arraycopy(ids, 0, padded, 0, ids.length);
        NDArray words = HostArrays.of(setting.manager(), padded, new Shape(1, 2, first));
        int size = setting.modelSize();
        int half = size / 2; // in each direction
        HierarchicalAttention block =
                new HierarchicalAttention(
                        new HierarchicalAttention.Config(
                                vocabulary(tokens), size, 0, half, size, half, size, 0));
        block.initialize(setting.manager(), DataType.FLOAT32, words.getShape());
        block.read(
                filled(setting, block),
                new HierarchicalAttention.Inputs(words, null, recording),
                false);
        return new Run(
                block,
                List.of(
                        NumberTable.of(
                                "the words as numbers, 0 where there is none",
                                List.of("sentence 1", "sentence 2"),
                                Labels.numbered("word ", first),
                                Recording.Told.of("", "words", words).matrix(0)),
                        ids("the numbers of the words", tokens, ids)),
                site -> !site.contains(".") || RECURRENT_STEPS.contains(site),
                new Labels(List.of(), tokens));
    }

    private static Run temporalInput(Setting setting, Recording recording) {
        List<String> tokens = setting.tokens();
        int size = setting.modelSize() / 2; // hidden and memory cell together are of D numbers
        NDArray series = setting.numbers(3, 1, TIMES, tokens.size());
        NDArray target = setting.numbers(4, 1, TIMES - 1L);
        TemporalAttention block =
                new TemporalAttention(
                        TIMES, tokens.size(), size, size, TemporalAttention.Order.COMMON);
        block.initialize(setting.manager(), DataType.FLOAT32, series.getShape(), target.getShape());
        block.predict(
                filled(setting, block),
                new TemporalAttention.Inputs(series, target, recording),
                false);
        List<NumberTable> inputs = new ArrayList<>();
        inputs.addAll(
                Tables.of(
                        "the series",
                        Labels.numbered("time ", TIMES),
                        tokens,
                        Recording.Told.of("", "series", series)));
        inputs.addAll(
                Tables.of(
                        "the number to forecast, so far",
                        List.of("target"),
                        Labels.numbered("time ", TIMES - 1),
                        Recording.Told.of("", "target", target)));
        return new Run(
                block,
                inputs,
                site -> !site.equals(LAST_TIME),
                new Labels(List.of("state"), tokens));
    }

    private static Run timeAxis(Setting setting, Recording recording) {
        List<String> tokens = setting.tokens();
        NDArray first = setting.embeddings(tokens).expandDims(1); // (1, 1, P, D)
        NDArray second = setting.numbers(3, 1, 1, tokens.size(), setting.modelSize());
        NDArray frames = first.concat(second, 1); // (1, T, P, D)
        TimeAxisAttention block =
                new TimeAxisAttention(
                        MultiHeadAttention.builder()
                                .setModelSize(setting.modelSize())
                                .setHeads(setting.heads())
                                .optBias(false)
                                .build(),
                        false);
        block.initialize(setting.manager(), DataType.FLOAT32, frames.getShape());
        block.attend(
                filled(setting, block),
                new TimeAxisAttention.Inputs(frames, null, recording),
                false);
        List<NumberTable> inputs = new ArrayList<>();
        Recording.Told told = Recording.Told.of("", "frames", frames);
        for (int frame = 0; frame < FRAMES; frame++) {
            inputs.add(
                    NumberTable.of(
                            "frame " + (frame + 1),
                            tokens,
                            Labels.numbered("", setting.modelSize()),
                            told.matrix(frame)));
        }
        return new Run(
                block, inputs, site -> true, new Labels(Labels.numbered("frame ", FRAMES), tokens));
    }
}
