package org.attn4j.models.pretrained;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationHooks;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.SearchInput;
import org.attn4j.models.generate.StopCriterion;
import org.attn4j.models.generate.TokenListener;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * Generates text with a published model: continues prompts, or turns sources into targets, such as
 * translations and summaries. Prompts of different lengths make one batch. Several threads may use
 * it at once.
 */
public final class TextGenerator implements AutoCloseable {

    /** Settings that need text or a clock. */
    private static final Set<String> HEEDED = Set.of("stop_strings", "max_time");

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
     * @param loader how the model is loaded
     * @return the generator; closing it closes both
     * @throws IOException if a file is missing or malformed
     */
    public static TextGenerator load(Path folder, Pretrained.Loader loader) throws IOException {
        ModelTokenizer tokenizer = ModelTokenizer.load(folder);
        LoadedModel model = null;
        try {
            model = loader.load(folder);
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
     * Generates for one text.
     *
     * @param text the prompt or the source
     * @param request how
     * @return the best or the first of what is generated
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported
     */
    public GeneratedText generate(String text, GenerationRequest request) throws IOException {
        return generate(List.of(text), request).get(0).get(0);
    }

    /**
     * Generates for texts, in one batch.
     *
     * @param texts the prompts or the sources
     * @param request how
     * @return for each text what is generated, the best first
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported
     */
    public List<List<GeneratedText>> generate(List<String> texts, GenerationRequest request)
            throws IOException {
        if (texts.isEmpty()) {
            return List.of();
        }
        return new Call(request).generate(texts);
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
        private final JsonObject task;
        private final Generation generation;
        private final ModelTokenizer words;

        Call(GenerationRequest request) throws IOException {
            this.request = request;
            task = task(request.task());
            Map<String, JsonElement> arguments = new HashMap<>();
            task.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals("prefix"))
                    .forEach(entry -> arguments.put(entry.getKey(), entry.getValue()));
            if (request.arguments().containsKey("max_new_tokens")) {
                arguments.remove("max_length");
                arguments.remove("min_length"); // the task's, of texts of other lengths
            }
            boolean asked = request.sourceLanguage() != null || request.targetLanguage() != null;
            if (asked) {
                checkLanguages();
            }
            words =
                    asked && !marksByText()
                            ? tokenizer.withLanguages(
                                    request.sourceLanguage(), request.targetLanguage())
                            : tokenizer;
            if (request.targetLanguage() != null && !marksByText()) {
                int language = tokenizer.idOf(request.targetLanguage()).orElseThrow();
                arguments.put(languageArgument(), new JsonPrimitive(language));
            }
            arguments.putAll(request.arguments());
            generation = new Generation(model, arguments, HEEDED);
        }

        private JsonObject task(String name) {
            boolean known =
                    name != null
                            && model.config().get("task_specific_params") instanceof JsonObject all
                            && all.get(name) instanceof JsonObject;
            return known
                    ? model.config()
                            .getAsJsonObject("task_specific_params")
                            .getAsJsonObject(name)
                            .deepCopy()
                    : new JsonObject();
        }

        private void checkLanguages() {
            if (tokenizer.languages().isEmpty()) {
                throw new IllegalArgumentException(
                        "the model tells of no languages: leave them out");
            }
            if (marksByText()
                    && (request.sourceLanguage() != null
                            || !tokenizer.languages().contains(mark()))) {
                throw new IllegalArgumentException(
                        "the model takes a target language alone, one of "
                                + String.join(", ", tokenizer.languages())
                                + ", got source="
                                + request.sourceLanguage()
                                + ", target="
                                + request.targetLanguage());
            }
        }

        /** Whether the language to translate to stands before the text, as in Marian's models. */
        private boolean marksByText() {
            return tokenizer.languages().stream().allMatch(name -> name.startsWith(">>"));
        }

        private String mark() {
            String name = request.targetLanguage();
            return name == null || name.startsWith(">>") ? name : ">>" + name + "<<";
        }

        /** Where the target's language goes: first in the target, or in place of its start. */
        private String languageArgument() throws IOException {
            JsonElement start =
                    new Generation(model, Map.of(), HEEDED).setting("decoder_start_token_id");
            boolean isLanguage =
                    start == null
                            || tokenizer.languages().stream()
                                    .map(tokenizer::idOf)
                                    .anyMatch(id -> id.equals(OptionalInt.of(start.getAsInt())));
            return isLanguage ? "decoder_start_token_id" : "forced_bos_token_id";
        }

        List<List<GeneratedText>> generate(List<String> texts) {
            List<int[]> ids = texts.stream().map(this::encode).toList();
            int longest = ids.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
            int[] beginning = targetPrefix();
            int before = isEncoderDecoder() ? 1 + beginning.length : longest;
            GenerationConfig config = generation.config(before);
            List<int[]> prompts =
                    isEncoderDecoder() ? ids.stream().map(it -> new int[0]).toList() : ids;
            GenerationHooks hooks =
                    new GenerationHooks(
                            request.processors(),
                            request.allowed(),
                            stop(prompts),
                            listener(prompts, beginning, config));
            try (NDManager manager = model.manager().newSubManager()) {
                List<SearchInput> inputs =
                        ids.stream().map(it -> SearchInput.of(it).withPrompt(beginning)).toList();
                List<List<Hypothesis>> found = generation.find(manager, config, hooks, inputs);
                return IntStream.range(0, found.size())
                        .mapToObj(
                                i ->
                                        found.get(i).stream()
                                                .map(it -> text(prompts.get(i), it))
                                                .toList())
                        .toList();
            }
        }

        private TokenListener listener(
                List<int[]> prompts, int[] beginning, GenerationConfig config) {
            if (request.listener() == null) {
                return request.tokens();
            }
            return new TextStream(
                    request.listener(),
                    request.tokens(),
                    prompts,
                    beginning,
                    config.eosIds(),
                    this::decode,
                    this::text);
        }

        /**
         * The tokens that targets begin with, after the one of their language if that is forced.
         */
        private int[] targetPrefix() {
            if (request.targetPrefix() == null) {
                return new int[0];
            }
            if (!isEncoderDecoder()) {
                throw new IllegalArgumentException(
                        "the model goes on with its prompt: put the beginning there");
            }
            EncodeOptions bare = EncodeOptions.DEFAULT.withoutSpecialTokens();
            LongStream ids = LongStream.of(words.encodeTarget(request.targetPrefix(), bare).ids());
            JsonElement first = generation.setting("forced_bos_token_id");
            return LongStream.concat(
                            first == null ? LongStream.empty() : LongStream.of(first.getAsInt()),
                            ids)
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }

        private int[] encode(String text) {
            String whole = task.has("prefix") ? task.get("prefix").getAsString() + text : text;
            if (request.targetLanguage() != null && marksByText()) {
                whole = mark() + " " + whole;
            }
            OptionalInt most = isEncoderDecoder() ? words.maxLength() : OptionalInt.empty();
            EncodeOptions options =
                    most.isPresent() ? EncodeOptions.upTo(most.getAsInt()) : EncodeOptions.DEFAULT;
            int[] ids =
                    LongStream.of(words.encode(whole, options).ids())
                            .mapToInt(Math::toIntExact)
                            .toArray();
            if (ids.length == 0) {
                JsonElement begin = generation.setting("bos_token_id");
                if (begin == null) {
                    throw new IllegalArgumentException(
                            "the prompt has no tokens and the model none that begins texts: give a"
                                    + " prompt");
                }
                return new int[] {begin.getAsInt()};
            }
            return ids;
        }

        private String decode(long[] ids) {
            return words.decode(ids, true);
        }

        private GeneratedText text(int[] prompt, Hypothesis hypothesis) {
            long[] before = Arrays.stream(prompt).asLongStream().toArray();
            long[] own = Arrays.stream(hypothesis.ids()).asLongStream().toArray();
            String prefix = decode(before);
            String all =
                    decode(LongStream.concat(LongStream.of(before), LongStream.of(own)).toArray());
            String text = all.startsWith(prefix) ? all.substring(prefix.length()) : decode(own);
            return new GeneratedText(text, hypothesis);
        }

        private StopCriterion stop(List<int[]> prompts) {
            List<StopCriterion> criteria = new ArrayList<>();
            JsonElement strings = generation.setting("stop_strings");
            if (strings != null) {
                criteria.add(new StopStrings(words, strings(strings), prompts));
            }
            JsonElement seconds = generation.setting("max_time");
            if (seconds != null) {
                long end = System.nanoTime() + (long) (seconds.getAsDouble() * 1e9);
                criteria.add((input, ids) -> System.nanoTime() - end > 0);
            }
            return criteria.isEmpty()
                    ? null
                    : (input, ids) -> criteria.stream().anyMatch(it -> it.stops(input, ids));
        }

        private static List<String> strings(JsonElement element) {
            return element instanceof JsonArray array
                    ? StreamSupport.stream(array.spliterator(), false)
                            .map(JsonElement::getAsString)
                            .toList()
                    : List.of(element.getAsString());
        }
    }
}
