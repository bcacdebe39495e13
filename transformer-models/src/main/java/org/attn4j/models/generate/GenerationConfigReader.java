package org.attn4j.models.generate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes one key of {@code generation_config.json} after the other; what is left is refused. */
final class GenerationConfigReader {

    /** An id that stands for no token. */
    private static final int NONE = -1;

    /** What {@code top_k} is where nothing is said. */
    private static final int DEFAULT_TOP_K = 50;

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

    private final JsonObject json;
    private final GenerationConfig.Builder builder;
    private final int promptLength;
    private final String where;
    private final Set<String> left;
    private final Set<String> asked = new TreeSet<>();
    private Integer minLength;
    private int maxLength;
    private Integer padId;
    private List<Integer> suppressed = List.of();
    private List<Integer> ends = List.of();

    /**
     * Creates a reader.
     *
     * @param json the settings
     * @param builder holds what is not set
     * @param maxLength the maximum length if nothing is said
     * @param promptLength what lengths count beside the tokens that are generated
     * @param where what errors call the settings
     */
    GenerationConfigReader(
            JsonObject json,
            GenerationConfig.Builder builder,
            int maxLength,
            int promptLength,
            String where) {
        this.json = json;
        this.builder = builder;
        this.maxLength = maxLength;
        this.promptLength = promptLength;
        this.where = where;
        left = new TreeSet<>(json.keySet());
    }

    GenerationConfig read() {
        readAll();
        return builder.build();
    }

    /** Reads the lengths of one target alone. */
    Lengths lengths() {
        readLengths();
        return new Lengths(minLength == null ? 0 : minLength, maxLength);
    }

    /** Reads settings in which ids may be left out, and minimal lengths be too great. */
    GenerationConfig readPublished(boolean encoderDecoder) {
        readAll();
        if (encoderDecoder && !has("decoder_start_token_id")) {
            if (!has("bos_token_id")) {
                throw new IllegalArgumentException(
                        where + ": an encoder-decoder model needs a decoder_start_token_id");
            }
            take("bos_token_id", this::whole, builder::optDecoderStartId);
        }
        if (minLength != null) { // see lengths(), which hold for each target
            builder.optMinLength(Math.min(minLength, maxLength - 1));
        }
        if (padId == null) {
            builder.optPadId(ends.isEmpty() ? 0 : ends.get(0));
        }
        return builder.build();
    }

    private void readAll() {
        readSearch();
        readLengths();
        readTokens();
        builder.optRules(rules());
        if (flag("do_sample")) {
            builder.optSampling(sampling().build());
        } else {
            sampling(); // read, so that a malformed value is refused
        }
        take("cache_implementation", this::cache, builder::optCache);
        refuseTheRest();
    }

    private void readSearch() {
        take(
                "num_beams",
                this::whole,
                beams ->
                        builder.optBeams(
                                within("num_beams", beams, 1, GenerationConfig.MOST_BEAMS)));
        take(
                "num_return_sequences",
                this::whole,
                texts ->
                        builder.optNBest(
                                within(
                                        "num_return_sequences",
                                        texts,
                                        1,
                                        GenerationConfig.MOST_SEQUENCES)));
        take("length_penalty", this::number, builder::optAlpha);
        take("length_penalty_type", this::lengthPenalty, builder::optLengthPenalty);
        take("early_stopping", this::earlyStopping, builder::optEarlyStopping);
        take("max_length_factor", this::number, builder::optMaxLengthFactor);
        take("max_length_offset", this::whole, builder::optMaxLengthOffset);
    }

    /** Older keys of lengths count the prompt; the newer ones take precedence. */
    private void readLengths() {
        length("min_length", least -> minLength = Math.max(least - promptLength, 0));
        length("min_new_tokens", least -> minLength = least);
        length("max_length", most -> maxLength = most - promptLength);
        if (maxLength < 1 && !has("max_new_tokens")) {
            throw new IllegalArgumentException(
                    where
                            + ": max_length counts the tokens before the first generated one and"
                            + " must be more than they are, got max_length="
                            + (maxLength + promptLength)
                            + ", tokens="
                            + promptLength);
        }
        length("max_new_tokens", most -> maxLength = most);
        if (minLength != null) {
            builder.optMinLength(minLength);
        }
        builder.optMaxLength(maxLength);
    }

    private void length(String key, Consumer<Integer> setter) {
        take(
                key,
                this::whole,
                tokens -> setter.accept(within(key, tokens, 0, GenerationConfig.MOST_TOKENS)));
    }

    private void readTokens() {
        take("suppress_tokens", this::ids, ids -> suppressed = ids);
        builder.optSuppressedIds(suppressed);
        take(
                "forced_bos_token_id",
                this::whole,
                id ->
                        builder.optForcedBosId(
                                within("forced_bos_token_id", id, NONE, Integer.MAX_VALUE)));
        tokens("forced_eos_token_id", builder::optForcedEosIds);
        tokens("pad_token_id", ids -> padId = ids.isEmpty() ? null : ids.get(0));
        if (padId != null) {
            builder.optPadId(padId);
        }
        tokens("eos_token_id", ids -> ends = ids);
        if (has("eos_token_id")) {
            builder.optEosIds(ends);
        }
        take("decoder_start_token_id", this::firstId, builder::optDecoderStartId);
    }

    private TokenRules rules() {
        TokenRules.Builder rules = TokenRules.builder();
        take("sequence_bias", this::biases, rules::optSequenceBias);
        take("encoder_repetition_penalty", this::number, rules::optEncoderRepetitionPenalty);
        take("repetition_penalty", this::number, rules::optRepetitionPenalty);
        take("no_repeat_ngram_size", this::whole, rules::optNoRepeatNgramSize);
        take("encoder_no_repeat_ngram_size", this::whole, rules::optEncoderNoRepeatNgramSize);
        take("bad_words_ids", this::words, rules::optBadWords);
        rules.optRemoveInvalid(flag("remove_invalid_values"));
        take("exponential_decay_length_penalty", this::decay, rules::optLengthDecay);
        take("begin_suppress_tokens", this::ids, rules::optBeginSuppressed);
        rules.optRenormalise(flag("renormalize_logits"));
        return rules.build();
    }

    private Sampling.Builder sampling() {
        Sampling.Builder sampling = Sampling.builder().optTopK(DEFAULT_TOP_K);
        take("temperature", this::number, sampling::optTemperature);
        take("top_k", this::whole, sampling::optTopK);
        take("top_p", this::number, sampling::optTopP);
        take("min_p", this::number, sampling::optMinP);
        take("top_h", this::number, sampling::optTopH);
        take("typical_p", this::number, sampling::optTypicalP);
        take("epsilon_cutoff", this::number, sampling::optEpsilonCutoff);
        take("eta_cutoff", this::number, sampling::optEtaCutoff);
        take("seed", element -> exact(element).longValueExact(), sampling::optSeed);
        return sampling;
    }

    private void refuseTheRest() {
        left.removeIf(key -> changesNothing(key, json.get(key)));
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: settings that are not supported: %s; leave them out, or allow unknown settings of the model (--allow-unknown-settings)"
                            .formatted(where, String.join(", ", left)));
        }
    }

    private static boolean changesNothing(String key, JsonElement value) {
        return key.startsWith("_")
                || NO_EFFECT.contains(key)
                || value.isJsonNull()
                || NEUTRAL.contains(key + "=" + plain(value));
    }

    /** The settings of a file that reading refuses, whatever their values. */
    static List<String> unsupported(JsonObject file) {
        GenerationConfigReader none =
                new GenerationConfigReader(
                        new JsonObject(), GenerationConfig.builder(), 1, 0, "no settings");
        none.readAll();
        return file.keySet().stream()
                .filter(key -> !none.asked.contains(key) && !changesNothing(key, file.get(key)))
                .sorted()
                .toList();
    }

    /** A value as it is written in {@link #NEUTRAL}, 0.0 as 0. */
    private static String plain(JsonElement element) {
        boolean number = element instanceof JsonPrimitive primitive && primitive.isNumber();
        double value = number ? element.getAsDouble() : Double.NaN;
        return value == 0 || value == 1 ? String.valueOf((int) value) : element.toString();
    }

    private boolean has(String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }

    private boolean flag(String key) {
        boolean[] value = new boolean[1];
        take(key, this::truth, it -> value[0] = it);
        return value[0];
    }

    private boolean truth(JsonElement element) {
        if (!element.getAsJsonPrimitive().isBoolean()) {
            throw new IllegalStateException();
        }
        return element.getAsBoolean();
    }

    private double number(JsonElement element) {
        if (!element.getAsJsonPrimitive().isNumber()) {
            throw new IllegalStateException();
        }
        return element.getAsDouble();
    }

    private int whole(JsonElement element) {
        return exact(element).intValueExact();
    }

    private int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s: %s must be from %d to %d, got %d"
                            .formatted(where, key, least, most, value));
        }
        return value;
    }

    private BigDecimal exact(JsonElement element) {
        number(element);
        return new BigDecimal(element.getAsString());
    }

    private List<Integer> ids(JsonElement array) {
        List<Integer> ids = new ArrayList<>();
        array.getAsJsonArray().forEach(id -> ids.add(whole(id)));
        return ids;
    }

    private List<Integer> oneOrMore(JsonElement element) {
        return element instanceof JsonArray ? ids(element) : List.of(whole(element));
    }

    /** Takes one token or a list of them; −1 stands for none. */
    private void tokens(String key, Consumer<List<Integer>> setter) {
        take(
                key,
                this::oneOrMore,
                ids -> {
                    ids.forEach(id -> within(key, id, NONE, Integer.MAX_VALUE));
                    setter.accept(ids.stream().filter(id -> id != NONE).toList());
                });
    }

    private int firstId(JsonElement element) {
        return element instanceof JsonArray array ? whole(array.get(0)) : whole(element);
    }

    private List<List<Integer>> words(JsonElement array) {
        List<List<Integer>> words = new ArrayList<>();
        array.getAsJsonArray().forEach(word -> words.add(ids(word)));
        return words;
    }

    private Map<List<Integer>, Double> biases(JsonElement array) {
        Map<List<Integer>, Double> biases = new LinkedHashMap<>();
        for (JsonElement element : array.getAsJsonArray()) {
            JsonArray pair = element.getAsJsonArray();
            if (pair.size() != 2) {
                throw new IllegalStateException();
            }
            biases.put(ids(pair.get(0)), number(pair.get(1)));
        }
        return biases;
    }

    private ExponentialDecay decay(JsonElement element) {
        JsonArray pair = element.getAsJsonArray();
        if (pair.size() != 2) {
            throw new IllegalStateException();
        }
        return new ExponentialDecay(whole(pair.get(0)), number(pair.get(1)));
    }

    private LengthPenalty lengthPenalty(JsonElement element) {
        return switch (element.getAsString()) {
            case "power" -> LengthPenalty.POWER;
            case "gnmt" -> LengthPenalty.GNMT;
            default -> throw new IllegalStateException();
        };
    }

    private EarlyStopping earlyStopping(JsonElement element) {
        return switch (element.getAsString()) {
            case "true" -> EarlyStopping.ALWAYS;
            case "false" -> EarlyStopping.HEURISTIC;
            case "never" -> EarlyStopping.NEVER;
            default -> throw new IllegalStateException();
        };
    }

    private CacheKind cache(JsonElement element) {
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

    private <T> void take(String key, Function<JsonElement, T> as, Consumer<T> setter) {
        left.remove(key);
        asked.add(key);
        if (!has(key)) {
            return;
        }
        T value;
        try {
            value = as.apply(json.get(key));
        } catch (IllegalStateException
                | ArithmeticException
                | ClassCastException
                | IndexOutOfBoundsException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw new IllegalArgumentException(
                    where + ": " + key + " has a value of the wrong kind: " + json.get(key), e);
        }
        setter.accept(value);
    }
}
