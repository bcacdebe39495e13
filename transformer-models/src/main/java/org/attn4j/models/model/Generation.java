package org.attn4j.models.model;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.common.Require;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;
import org.attn4j.models.generate.GenerationHooks;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.Lengths;
import org.attn4j.models.generate.PromptSearch;
import org.attn4j.models.generate.Search;
import org.attn4j.models.generate.SearchInput;
import org.attn4j.models.generate.SequenceToSequenceModel;

/** A call of transformers' {@code generate}: a model, its settings, and those of the call. */
public final class Generation {

    /** Settings that need text or a clock, so that a caller applies them. */
    public static final Set<String> TEXT_SETTINGS = Set.of("stop_strings", "max_time");

    /** The setting of a task that stands before each of its texts. */
    public static final String TASK_PREFIX = "prefix";

    private final LoadedModel loaded;
    private final JsonObject defaults;
    private final Map<String, JsonElement> arguments;
    private final Set<String> callersOwn;

    /**
     * Prepares a call.
     *
     * @param loaded the model
     * @param arguments the arguments of the call, which go before the settings of the model
     * @param callersOwn settings that the caller sees to by itself
     * @throws IOException if the settings are malformed
     */
    public Generation(
            LoadedModel loaded, Map<String, JsonElement> arguments, Set<String> callersOwn)
            throws IOException {
        this.loaded = loaded;
        this.arguments = arguments;
        this.callersOwn = callersOwn;
        defaults = loaded.generationConfig().orElseGet(() -> defaults(loaded));
    }

    private static JsonObject defaults(LoadedModel loaded) {
        GenerationConfig own = loaded.model().generationDefaults();
        return own == null
                ? GenerationConfigJson.ofModelConfig(loaded.config())
                : GenerationConfigJson.json(own);
    }

    /**
     * Returns whether a model generates.
     *
     * @param loaded the model
     * @return whether it is an encoder-decoder or has a causal language head
     */
    public static boolean isPossible(LoadedModel loaded) {
        return isEncoderDecoder(loaded) || loaded.model() instanceof CausalModel;
    }

    /**
     * Returns whether a model reads a source and generates a target, rather than continue a prompt.
     *
     * @param loaded the model
     * @return whether it is an encoder-decoder
     */
    public static boolean isEncoderDecoder(LoadedModel loaded) {
        return loaded.model() instanceof SequenceToSequenceModel;
    }

    /**
     * Returns what is searched for.
     *
     * @param promptLength how many tokens stand before the first that is generated
     * @return the configuration of the search
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported
     */
    public GenerationConfig config(int promptLength) {
        JsonObject file = defaults.deepCopy();
        Map<String, JsonElement> call = new HashMap<>(arguments);
        for (String key : callersOwn) {
            file.remove(key);
            call.remove(key);
        }
        return GenerationConfigJson.readPublished(
                file, call, promptLength, isEncoderDecoder(loaded));
    }

    /**
     * Returns how long one target may be.
     *
     * @param promptLength how many tokens stand before the first that is generated
     * @return the lengths
     */
    public Lengths lengths(int promptLength) {
        return GenerationConfigJson.lengths(
                defaults, arguments, promptLength, isEncoderDecoder(loaded));
    }

    /**
     * Returns a setting of the call, or else of the model.
     *
     * @param name its name
     * @return its value; null if neither has it
     */
    public JsonElement setting(String name) {
        JsonElement value = arguments.containsKey(name) ? arguments.get(name) : defaults.get(name);
        return value == null || value.isJsonNull() ? null : value;
    }

    /**
     * Refuses what no input could be generated with, before anything is computed.
     *
     * @param config the configuration of the search
     * @param hooks what looks on or changes scores
     * @throws IllegalArgumentException if an id is no token, or hooks and configuration exclude
     *     each other
     */
    public void check(GenerationConfig config, GenerationHooks hooks) {
        Search.of(config, hooks);
        int read =
                loaded.model() instanceof SequenceToSequenceModel model
                        ? model.sourceVocabularySize()
                        : vocabularySize();
        GenerationConfigJson.checkTokens(config, read, vocabularySize());
    }

    /**
     * Returns how many tokens the model chooses from.
     *
     * @return V of the target
     */
    public int vocabularySize() {
        return loaded.model() instanceof SequenceToSequenceModel model
                ? model.targetVocabularySize()
                : ((CausalModel) loaded.model()).vocabularySize();
    }

    /**
     * Generates.
     *
     * @param manager where arrays are made
     * @param config the configuration of the search
     * @param hooks what looks on or changes scores
     * @param inputs what {@link #withStarts} gave
     * @param inOneBatch whether prompts are one call, as a batch is in transformers, in which the
     *     longest may change what the others give
     * @return for each input what is found, the best first
     */
    public List<List<Hypothesis>> find(
            NDManager manager,
            GenerationConfig config,
            GenerationHooks hooks,
            List<SearchInput> inputs,
            boolean inOneBatch) {
        boolean asksOthers =
                hooks.listener() != null
                        || hooks.allowed() != null
                        || !hooks.processors().isEmpty();
        Supplier<List<List<Hypothesis>>> search =
                () -> search(manager, config, hooks, inputs, inOneBatch);
        return asksOthers
                ? EngineThreads.converse(manager, search)
                : EngineThreads.compute(manager, search);
    }

    private List<List<Hypothesis>> search(
            NDManager manager,
            GenerationConfig config,
            GenerationHooks hooks,
            List<SearchInput> inputs,
            boolean inOneBatch) {
        if (loaded.model() instanceof SequenceToSequenceModel model) {
            return Search.of(config, hooks).find(model, manager, inputs);
        }
        if (loaded.model() instanceof CausalModel model) {
            PromptSearch search = new PromptSearch(config, hooks);
            return inOneBatch
                    ? search.findInOneBatch(model, manager, inputs)
                    : search.find(model, manager, inputs);
        }
        throw new IllegalArgumentException(
                loaded.model().architecture()
                        + " does not generate: load the model with a language head, such as"
                        + " optArchitecture(\"GPT2LMHeadModel\")");
    }

    /**
     * Gives each input a start token of its own where {@code decoder_start_token_id} is a list.
     *
     * @param inputs the inputs
     * @return the inputs with their starts
     * @throws IllegalArgumentException if there are not as many starts as inputs
     */
    public List<SearchInput> withStarts(List<SearchInput> inputs) {
        if (!(setting("decoder_start_token_id") instanceof JsonArray starts)) {
            return inputs;
        }
        Require.that(
                starts.size() == inputs.size(),
                "decoder_start_token_id must be one token or one for each input, got %s"
                        + " tokens for %s inputs",
                starts.size(),
                inputs.size());
        List<SearchInput> started = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            SearchInput input = inputs.get(i);
            int[] start = {starts.get(i).getAsInt()};
            started.add(input.context() == null ? input.withContext(start) : input);
        }
        return started;
    }
}
