package org.attn4j.models.task;

import ai.djl.ndarray.NDManager;
import ai.djl.util.Progress;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationHooks;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.Lengths;
import org.attn4j.models.generate.SearchInput;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.generate.StopCriterion;
import org.attn4j.models.generate.TokenListener;
import org.attn4j.models.model.Generation;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextReading;

/**
 * Generates text with a published model: continues prompts, or turns sources into targets, such as
 * translations and summaries. Prompts of different lengths make one batch. Several threads may use
 * it at once.
 */
public final class TextGenerator implements AutoCloseable {

    /** So many texts are searched for in one call, which decodes some of them at a time. */
    private static final int MOST_IN_CALL = 256;

    private final LoadedModel model;
    private final ModelTokenizer tokenizer;
    private final boolean ownsModel;

    private TextGenerator(LoadedModel model, ModelTokenizer tokenizer, boolean ownsModel) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.ownsModel = ownsModel;
        if (!Generation.isPossible(model)) {
            throw new IllegalArgumentException(
                    model.model().architecture()
                            + " does not generate text: it has no language head");
        }
        if (model.model() instanceof SequenceToSequenceModel both) {
            requireSize("source", tokenizer.vocabularySize(), both.sourceVocabularySize());
            requireSize("target", tokenizer.targetVocabularySize(), both.targetVocabularySize());
        }
    }

    private static void requireSize(String side, int tokens, int known) {
        Require.that(
                tokens <= known,
                "the %s tokenizer has %s tokens, but the model knows %s: use the tokenizer that the"
                        + " model was trained with",
                side,
                tokens,
                known);
    }

    /**
     * Loads a model and its tokenizer.
     *
     * @param folder the model's folder
     * @return the generator; closing it closes both
     * @throws IOException if a file is missing or malformed
     */
    public static TextGenerator load(Path folder) throws IOException {
        return load(folder, Pretrained.loader());
    }

    /**
     * Loads a model and its tokenizer.
     *
     * @param folder the model's folder
     * @param loader how the model is loaded; its weights are packed for prediction, unless the
     *     loader makes it trainable
     * @return the generator; closing it closes both
     * @throws IOException if a file is missing or malformed
     */
    public static TextGenerator load(Path folder, Pretrained.Loader loader) throws IOException {
        ModelTokenizer tokenizer = ModelTokenizer.load(folder);
        LoadedModel model = null;
        try {
            model = loader.forPrediction().load(folder);
            return new TextGenerator(model, tokenizer, true);
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            if (model != null) {
                model.close();
            }
            throw e;
        }
    }

    /**
     * Generates with a model that is loaded.
     *
     * @param model the model, which stays the caller's
     * @param tokenizer its tokenizer, which stays the caller's
     * @return the generator
     * @throws IllegalArgumentException if the model has no language head
     */
    public static TextGenerator of(LoadedModel model, ModelTokenizer tokenizer) {
        return new TextGenerator(model, tokenizer, false);
    }

    /**
     * Returns whether the model reads a text and writes another, rather than continue it.
     *
     * @return whether it has an encoder
     */
    public boolean isEncoderDecoder() {
        return Generation.isEncoderDecoder(model);
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
     * Returns the model's own settings of generation.
     *
     * @return how it searches unless a request says otherwise
     * @throws IOException if they cannot be read
     * @throws IllegalArgumentException if one is malformed, unknown or not supported
     */
    public GenerationConfig settings() throws IOException {
        return new Generation(model, Map.of(), Generation.TEXT_SETTINGS).config(1);
    }

    /**
     * Generates for one text.
     *
     * @param text the prompt or the source
     * @param request how
     * @return the best or the first of what is generated
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported, or the
     *     text is longer than the model reads
     * @throws IllegalStateException if no token is possible
     */
    public GeneratedText generate(String text, GenerationRequest request) throws IOException {
        Call call = new Call(request, List.of(text));
        List<List<GeneratedText>> found = call.generate();
        if (call.problems[0] != null) {
            throw call.problems[0];
        }
        return found.get(0).get(0);
    }

    /**
     * Generates for texts, some of like length at a time. What is generated for one does not depend
     * on the others: lengths, positions, rules and what is drawn with a seed are counted from the
     * text itself.
     *
     * @param texts the prompts or the sources
     * @param request how
     * @return for each text what is generated, the best first; for one that cannot be done a text
     *     that is empty, whose {@link GeneratedText#reading} tells why
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported
     */
    public List<List<GeneratedText>> generate(List<String> texts, GenerationRequest request)
            throws IOException {
        if (texts.isEmpty()) {
            return List.of();
        }
        return new Call(request, texts).generate();
    }

    /** Closes model and tokenizer, unless they are the caller's. */
    @Override
    public void close() {
        if (ownsModel) {
            model.close();
            tokenizer.close();
        }
    }

    /** One call, with what it adds to the model's settings. */
    private final class Call {

        private final GenerationRequest request;
        private final TextSides sides;
        private final Generation generation;
        private final ModelTokenizer words;
        private final int[] beginning;
        private final GenerationConfig config;
        private final List<SearchInput> inputs;
        private final TextReading[] readings;
        private final RuntimeException[] problems; // null for what can be done
        private final TokenListener listener;

        Call(GenerationRequest request, List<String> texts) throws IOException {
            this.request = request;
            sides =
                    TextSides.of(
                            model,
                            tokenizer,
                            request.task(),
                            request.sourceLanguage(),
                            request.targetLanguage());
            words = sides.tokenizer();
            Map<String, JsonElement> arguments = new HashMap<>(sides.taskSettings().asMap());
            if (request.arguments().containsKey("max_new_tokens")) {
                arguments.remove("max_length");
                arguments.remove("min_length"); // the task's, of texts of other lengths
            }
            arguments.putAll(sides.targetLanguage());
            arguments.putAll(request.arguments());
            generation = new Generation(model, arguments, Generation.TEXT_SETTINGS);
            Require.that(
                    !request.truncate() || isEncoderDecoder(),
                    "the model goes on with its prompt, of which nothing can be cut: shorten it");
            beginning = targetPrefix();
            config = generation.config(isEncoderDecoder() ? 1 + beginning.length : 1);
            readings = new TextReading[texts.size()];
            problems = new RuntimeException[texts.size()];
            inputs =
                    generation.withStarts(
                            IntStream.range(0, texts.size())
                                    .mapToObj(i -> input(i, texts.get(i)))
                                    .toList());
            listener = listener();
            generation.check(config, hooks());
        }

        /** What a text is generated from; of one that cannot be read its problem is kept. */
        private SearchInput input(int index, String text) {
            int[] ids = new int[0];
            try {
                ids = encode(index, text);
                requirePositions(ids.length);
                return SearchInput.of(ids).withPrompt(beginning).withLengths(lengths(ids.length));
            } catch (IllegalArgumentException e) {
                refuse(index, ids.length, e);
                return SearchInput.of(ids);
            }
        }

        private Lengths lengths(int tokens) {
            Lengths lengths =
                    generation.lengths(isEncoderDecoder() ? 1 + beginning.length : tokens);
            return config.maxLengthFactor() == 0
                    ? lengths
                    : new Lengths(
                            lengths.least(), Math.min(lengths.most(), config.maxLengthFor(tokens)));
        }

        private void refuse(int index, int tokens, RuntimeException problem) {
            problems[index] = problem;
            readings[index] = TextReading.refused(tokens, problem.getMessage());
        }

        private void requirePositions(int tokens) {
            OptionalInt positions = model.model().maxTokens();
            if (positions.isPresent() && tokens > positions.getAsInt()) {
                throw new IllegalArgumentException(
                        "the text has %s tokens, but the model has positions for %s: shorten it%s"
                                .formatted(
                                        tokens,
                                        positions.getAsInt(),
                                        isEncoderDecoder() ? ", or have it truncated" : ""));
            }
        }

        List<List<GeneratedText>> generate() {
            List<List<GeneratedText>> found = new ArrayList<>();
            for (TextReading reading : readings) {
                found.add(List.of(GeneratedText.refused(reading)));
            }
            List<Integer> indices =
                    IntStream.range(0, inputs.size())
                            .filter(index -> problems[index] == null)
                            .boxed()
                            .sorted(Comparator.comparingInt(i -> inputs.get(i).source().length))
                            .toList();
            Progress progress = request.progress();
            if (progress != null) {
                progress.reset("generate", indices.size());
                progress.start(0);
            }
            for (int from = 0; from < indices.size(); from += MOST_IN_CALL) {
                int to = Math.min(indices.size(), from + MOST_IN_CALL);
                generate(indices.subList(from, to), found);
                if (progress != null) {
                    progress.increment(to - from);
                }
            }
            if (progress != null) {
                progress.end();
            }
            return found;
        }

        /** Generates for some texts; if one of them cannot be done, for each half by itself. */
        private void generate(List<Integer> some, List<List<GeneratedText>> found) {
            int[] indices = some.stream().mapToInt(Integer::intValue).toArray();
            List<List<Hypothesis>> results;
            try (NDManager manager = model.manager().newSubManager()) {
                List<SearchInput> batch = some.stream().map(inputs::get).toList();
                results = generation.find(manager, config, hooks().of(indices), batch, false);
            } catch (IllegalArgumentException | IllegalStateException e) {
                if (indices.length > 1 && listener != null) {
                    throw e; // who listens was told of the others already
                }
                if (indices.length > 1) {
                    int half = indices.length / 2;
                    generate(some.subList(0, half), found);
                    generate(some.subList(half, indices.length), found);
                } else {
                    refuse(indices[0], readings[indices[0]].tokens(), e);
                    found.set(indices[0], List.of(GeneratedText.refused(readings[indices[0]])));
                }
                return;
            }
            for (int i = 0; i < indices.length; i++) {
                int index = indices[i];
                found.set(index, results.get(i).stream().map(it -> text(index, it)).toList());
            }
        }

        private GenerationHooks hooks() {
            return new GenerationHooks(
                    request.processors(), request.allowed(), stop(), listener, request.shortlist());
        }

        private TokenListener listener() {
            if (request.listener() == null) {
                return request.tokens();
            }
            return new TextStream(
                    request.listener(),
                    request.tokens(),
                    IntStream.range(0, inputs.size()).mapToObj(this::prompt).toList(),
                    beginning,
                    config.eosIds(),
                    this::decode,
                    this::text);
        }

        /** The tokens that a text goes on with; none before a target. */
        private int[] prompt(int index) {
            return isEncoderDecoder() ? new int[0] : inputs.get(index).source();
        }

        /**
         * The tokens that targets begin with, after the one of their language if that is forced.
         */
        private int[] targetPrefix() {
            if (request.targetPrefix() == null) {
                return new int[0];
            }
            Require.that(
                    isEncoderDecoder(),
                    "the model goes on with its prompt: put the beginning there");
            EncodeOptions bare = EncodeOptions.DEFAULT.withoutSpecialTokens();
            LongStream ids = LongStream.of(words.encodeTarget(request.targetPrefix(), bare).ids());
            JsonElement first = generation.setting("forced_bos_token_id");
            return LongStream.concat(
                            first == null ? LongStream.empty() : LongStream.of(first.getAsInt()),
                            ids)
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }

        private int[] encode(int index, String text) {
            String whole = sides.before() + text;
            long[] all = words.encode(whole, EncodeOptions.DEFAULT).ids();
            long[] read = all;
            OptionalInt most = limit();
            if (request.truncate() && most.isPresent() && all.length > most.getAsInt()) {
                read = words.encode(whole, EncodeOptions.upTo(most.getAsInt())).ids();
            }
            readings[index] = new TextReading(all.length, read.length, null);
            int[] ids = LongStream.of(read).mapToInt(Math::toIntExact).toArray();
            if (ids.length == 0) {
                JsonElement begin = generation.setting("bos_token_id");
                Require.that(
                        begin != null,
                        "the prompt has no tokens and the model none that begins texts:"
                                + " give a prompt");
                return new int[] {begin.getAsInt()};
            }
            return ids;
        }

        /** How many tokens are read of a text that may be cut. */
        private OptionalInt limit() {
            return words.maxLength(model.model().maxTokens());
        }

        private String decode(long[] ids) {
            return words.decode(ids, true);
        }

        private GeneratedText text(int index, Hypothesis hypothesis) {
            long[] before = Arrays.stream(prompt(index)).asLongStream().toArray();
            long[] own = Arrays.stream(hypothesis.ids()).asLongStream().toArray();
            String prefix = decode(before);
            String all =
                    decode(LongStream.concat(LongStream.of(before), LongStream.of(own)).toArray());
            String text = all.startsWith(prefix) ? all.substring(prefix.length()) : decode(own);
            return new GeneratedText(text, hypothesis, readings[index]);
        }

        /** When texts that are begun now are done. */
        private StopCriterion stop() {
            List<StopCriterion> criteria = new ArrayList<>();
            JsonElement strings = generation.setting("stop_strings");
            if (strings != null) {
                List<int[]> prompts =
                        IntStream.range(0, inputs.size()).mapToObj(this::prompt).toList();
                criteria.add(new StopStrings(words, strings(strings), prompts));
            }
            JsonElement seconds = generation.setting("max_time");
            if (seconds != null) {
                double most = seconds(seconds);
                long start = System.nanoTime();
                criteria.add((input, ids) -> (System.nanoTime() - start) / 1e9 > most);
            }
            return criteria.isEmpty()
                    ? null
                    : (input, ids) -> criteria.stream().anyMatch(it -> it.stops(input, ids));
        }

        private static List<String> strings(JsonElement element) {
            JsonArray all = new JsonArray();
            if (element instanceof JsonArray given) {
                all.addAll(given);
            } else {
                all.add(element);
            }
            List<String> strings = new ArrayList<>();
            for (JsonElement each : all) {
                if (!(each instanceof JsonPrimitive text) || !text.isString()) {
                    throw new IllegalArgumentException(
                            "stop_strings must be a string or a list of strings, got " + element);
                }
                strings.add(each.getAsString());
            }
            return strings;
        }

        private static double seconds(JsonElement element) {
            boolean number = element instanceof JsonPrimitive given && given.isNumber();
            Require.that(
                    number && element.getAsDouble() >= 0,
                    "max_time must be a number of seconds, 0 or more, got %s",
                    element);
            return element.getAsDouble();
        }
    }
}
