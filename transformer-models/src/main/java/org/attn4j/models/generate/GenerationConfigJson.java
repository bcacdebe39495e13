package org.attn4j.models.generate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.models.config.ConfigReader;

/**
 * Reads and writes a {@link GenerationConfig} as {@code generation_config.json}, with Hugging
 * Face's keys where there are any.
 *
 * <p>A setting that is not supported is accepted only at a value that changes nothing, such as
 * {@code "do_sample": false}, and refused by name otherwise.
 */
public final class GenerationConfigJson {

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** What {@code max_length} is where nothing is said. */
    private static final int DEFAULT_MAX_LENGTH = 20;

    /** What errors call the settings of a call and of a file together. */
    static final String PUBLISHED = "generation settings";

    private GenerationConfigJson() {}

    /**
     * Writes a configuration.
     *
     * @param config the configuration
     * @return the text of its {@code generation_config.json}
     */
    public static String write(GenerationConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("num_beams", config.beams());
        json.addProperty("num_return_sequences", config.nBest());
        json.addProperty("length_penalty", config.alpha());
        json.addProperty(
                "length_penalty_type", config.lengthPenalty().name().toLowerCase(Locale.ROOT));
        json.add("early_stopping", earlyStopping(config.earlyStopping()));
        json.addProperty("min_new_tokens", config.minLength());
        json.addProperty("max_new_tokens", config.maxLength());
        json.addProperty("max_length_factor", config.maxLengthFactor());
        json.addProperty("max_length_offset", config.maxLengthOffset());
        if (!config.suppressedIds().isEmpty()) {
            json.add("suppress_tokens", ids(config.suppressedIds()));
        }
        if (config.forcedBosId() >= 0) {
            json.addProperty("forced_bos_token_id", config.forcedBosId());
        }
        if (!config.forcedEosIds().isEmpty()) {
            json.add("forced_eos_token_id", oneOrMore(config.forcedEosIds()));
        }
        write(json, config.rules());
        if (config.sampling() != null) {
            write(json, config.sampling());
        }
        if (config.cache() == CacheKind.STATIC) {
            json.addProperty("cache_implementation", "static");
        }
        json.addProperty("pad_token_id", config.padId());
        if (!config.eosIds().isEmpty()) {
            json.add("eos_token_id", oneOrMore(config.eosIds()));
        }
        json.addProperty("decoder_start_token_id", config.decoderStartId());
        return GSON.toJson(json) + "\n";
    }

    private static void write(JsonObject json, TokenRules rules) {
        if (!rules.sequenceBias().isEmpty()) {
            JsonArray biases = new JsonArray();
            rules.sequenceBias()
                    .forEach(
                            (tokens, bias) -> {
                                JsonArray pair = new JsonArray();
                                pair.add(ids(tokens));
                                pair.add(bias);
                                biases.add(pair);
                            });
            json.add("sequence_bias", biases);
        }
        number(json, "encoder_repetition_penalty", rules.encoderRepetitionPenalty(), 1);
        number(json, "repetition_penalty", rules.repetitionPenalty(), 1);
        whole(json, "no_repeat_ngram_size", rules.noRepeatNgramSize());
        whole(json, "encoder_no_repeat_ngram_size", rules.encoderNoRepeatNgramSize());
        if (!rules.badWords().isEmpty()) {
            JsonArray words = new JsonArray();
            rules.badWords().forEach(word -> words.add(ids(word)));
            json.add("bad_words_ids", words);
        }
        if (rules.removeInvalid()) {
            json.addProperty("remove_invalid_values", true);
        }
        if (rules.lengthDecay() != null) {
            JsonArray decay = new JsonArray();
            decay.add(rules.lengthDecay().start());
            decay.add(rules.lengthDecay().factor());
            json.add("exponential_decay_length_penalty", decay);
        }
        if (!rules.beginSuppressed().isEmpty()) {
            json.add("begin_suppress_tokens", ids(rules.beginSuppressed()));
        }
        if (rules.renormalise()) {
            json.addProperty("renormalize_logits", true);
        }
    }

    private static void write(JsonObject json, Sampling sampling) {
        json.addProperty("do_sample", true);
        json.addProperty("top_k", sampling.topK()); // whose default is not 0
        number(json, "temperature", sampling.temperature(), 1);
        number(json, "top_p", sampling.topP(), 1);
        number(json, "min_p", sampling.minP(), 0);
        number(json, "top_h", sampling.topH(), 0);
        number(json, "typical_p", sampling.typicalP(), 1);
        number(json, "epsilon_cutoff", sampling.epsilonCutoff(), 0);
        number(json, "eta_cutoff", sampling.etaCutoff(), 0);
        if (sampling.seed() != null) {
            json.addProperty("seed", sampling.seed());
        }
    }

    private static void number(JsonObject json, String key, double value, double neutral) {
        if (value != neutral) {
            json.addProperty(key, value);
        }
    }

    private static void whole(JsonObject json, String key, int value) {
        if (value != 0) {
            json.addProperty(key, value);
        }
    }

    private static JsonArray ids(List<Integer> ids) {
        JsonArray array = new JsonArray();
        ids.forEach(array::add);
        return array;
    }

    private static JsonElement oneOrMore(List<Integer> ids) {
        return ids.size() == 1 ? new JsonPrimitive(ids.get(0)) : ids(ids);
    }

    private static JsonPrimitive earlyStopping(EarlyStopping stopping) {
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
        JsonElement json;
        try {
            json = JsonParser.parseString(text);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(
                    "generation_config.json is not JSON: " + e.getMessage(), e);
        }
        if (!json.isJsonObject()) {
            throw new IllegalArgumentException("generation_config.json must hold one JSON object");
        }
        return read(json.getAsJsonObject());
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
        GenerationConfig.Builder builder =
                GenerationConfig.builder()
                        .optBeams(1)
                        .optEarlyStopping(EarlyStopping.HEURISTIC)
                        .optMaxLengthFactor(0);
        return new GenerationConfigReader(
                        json, builder, DEFAULT_MAX_LENGTH - 1, 1, "generation_config.json")
                .read();
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
        return GenerationConfigReader.unsupported(file);
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
        return reader(file, arguments, promptLength, encoderDecoder).readPublished(encoderDecoder);
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
        return reader(file, arguments, promptLength, encoderDecoder).lengths();
    }

    private static GenerationConfigReader reader(
            JsonObject file,
            Map<String, JsonElement> arguments,
            int promptLength,
            boolean encoderDecoder) {
        JsonObject all = file.deepCopy();
        if (arguments.containsKey("max_length")) {
            all.remove("max_new_tokens");
        }
        if (arguments.containsKey("min_length")) {
            all.remove("min_new_tokens");
        }
        arguments.forEach(all::add);
        boolean countsPrompt = encoderDecoder && promptLength < DEFAULT_MAX_LENGTH;
        int most = DEFAULT_MAX_LENGTH - (countsPrompt ? promptLength : 0);
        GenerationConfig.Builder builder =
                GenerationConfig.builder()
                        .optBeams(1)
                        .optEarlyStopping(EarlyStopping.HEURISTIC)
                        .optMaxLengthFactor(0)
                        .optEosIds(List.of())
                        .optDecoderStartId(0);
        return new GenerationConfigReader(all, builder, most, promptLength, PUBLISHED);
    }
}
