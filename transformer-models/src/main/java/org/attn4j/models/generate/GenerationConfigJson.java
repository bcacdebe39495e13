package org.attn4j.models.generate;

import static org.attn4j.models.generate.GenerationConfig.MOST_BEAMS;
import static org.attn4j.models.generate.GenerationConfig.MOST_SEQUENCES;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;

/**
 * Reads and writes a {@link GenerationConfig} as {@code generation_config.json}, with Hugging
 * Face's keys where there are any.
 *
 * <p>A setting that is not supported is accepted only at a value that changes nothing, such as
 * {@code "do_sample": false}, and refused by name otherwise.
 */
public final class GenerationConfigJson {

    private static final String FILE = "generation_config.json";

    /** What errors call the settings of a call and of a file together. */
    static final String PUBLISHED = "generation settings";

    /** What {@code max_length} is where nothing is said. */
    private static final int DEFAULT_MAX_LENGTH = 20;

    /** An id that stands for no token. */
    private static final int NONE = -1;

    /** What transformers does where a file says nothing, but for the length. */
    private static final GenerationConfig UNSET =
            GenerationConfig.DEFAULTS.withBeams(1).withRelativeLength(0, 1);

    private static final Sampling UNSET_SAMPLING = Sampling.DEFAULTS.withTopK(50);

    /** Keys that change nothing that is generated. */
    private static final Set<String> NO_EFFECT =
            Set.of(
                    "assistant_confidence_threshold",
                    "assistant_lookbehind",
                    "bos_token_id",
                    "cache_config",
                    "compile_config",
                    "continuous_batching_config",
                    "disable_compile",
                    "generation_kwargs",
                    "low_memory",
                    "max_cache_len",
                    "max_matching_ngram_size",
                    "num_assistant_tokens",
                    "num_assistant_tokens_schedule",
                    "output_attentions",
                    "output_hidden_states",
                    "output_logits",
                    "output_scores",
                    "prefill_chunk_size",
                    "return_dict_in_generate",
                    "return_legacy_cache",
                    "target_lookbehind",
                    "transformers_version",
                    "use_cache");

    /** Settings of other ways to generate, with the values at which they change nothing. */
    private static final Set<String> NEUTRAL =
            Set.of(
                    "diversity_penalty=0",
                    "guidance_scale=1",
                    "is_assistant=false",
                    "num_beam_groups=1",
                    "penalty_alpha=0",
                    "token_healing=false",
                    "use_mtp=false");

    private static final RecordCodec<TokenRules> RULES =
            RecordCodec.snakeCase(TokenRules.NONE)
                    .form(
                            "sequenceBias",
                            "a list of pairs of tokens and a number",
                            GenerationConfigJson::biases,
                            GenerationConfigJson::pairs)
                    .key("badWords", "bad_words_ids")
                    .form(
                            "badWords",
                            "a list of lists of tokens",
                            words ->
                                    array(words).asList().stream()
                                            .map(it -> ids(array(it)))
                                            .toList(),
                            GenerationConfigJson::words)
                    .key("removeInvalid", "remove_invalid_values")
                    .key("lengthDecay", "exponential_decay_length_penalty")
                    .form(
                            "lengthDecay",
                            "a start and a factor",
                            GenerationConfigJson::decay,
                            GenerationConfigJson::pair)
                    .key("beginSuppressed", "begin_suppress_tokens")
                    .form(
                            "beginSuppressed",
                            "a list of tokens",
                            tokens -> ids(array(tokens)),
                            GenerationConfigJson::written)
                    .key("renormalise", "renormalize_logits")
                    .optional(
                            "sequenceBias",
                            "encoderRepetitionPenalty",
                            "repetitionPenalty",
                            "noRepeatNgramSize",
                            "encoderNoRepeatNgramSize",
                            "badWords",
                            "removeInvalid",
                            "lengthDecay",
                            "beginSuppressed",
                            "renormalise");

    private static final RecordCodec<Sampling> SAMPLING =
            RecordCodec.snakeCase(Sampling.DEFAULTS)
                    .optional(
                            "temperature",
                            "topP",
                            "minP",
                            "topH",
                            "typicalP",
                            "epsilonCutoff",
                            "etaCutoff");

    private static final RecordCodec<GenerationConfig> CODEC =
            RecordCodec.snakeCase(GenerationConfig.DEFAULTS)
                    .key("beams", "num_beams")
                    .form("beams", "from 1 to " + MOST_BEAMS, count(MOST_BEAMS), JsonPrimitive::new)
                    .key("nBest", "num_return_sequences")
                    .form(
                            "nBest",
                            "from 1 to " + MOST_SEQUENCES,
                            count(MOST_SEQUENCES),
                            JsonPrimitive::new)
                    .key("alpha", "length_penalty")
                    .key("lengthPenalty", "length_penalty_type")
                    .form(
                            "earlyStopping",
                            "true, false or \"never\"",
                            GenerationConfigJson::earlyStopping,
                            GenerationConfigJson::written)
                    .key("minLength", "min_new_tokens")
                    .key("maxLength", "max_new_tokens")
                    .key("suppressedIds", "suppress_tokens")
                    .form(
                            "suppressedIds",
                            "a list of tokens",
                            tokens -> ids(array(tokens)),
                            GenerationConfigJson::written)
                    .key("forcedBosId", "forced_bos_token_id")
                    .<Integer>form(
                            "forcedBosId",
                            "a token",
                            id -> oneOrMore(id).get(0),
                            id -> new JsonPrimitive(id))
                    .key("forcedEosIds", "forced_eos_token_id")
                    .form(
                            "forcedEosIds",
                            "a token or a list of tokens",
                            GenerationConfigJson::oneOrMore,
                            GenerationConfigJson::oneOrMore)
                    .part("rules", it -> RULES.readPart(it, TokenRules.NONE), RULES::write)
                    .part("sampling", GenerationConfigJson::sampling, GenerationConfigJson::drawn)
                    .key("cache", "cache_implementation")
                    .form(
                            "cache",
                            "the name of a cache",
                            GenerationConfigJson::cache,
                            cache -> new JsonPrimitive(cache.name().toLowerCase(Locale.ROOT)))
                    .key("padId", "pad_token_id")
                    .key("eosIds", "eos_token_id")
                    .form(
                            "eosIds",
                            "a token or a list of tokens",
                            GenerationConfigJson::oneOrMore,
                            GenerationConfigJson::oneOrMore)
                    .key("decoderStartId", "decoder_start_token_id")
                    .form(
                            "decoderStartId",
                            "a token",
                            id -> whole(id instanceof JsonArray ids ? ids.get(0) : id),
                            JsonPrimitive::new)
                    .optional("suppressedIds", "forcedBosId", "forcedEosIds", "cache");

    private GenerationConfigJson() {}

    /**
     * Writes a configuration.
     *
     * @param config the configuration
     * @return the text of its {@code generation_config.json}
     */
    public static String write(GenerationConfig config) {
        return RecordCodec.text(json(config));
    }

    /**
     * Returns a configuration as JSON.
     *
     * @param config the configuration
     * @return the content of its {@code generation_config.json}
     */
    public static JsonObject json(GenerationConfig config) {
        return CODEC.write(config);
    }

    private static JsonObject drawn(Sampling sampling) {
        JsonObject json = new JsonObject();
        json.addProperty("do_sample", true);
        SAMPLING.write(sampling).entrySet().forEach(it -> json.add(it.getKey(), it.getValue()));
        return json;
    }

    private static JsonElement pairs(Map<List<Integer>, Double> biases) {
        JsonArray pairs = new JsonArray();
        biases.forEach(
                (tokens, bias) -> {
                    JsonArray pair = new JsonArray();
                    pair.add(written(tokens));
                    pair.add(bias);
                    pairs.add(pair);
                });
        return pairs;
    }

    private static JsonElement words(List<List<Integer>> words) {
        JsonArray array = new JsonArray();
        words.forEach(word -> array.add(written(word)));
        return array;
    }

    private static JsonElement pair(ExponentialDecay decay) {
        JsonArray pair = new JsonArray();
        pair.add(decay.start());
        pair.add(decay.factor());
        return pair;
    }

    private static JsonArray written(List<Integer> ids) {
        JsonArray array = new JsonArray();
        ids.forEach(array::add);
        return array;
    }

    private static JsonElement oneOrMore(List<Integer> ids) {
        return ids.isEmpty()
                ? null
                : ids.size() == 1 ? new JsonPrimitive(ids.get(0)) : written(ids);
    }

    private static JsonPrimitive written(EarlyStopping stopping) {
        return switch (stopping) {
            case ALWAYS -> new JsonPrimitive(true);
            case HEURISTIC -> new JsonPrimitive(false);
            case NEVER -> new JsonPrimitive("never");
        };
    }

    /**
     * Reads a configuration. Keys that are absent take Hugging Face's defaults: one beam, length
     * penalty 1, targets of at most 20 tokens, the start token included.
     *
     * @param text the text of a {@code generation_config.json}
     * @return the configuration
     * @throws IllegalArgumentException if the text is not a JSON object, or holds a key that is
     *     unknown or a value that does not fit or is not supported
     */
    public static GenerationConfig read(String text) {
        return read(Settings.parse(text, FILE).json());
    }

    /**
     * Reads a configuration that is parsed already.
     *
     * @param json the object of a {@code generation_config.json}
     * @return the configuration
     * @throws IllegalArgumentException if it holds a key that is unknown or a value that does not
     *     fit
     */
    public static GenerationConfig read(JsonObject json) {
        JsonObject all = merged(json, Map.of());
        Settings settings = new Settings(all, FILE);
        Lengths lengths = lengths(settings, DEFAULT_MAX_LENGTH - 1, 1);
        return read(settings, lengths, UNSET);
    }

    /**
     * Returns the settings of generation that a model's configuration holds, as it does where there
     * is no {@code generation_config.json}.
     *
     * @param config the content of {@code config.json}
     * @return the settings; those of the configuration itself go before its decoder's
     */
    public static JsonObject ofModelConfig(JsonObject config) {
        JsonObject settings = new JsonObject();
        for (JsonElement part :
                Arrays.asList(config.get("text_config"), config.get("decoder"), config)) {
            if (part instanceof JsonObject object) {
                object.keySet().stream()
                        .filter(ConfigReader::isOfGeneration)
                        .filter(key -> !object.get(key).isJsonNull())
                        .forEach(key -> settings.add(key, object.get(key)));
            }
        }
        return settings;
    }

    /**
     * Returns the settings that {@link #readPublished} refuses because they are not known or not
     * supported.
     *
     * @param file the content of {@code generation_config.json}
     * @return their names
     */
    public static List<String> unsupported(JsonObject file) {
        Settings none = new Settings(new JsonObject(), "no settings");
        lengths(none, 1, 0);
        CODEC.readPart(none, UNSET);
        return file.keySet().stream()
                .filter(key -> !none.isRead(key) && !changesNothing(key, file.get(key)))
                .sorted()
                .toList();
    }

    /**
     * Reads what a call of transformers' {@code generate} does. Older keys of lengths count the
     * prompt. Where no length is given, a prompt is continued by 20 tokens, and a target has 20
     * tokens with its start token.
     *
     * @param file the content of {@code generation_config.json}
     * @param arguments the arguments of the call by the same names, which go before the file
     * @param promptLength how many tokens stand before the first that is generated: the prompt's,
     *     or 1 for a start token
     * @param encoderDecoder whether the model has an encoder, so that its decoder needs a start
     *     token
     * @return the configuration
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported
     */
    public static GenerationConfig readPublished(
            JsonObject file,
            Map<String, JsonElement> arguments,
            int promptLength,
            boolean encoderDecoder) {
        JsonObject all = merged(file, arguments);
        Settings settings = new Settings(all, PUBLISHED);
        Lengths lengths = lengths(settings, most(promptLength, encoderDecoder), promptLength);
        if (encoderDecoder && !settings.has("decoder_start_token_id")) {
            Require.that(
                    settings.has("bos_token_id"),
                    "%s: an encoder-decoder model needs a decoder_start_token_id",
                    PUBLISHED);
            all.add("decoder_start_token_id", all.get("bos_token_id"));
        }
        List<Integer> ends =
                settings.value("eos_token_id", "tokens", GenerationConfigJson::oneOrMore);
        int pad = ends == null || ends.isEmpty() ? 0 : ends.get(0);
        // Minimal lengths may be too great here, see lengths(), which hold for each target.
        Lengths fitting =
                new Lengths(Math.min(lengths.least(), lengths.most() - 1), lengths.most());
        return read(settings, fitting, UNSET.withTokens(pad, List.of(), 0));
    }

    private static GenerationConfig read(
            Settings settings, Lengths lengths, GenerationConfig unset) {
        JsonObject all = settings.json(); // a copy that merged() made
        all.addProperty("min_new_tokens", lengths.least());
        all.addProperty("max_new_tokens", lengths.most());
        List<Integer> pads =
                settings.value("pad_token_id", "a token", GenerationConfigJson::oneOrMore);
        if (pads != null) {
            all.addProperty("pad_token_id", pads.isEmpty() ? unset.padId() : pads.get(0));
        }
        GenerationConfig config = CODEC.readPart(settings, unset);
        Set<String> left = settings.left();
        left.removeIf(key -> changesNothing(key, all.get(key)));
        Require.that(
                left.isEmpty(),
                "%s: settings that are not supported: %s; leave them out, or allow unknown settings of the model (--allow-unknown-settings)",
                settings.file(),
                String.join(", ", left));
        return config;
    }

    private static boolean changesNothing(String key, JsonElement value) {
        return key.startsWith("_")
                || NO_EFFECT.contains(key)
                || value.isJsonNull()
                || NEUTRAL.contains(key + "=" + plain(value));
    }

    /** A value as it is written in {@link #NEUTRAL}, 0.0 as 0. */
    private static String plain(JsonElement element) {
        boolean number = element instanceof JsonPrimitive primitive && primitive.isNumber();
        double value = number ? element.getAsDouble() : Double.NaN;
        return value == 0 || value == 1 ? String.valueOf((int) value) : element.toString();
    }

    /**
     * Holds a configuration against the model that it is for, before memory is taken.
     *
     * @param config the configuration
     * @param sourceVocabularySize how many tokens the model reads
     * @param vocabularySize how many tokens there are to choose from
     * @throws IllegalArgumentException if it names an id that no token has, or asks for more rows
     *     than there can be scores for
     */
    public static void checkTokens(
            GenerationConfig config, int sourceVocabularySize, int vocabularySize) {
        TokenIds.check(PUBLISHED, config, sourceVocabularySize, vocabularySize);
    }

    /**
     * Reads how long one target of such a call may be. Prompts of a batch differ in it, where older
     * keys count them.
     *
     * @param file the content of {@code generation_config.json}
     * @param arguments the arguments of the call by the same names, which go before the file
     * @param promptLength how many tokens stand before the first that is generated
     * @param encoderDecoder whether the model has an encoder
     * @return the lengths
     * @throws IllegalArgumentException if a length is malformed, or the prompt has as many tokens
     *     as prompt and continuation may have
     */
    public static Lengths lengths(
            JsonObject file,
            Map<String, JsonElement> arguments,
            int promptLength,
            boolean encoderDecoder) {
        Settings settings = new Settings(merged(file, arguments), PUBLISHED);
        return lengths(settings, most(promptLength, encoderDecoder), promptLength);
    }

    private static int most(int promptLength, boolean encoderDecoder) {
        boolean countsPrompt = encoderDecoder && promptLength < DEFAULT_MAX_LENGTH;
        return DEFAULT_MAX_LENGTH - (countsPrompt ? promptLength : 0);
    }

    /** The settings of both; an argument's older key of a length goes before the file's newer. */
    private static JsonObject merged(JsonObject file, Map<String, JsonElement> arguments) {
        JsonObject all = new JsonObject();
        file.entrySet().forEach(it -> all.add(it.getKey(), it.getValue()));
        if (arguments.containsKey("max_length")) {
            all.remove("max_new_tokens");
        }
        if (arguments.containsKey("min_length")) {
            all.remove("min_new_tokens");
        }
        arguments.forEach(all::add);
        return all;
    }

    /** Older keys of lengths count the prompt; the newer ones take precedence. */
    private static Lengths lengths(Settings settings, int otherwise, int promptLength) {
        Integer least = length(settings, "min_new_tokens");
        Integer leastWithPrompt = length(settings, "min_length");
        Integer most = length(settings, "max_new_tokens");
        Integer mostWithPrompt = length(settings, "max_length");
        if (least == null) {
            least = leastWithPrompt == null ? 0 : Math.max(leastWithPrompt - promptLength, 0);
        }
        if (most == null) {
            most = mostWithPrompt == null ? otherwise : mostWithPrompt - promptLength;
            Require.that(
                    most >= 1,
                    "%s: max_length counts the tokens before the first generated one and must be more than they are, got max_length=%s, tokens=%s",
                    settings.file(),
                    most + promptLength,
                    promptLength);
        }
        return new Lengths(least, most);
    }

    private static Integer length(Settings settings, String key) {
        Integer length = settings.value(key, Integer.class);
        if (length != null && (length < 0 || length > GenerationConfig.MOST_TOKENS)) {
            throw settings.invalid(key, "from 0 to " + GenerationConfig.MOST_TOKENS);
        }
        return length;
    }

    /** Reads what is drawn by in any case, so that a malformed value is refused. */
    private static Sampling sampling(Settings settings) {
        Sampling sampling = SAMPLING.readPart(settings, UNSET_SAMPLING);
        return Boolean.TRUE.equals(settings.value("do_sample", Boolean.class)) ? sampling : null;
    }

    private static JsonArray array(JsonElement element) {
        return element.getAsJsonArray();
    }

    private static double number(JsonElement element) {
        if (!element.getAsJsonPrimitive().isNumber()) {
            throw new IllegalStateException();
        }
        return element.getAsDouble();
    }

    private static int whole(JsonElement element) {
        number(element);
        return element.getAsBigDecimal().intValueExact();
    }

    private static Function<JsonElement, Integer> count(int most) {
        return element -> {
            int count = whole(element);
            Require.that(count >= 1 && count <= most, "from 1 to %s", most);
            return count;
        };
    }

    private static List<Integer> ids(JsonArray array) {
        return array.asList().stream().map(GenerationConfigJson::whole).toList();
    }

    /** One token or a list of them; −1 stands for none. */
    private static List<Integer> oneOrMore(JsonElement element) {
        List<Integer> ids =
                element instanceof JsonArray array ? ids(array) : List.of(whole(element));
        Require.that(ids.stream().allMatch(id -> id >= NONE), "tokens are at least 0");
        return ids.stream().filter(id -> id != NONE).toList();
    }

    private static Map<List<Integer>, Double> biases(JsonElement element) {
        Map<List<Integer>, Double> biases = new LinkedHashMap<>();
        for (JsonElement one : array(element)) {
            JsonArray pair = pair(one);
            biases.put(ids(array(pair.get(0))), number(pair.get(1)));
        }
        return biases;
    }

    private static ExponentialDecay decay(JsonElement element) {
        JsonArray pair = pair(element);
        return new ExponentialDecay(whole(pair.get(0)), number(pair.get(1)));
    }

    private static JsonArray pair(JsonElement element) {
        Require.that(array(element).size() == 2, "a pair has two parts");
        return array(element);
    }

    private static EarlyStopping earlyStopping(JsonElement element) {
        return switch (element.getAsString()) {
            case "true" -> EarlyStopping.ALWAYS;
            case "false" -> EarlyStopping.HEURISTIC;
            case "never" -> EarlyStopping.NEVER;
            default -> throw new IllegalStateException();
        };
    }

    private static CacheKind cache(JsonElement element) {
        return switch (element.getAsString()) {
            case "dynamic", "dynamic_full", "offloaded", "paged" -> CacheKind.GROWING;
            case "static",
                    "offloaded_static",
                    "sliding_window",
                    "hybrid",
                    "hybrid_chunked",
                    "offloaded_hybrid",
                    "offloaded_hybrid_chunked" ->
                    CacheKind.STATIC;
            default -> throw new IllegalStateException();
        };
    }
}
