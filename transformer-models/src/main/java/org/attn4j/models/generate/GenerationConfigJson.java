package org.attn4j.models.generate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

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

    private static final Set<String> INFORMATION =
            Set.of("transformers_version", "use_cache", "bos_token_id");

    /** Settings of other kinds of search, with the values at which they change nothing. */
    private static final Set<String> NEUTRAL =
            Set.of(
                    "do_sample=false",
                    "num_beam_groups=1",
                    "diversity_penalty=0.0",
                    "repetition_penalty=1.0",
                    "encoder_repetition_penalty=1.0",
                    "no_repeat_ngram_size=0",
                    "encoder_no_repeat_ngram_size=0",
                    "remove_invalid_values=false",
                    "renormalize_logits=false",
                    "return_dict_in_generate=false",
                    "output_attentions=false",
                    "output_hidden_states=false",
                    "output_scores=false");

    /** Settings of sampling, which mean nothing to a search. */
    private static final Set<String> SAMPLING =
            Set.of("temperature", "top_k", "top_p", "typical_p", "epsilon_cutoff", "eta_cutoff");

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
            JsonArray ids = new JsonArray();
            config.suppressedIds().forEach(ids::add);
            json.add("suppress_tokens", ids);
        }
        if (config.forcedBosId() >= 0) {
            json.addProperty("forced_bos_token_id", config.forcedBosId());
        }
        if (config.forcedEosId() >= 0) {
            json.addProperty("forced_eos_token_id", config.forcedEosId());
        }
        json.addProperty("pad_token_id", config.padId());
        json.addProperty("eos_token_id", config.eosId());
        json.addProperty("decoder_start_token_id", config.decoderStartId());
        return GSON.toJson(json) + "\n";
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
        return new Reader(json).read();
    }

    private static JsonPrimitive earlyStopping(EarlyStopping stopping) {
        return switch (stopping) {
            case ALWAYS -> new JsonPrimitive(true);
            case HEURISTIC -> new JsonPrimitive(false);
            case NEVER -> new JsonPrimitive("never");
        };
    }

    private static LengthPenalty lengthPenalty(JsonElement element) {
        return switch (element.getAsString()) {
            case "power" -> LengthPenalty.POWER;
            case "gnmt" -> LengthPenalty.GNMT;
            default -> throw new IllegalStateException();
        };
    }

    private static EarlyStopping earlyStopping(JsonElement element) {
        return switch (element.getAsString()) {
            case "true" -> EarlyStopping.ALWAYS;
            case "false" -> EarlyStopping.HEURISTIC;
            case "never" -> EarlyStopping.NEVER;
            default -> throw new IllegalStateException();
        };
    }

    /** Takes one key after the other; what is left at the end is not supported. */
    private static final class Reader {

        private final JsonObject json;
        private final Set<String> left;
        private final GenerationConfig.Builder builder =
                GenerationConfig.builder()
                        .optBeams(1)
                        .optEarlyStopping(EarlyStopping.HEURISTIC)
                        .optMaxLength(19)
                        .optMaxLengthFactor(0);

        Reader(JsonObject json) {
            this.json = json;
            left = new TreeSet<>(json.keySet());
        }

        GenerationConfig read() {
            takeInt("num_beams", builder::optBeams);
            takeInt("num_return_sequences", builder::optNBest);
            take("length_penalty", JsonElement::getAsDouble, builder::optAlpha);
            take(
                    "length_penalty_type",
                    GenerationConfigJson::lengthPenalty,
                    builder::optLengthPenalty);
            take("early_stopping", GenerationConfigJson::earlyStopping, builder::optEarlyStopping);
            // Hugging Face's older keys count the start token; the newer ones take precedence.
            takeInt("min_length", length -> builder.optMinLength(Math.max(length - 1, 0)));
            takeInt("max_length", length -> builder.optMaxLength(length - 1));
            takeInt("min_new_tokens", builder::optMinLength);
            takeInt("max_new_tokens", builder::optMaxLength);
            take("max_length_factor", JsonElement::getAsDouble, builder::optMaxLengthFactor);
            takeInt("max_length_offset", builder::optMaxLengthOffset);
            readTokens();
            refuseTheRest();
            return builder.build();
        }

        private void readTokens() {
            List<Integer> suppressed = new ArrayList<>();
            take("suppress_tokens", Reader::ids, suppressed::addAll);
            take("bad_words_ids", Reader::singleIds, suppressed::addAll);
            builder.optSuppressedIds(suppressed);
            takeInt("forced_bos_token_id", builder::optForcedBosId);
            takeInt("forced_eos_token_id", builder::optForcedEosId);
            takeInt("pad_token_id", builder::optPadId);
            takeInt("eos_token_id", builder::optEosId);
            takeInt("decoder_start_token_id", builder::optDecoderStartId);
        }

        private static List<Integer> ids(JsonElement array) {
            List<Integer> ids = new ArrayList<>();
            array.getAsJsonArray().forEach(id -> ids.add(id.getAsInt()));
            return ids;
        }

        private static List<Integer> singleIds(JsonElement words) {
            List<Integer> ids = new ArrayList<>();
            for (JsonElement word : words.getAsJsonArray()) {
                List<Integer> tokens = ids(word);
                if (tokens.size() != 1) {
                    throw new IllegalArgumentException(
                            "generation_config.json: bad_words_ids may hold words of one token"
                                    + " only, got "
                                    + word);
                }
                ids.addAll(tokens);
            }
            return ids;
        }

        private void refuseTheRest() {
            left.removeIf(
                    key ->
                            key.startsWith("_")
                                    || INFORMATION.contains(key)
                                    || SAMPLING.contains(key)
                                    || json.get(key).isJsonNull()
                                    || NEUTRAL.contains(key + "=" + json.get(key))
                                    || NEUTRAL.contains(key + "=" + json.get(key) + ".0"));
            if (!left.isEmpty()) {
                throw new IllegalArgumentException(
                        "generation_config.json: settings that are not supported: "
                                + String.join(", ", left));
            }
        }

        private void takeInt(String key, Consumer<Integer> setter) {
            take(key, JsonElement::getAsInt, setter);
        }

        private <T> void take(String key, Function<JsonElement, T> as, Consumer<T> setter) {
            left.remove(key);
            JsonElement element = json.get(key);
            if (element == null || element.isJsonNull()) {
                return;
            }
            T value;
            try {
                value = as.apply(element);
            } catch (IllegalStateException
                    | ClassCastException
                    | UnsupportedOperationException
                    | NumberFormatException e) {
                throw new IllegalArgumentException(
                        "generation_config.json: "
                                + key
                                + " has a value of the wrong kind: "
                                + element,
                        e);
            }
            setter.accept(value);
        }
    }
}
