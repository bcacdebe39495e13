package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.common.Ahead;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.generate.LengthBatches;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.Side;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.models.tokenizer.TokenizedBatch;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;

/**
 * A published model with its tokenizer, ready for a task:
 *
 * <pre>{@code
 * try (TaskModel model = TaskModel.load(Task.FILL_MASK, Pretrained.folder("org/name"), Pretrained.loader())) {
 *     new FillMask(model).fill("Paris is the [MASK] of France.");
 * }
 * }</pre>
 *
 * <p>Any number of threads may share it.
 */
public final class TaskModel implements AutoCloseable {

    /** Enough for two cores, at 50 MB for the attention scores of 12 heads in rows of 512. */
    private static final int TOKENS_TOGETHER = 2048;

    /** Enough for several full batches of sentences, so that few of these are not full. */
    private static final int TEXTS_AHEAD = 1024;

    private static final int ONE_ROW = 1; // as many tokens as it has

    /** 128 MB of float32. */
    private static final long NUMBERS_TOGETHER = 1L << 25;

    private static final Set<String> TEXT_INPUTS = Set.of("input_ids", "attention_mask");

    private static final String TYPES = "token_type_ids";

    private final LoadedModel model;
    private final ModelTokenizer tokenizer;

    /**
     * Joins a model and its tokenizer.
     *
     * @param model the model
     * @param tokenizer the tokenizer
     */
    public TaskModel(LoadedModel model, ModelTokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * Loads a model for a task, with the head that the task needs. Its weights are packed for
     * prediction, unless the loader makes it trainable.
     *
     * @param task the task
     * @param folder the model's folder
     * @param loader on which engine and device; its architecture and strictness are set here
     * @return the model; close it
     * @throws IOException if a file is missing or malformed, the family is not known, or the files
     *     hold no head for the task
     */
    public static TaskModel load(Task task, Path folder, Pretrained.Loader loader)
            throws IOException {
        LoadedModel model = loadModel(task, folder, loader.forPrediction());
        try {
            return new TaskModel(model, ModelTokenizer.load(model.directory().files()));
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static LoadedModel loadModel(Task task, Path folder, Pretrained.Loader loader)
            throws IOException {
        if (task == Task.TEXT_EMBEDDING) {
            return Pretrained.loadEncoder(folder, loader);
        }
        JsonObject config = ModelDirectory.open(folder).config();
        Optional<String> named = Task.named(config);
        String wanted;
        try {
            wanted = task.architecture(config);
        } catch (IllegalArgumentException e) {
            throw new CheckpointFormatException(folder + ": " + e.getMessage(), e);
        }
        loader.optArchitecture(wanted);
        if (named.isEmpty() || named.get().equals(wanted)) {
            return loader.load(folder);
        }
        try {
            return loader.optStrictness(Strictness.ALLOW_UNUSED).load(folder);
        } catch (WeightMismatchException e) {
            throw new CheckpointFormatException(
                    "%s is %s, whose files do not hold what %s needs for %s: %s"
                            .formatted(folder, named.get(), wanted, task, e.getMessage()),
                    e);
        }
    }

    /**
     * Returns the model.
     *
     * @return the model
     */
    public LoadedModel model() {
        return model;
    }

    /**
     * Returns the tokenizer.
     *
     * @return the tokenizer
     */
    public ModelTokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Returns the names of the classes.
     *
     * @return the labels of {@code id2label}, in the order of the logits
     */
    public List<String> labels() {
        return new ConfigReader(model.config(), ModelDirectory.CONFIG).labels();
    }

    /**
     * A text as it is read.
     *
     * @param text the text or the pair
     * @param rows its sequences, one unless it is read in parts
     * @param reading how much of it they are
     */
    record Read(TextPair text, List<TokenizedText> rows, TextReading reading) {

        /** The sequence of a text that is not read in parts. */
        TokenizedText row() {
            return rows.get(0);
        }
    }

    /** Reads texts. */
    @FunctionalInterface
    interface TextReader<X> {

        /**
         * Reads a text.
         *
         * @throws IllegalArgumentException if it cannot be read
         */
        Read read(X text);
    }

    /**
     * Reads a text whole.
     *
     * @param text the text or the pair
     * @return its tokens, special ones among them
     * @throws IllegalArgumentException if it has more tokens than the model has positions
     */
    public TokenizedText read(TextPair text) {
        Read read = whole(text);
        requirePositions(read.rows());
        return read.row();
    }

    /** Returns how many tokens are read of a text that may be cut; 0 for any number. */
    int limit() {
        return tokenizer.maxLength(model.model().maxTokens()).orElse(0);
    }

    /** Reads a text whole. */
    Read whole(TextPair text) {
        TokenizedText row = tokenizer.encode(text, EncodeOptions.DEFAULT);
        return new Read(text, List.of(row), TextReading.whole(row.length()));
    }

    /**
     * Reads a text, or as much of it as is allowed.
     *
     * @param which which text of a pair is cut
     * @param most the most tokens; 0 for any number
     */
    Read cut(TextPair text, Truncation which, int most) {
        Read whole = whole(text);
        if (most == 0 || whole.reading().tokens() <= most) {
            return whole;
        }
        EncodeOptions options = EncodeOptions.DEFAULT.withTruncation(which, most);
        TokenizedText row = tokenizer.encode(text, options);
        return new Read(
                text, List.of(row), new TextReading(whole.reading().tokens(), row.length(), null));
    }

    /**
     * Answers for texts. One that cannot be read, or that the model refuses, does not keep the
     * others back. Of many texts some are read on another thread while the model computes those
     * before.
     *
     * @param computation gives a value for each text
     */
    <X, T> List<Outcome<T>> outcomes(
            List<X> texts, TextReader<X> reader, Function<List<Read>, List<T>> computation) {
        if (texts.size() <= TEXTS_AHEAD) {
            return computed(read(texts, reader), computation);
        }
        Iterator<Integer> starts =
                IntStream.iterate(0, from -> from < texts.size(), from -> from + TEXTS_AHEAD)
                        .iterator();
        Supplier<Optional<List<Outcome<Read>>>> source =
                () -> {
                    if (!starts.hasNext()) {
                        return Optional.empty();
                    }
                    int from = starts.next();
                    int to = Math.min(texts.size(), from + TEXTS_AHEAD);
                    return Optional.of(read(texts.subList(from, to), reader));
                };
        try (Ahead<List<Outcome<Read>>> ahead = new Ahead<>("attn4j-texts", source, read -> {})) {
            List<Outcome<T>> outcomes = new ArrayList<>();
            while (ahead.hasNext()) {
                outcomes.addAll(computed(ahead.next(), computation));
            }
            return outcomes;
        }
    }

    private <X> List<Outcome<Read>> read(List<X> texts, TextReader<X> reader) {
        List<Outcome<Read>> outcomes = new ArrayList<>();
        for (X text : texts) {
            try {
                Read read = reader.read(text);
                requirePositions(read.rows());
                outcomes.add(new Outcome<>(read, read.reading()));
            } catch (IllegalArgumentException e) {
                outcomes.add(new Outcome<>(null, TextReading.refused(0, e.getMessage())));
            }
        }
        return outcomes;
    }

    private static <T> List<Outcome<T>> computed(
            List<Outcome<Read>> texts, Function<List<Read>, List<T>> computation) {
        List<Read> reads = texts.stream().map(Outcome::value).filter(Objects::nonNull).toList();
        Iterator<Outcome<T>> computed = outcomes(reads, computation).iterator();
        List<Outcome<T>> outcomes = new ArrayList<>();
        for (Outcome<Read> text : texts) {
            outcomes.add(
                    text.value() == null ? new Outcome<>(null, text.reading()) : computed.next());
        }
        return outcomes;
    }

    void requirePositions(List<TokenizedText> rows) {
        OptionalInt positions = model.model().maxTokens();
        for (TokenizedText row : rows) {
            if (positions.isPresent() && row.length() > positions.getAsInt()) {
                throw new IllegalArgumentException(
                        "%s have it truncated"
                                .formatted(
                                        "the text has %s tokens, but the model has positions for %s: shorten it, or"
                                                .formatted(row.length(), positions.getAsInt())));
            }
        }
    }

    private static <T> List<Outcome<T>> outcomes(
            List<Read> reads, Function<List<Read>, List<T>> computation) {
        if (reads.isEmpty()) {
            return List.of();
        }
        try {
            List<T> values = computation.apply(reads);
            return IntStream.range(0, reads.size())
                    .mapToObj(i -> new Outcome<>(values.get(i), reads.get(i).reading()))
                    .toList();
        } catch (IllegalArgumentException | IllegalStateException e) {
            if (reads.size() > 1) {
                return reads.stream()
                        .flatMap(read -> outcomes(List.of(read), computation).stream())
                        .toList();
            }
            int tokens = reads.get(0).reading().tokens();
            return List.of(new Outcome<>(null, TextReading.refused(tokens, e.getMessage())));
        }
    }

    /** What is read from the model's outputs for a batch; arrays end with the call. */
    @FunctionalInterface
    interface Reader<T> {

        /**
         * Reads results.
         *
         * @param rows the rows of the batch, without padding
         * @param outputs what the model gives
         * @return one result for each row
         */
        List<T> read(List<TokenizedText> rows, ModelOutputs outputs);
    }

    /** Calls the model with sequences, some at a time, and reads a result for each. */
    <T> List<T> call(List<TokenizedText> sequences, Reader<T> reader) {
        return call(sequences, 1, reader);
    }

    /** Calls a model that gives a number of numbers for each token. */
    <T> List<T> call(List<TokenizedText> sequences, int each, Reader<T> reader) {
        long tokens = Math.min(TOKENS_TOGETHER, NUMBERS_TOGETHER / each);
        return batches(
                sequences,
                model.model().isCausal() ? ONE_ROW : tokens, // heads look for the last token
                (call, rows) -> reader.read(rows, model.run(inputs(call, rows))));
    }

    /**
     * Computes something of sequences that does not look at what rows are filled up with, some of
     * like length at a time; arrays end with each of the calls.
     */
    <T> List<T> batches(
            List<TokenizedText> sequences,
            BiFunction<NDManager, List<TokenizedText>, List<T>> computation) {
        return batches(sequences, TOKENS_TOGETHER, computation);
    }

    private <T> List<T> batches(
            List<TokenizedText> sequences,
            long tokens,
            BiFunction<NDManager, List<TokenizedText>, List<T>> computation) {
        boolean together = rowsAreApart() && tokenizer.padId().isPresent();
        return new LengthBatches(together ? tokens : ONE_ROW)
                .compute(
                        sequences,
                        TokenizedText::length,
                        model.model()::batchClass,
                        rows ->
                                EngineThreads.compute(
                                        model.manager(), () -> batch(rows, computation)));
    }

    private <T> List<T> batch(
            List<TokenizedText> rows,
            BiFunction<NDManager, List<TokenizedText>, List<T>> computation) {
        try (NDManager call = model.manager().newSubManager()) {
            return computation.apply(call, rows);
        }
    }

    /** Encoders hide padding; the heads of encoder-decoders look for the end of each row. */
    private boolean rowsAreApart() {
        return model.model() instanceof ModelWithHead
                || model.model().architecture().endsWith("EncoderModel");
    }

    /** The inputs for rows; without a mask where there is nothing to hide from an encoder. */
    ModelInputs inputs(NDManager manager, List<TokenizedText> rows) {
        Map<String, NDArray> arrays = arrays(manager, rows);
        int length = rows.get(0).length();
        boolean padded = rows.stream().anyMatch(row -> row.length() != length);
        if (!padded && model.model() instanceof ModelWithHead) {
            arrays.remove("attention_mask");
        }
        return new ModelInputs(arrays, null);
    }

    /**
     * Makes the arrays that the model is called with, the rows padded at their ends: positions
     * count from the first token.
     *
     * @param manager what they belong to
     * @param rows the rows, without padding
     * @return arrays (B, T) of int64 by the names of {@link #inputNames}
     */
    public Map<String, NDArray> arrays(NDManager manager, List<TokenizedText> rows) {
        TokenizedBatch batch = tokenizer.pad(rows, EncodeOptions.DEFAULT.withPadding(Side.RIGHT));
        Map<String, NDArray> arrays = new LinkedHashMap<>(batch.arrays(manager));
        arrays.keySet().retainAll(inputNames());
        return arrays;
    }

    /**
     * Returns what the model is called with.
     *
     * @return {@code input_ids}, {@code attention_mask} and, for models with segments, {@code
     *     token_type_ids}, as far as the model looks at them
     */
    public List<String> inputNames() {
        return tokenizer.inputNames().stream()
                .filter(name -> name.equals(TYPES) ? takesTypes() : TEXT_INPUTS.contains(name))
                .toList();
    }

    private boolean takesTypes() {
        return model.model() instanceof ModelWithHead task
                && task.base().inputNames().contains(TYPES);
    }

    /** Frees the tokenizer, and the weights unless their manager was the caller's. */
    @Override
    public void close() {
        tokenizer.close();
        model.close();
    }
}
