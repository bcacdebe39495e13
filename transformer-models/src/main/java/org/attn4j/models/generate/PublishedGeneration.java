package org.attn4j.models.generate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attn4j.models.pretrained.ConfigReader;

/**
 * Searches as {@code generation_config.json} and the arguments of transformers' {@code generate()}
 * ask for them, and their results as it gives them.
 */
public final class PublishedGeneration {

    /** What {@code max_length} is where nothing is said. */
    private static final int DEFAULT_MAX_LENGTH = 20;

    private PublishedGeneration() {}

    /**
     * Reads settings of an encoder-decoder model. Lengths count the start token, as transformers
     * counts them, unless they are of new tokens.
     *
     * @param file the content of {@code generation_config.json}
     * @param arguments what goes before it, by the same names
     * @return the configuration
     * @throws IllegalArgumentException if a setting is malformed, unknown or not supported
     */
    public static GenerationConfig config(JsonObject file, Map<String, JsonElement> arguments) {
        JsonObject all = file.deepCopy();
        arguments.forEach(all::add);
        ConfigReader reader = new ConfigReader(all, "generation_config.json");
        refuseWhatIsNotSupported(reader);
        int eosId = single(reader, "eos_token_id");
        int padId = reader.has("pad_token_id") ? reader.integer("pad_token_id") : eosId;
        GenerationConfig.Builder builder =
                GenerationConfig.builder()
                        .optBeams(reader.integer("num_beams", 1))
                        .optNBest(reader.integer("num_return_sequences", 1))
                        .optLengthPenalty(LengthPenalty.POWER)
                        .optAlpha(reader.number("length_penalty", 1))
                        .optEarlyStopping(earlyStopping(reader))
                        .optMinLength(minLength(reader))
                        .optMaxLength(maxLength(reader))
                        .optMaxLengthFactor(0)
                        .optSuppressedIds(suppressed(reader, eosId))
                        .optPadId(padId)
                        .optEosId(eosId)
                        .optDecoderStartId(startId(reader));
        if (reader.has("forced_bos_token_id")) {
            builder.optForcedBosId(reader.integer("forced_bos_token_id"));
        }
        if (reader.has("forced_eos_token_id")) {
            builder.optForcedEosId(single(reader, "forced_eos_token_id"));
        }
        reader.finish();
        return builder.build();
    }

    /**
     * Returns what a search found as {@code sequences}: the start token, the tokens and the end
     * token of each target, the best of a source first, filled up with the padding id.
     *
     * @param found what was found for each source
     * @param config the search's configuration
     * @return rows of one length
     */
    public static long[][] sequences(List<List<Hypothesis>> found, GenerationConfig config) {
        List<Hypothesis> all = found.stream().flatMap(List::stream).toList();
        int length =
                1 + all.stream().mapToInt(it -> it.tokenLogProbabilities().length).max().orElse(0);
        long[][] rows = new long[all.size()][length];
        for (int i = 0; i < rows.length; i++) {
            Hypothesis hypothesis = all.get(i);
            int[] ids = hypothesis.ids();
            Arrays.fill(rows[i], config.padId());
            rows[i][0] = config.decoderStartId();
            for (int j = 0; j < ids.length; j++) {
                rows[i][j + 1] = ids[j];
            }
            if (hypothesis.finished()) {
                rows[i][ids.length + 1] = config.eosId();
            }
        }
        return rows;
    }

    private static void refuseWhatIsNotSupported(ConfigReader reader) {
        reader.refuseUnless("do_sample", false);
        reader.refuseUnless("num_beam_groups", 1);
        reader.refuseUnless("diversity_penalty", 0);
        reader.refuseUnless("penalty_alpha", 0);
        reader.refuseUnless("repetition_penalty", 1);
        reader.refuseUnless("encoder_repetition_penalty", 1);
        reader.refuseUnless("no_repeat_ngram_size", 0);
        reader.refuseUnless("encoder_no_repeat_ngram_size", 0);
        reader.refuseUnless("guidance_scale", 1);
        reader.refuseUnless("renormalize_logits", false);
        reader.refuseUnless("remove_invalid_values", false);
        for (String key :
                List.of(
                        "begin_suppress_tokens",
                        "constraints",
                        "exponential_decay_length_penalty",
                        "force_words_ids",
                        "forced_decoder_ids",
                        "max_time",
                        "sequence_bias")) {
            reader.refuseUnless(key);
        }
        reader.noEffect(
                "_from_model_config",
                "bos_token_id",
                "epsilon_cutoff",
                "eta_cutoff",
                "generation_kwargs",
                "low_memory",
                "output_logits");
    }

    private static int single(ConfigReader reader, String key) {
        if (!(reader.json().get(key) instanceof JsonArray)) {
            return reader.integer(key);
        }
        List<Integer> ids = reader.integers(key);
        if (ids.size() != 1) {
            throw reader.bad(key, "one token");
        }
        return ids.get(0);
    }

    private static int startId(ConfigReader reader) {
        boolean given = reader.has("decoder_start_token_id");
        return reader.integer(given ? "decoder_start_token_id" : "bos_token_id");
    }

    private static EarlyStopping earlyStopping(ConfigReader reader) {
        JsonElement value = reader.json().get("early_stopping");
        if (value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()) {
            reader.refuseUnless("early_stopping", "never");
            return EarlyStopping.NEVER;
        }
        return reader.flag("early_stopping", false)
                ? EarlyStopping.ALWAYS
                : EarlyStopping.HEURISTIC;
    }

    private static int maxLength(ConfigReader reader) {
        int withStart = reader.integer("max_length", DEFAULT_MAX_LENGTH);
        return reader.has("max_new_tokens") ? reader.integer("max_new_tokens") : withStart - 1;
    }

    private static int minLength(ConfigReader reader) {
        int withStart = reader.integer("min_length", 0);
        int fresh = reader.has("min_new_tokens") ? reader.integer("min_new_tokens") : 0;
        return Math.max(fresh, withStart - 1);
    }

    /** The words of one token that are never generated; an end token among them stays allowed. */
    private static List<Integer> suppressed(ConfigReader reader, int eosId) {
        List<Integer> ids = new ArrayList<>();
        if (reader.has("suppress_tokens")) {
            ids.addAll(reader.integers("suppress_tokens"));
        }
        if (!reader.has("bad_words_ids")) {
            return ids;
        }
        if (!(reader.json().get("bad_words_ids") instanceof JsonArray words)) {
            throw reader.bad("bad_words_ids", "a list of words");
        }
        for (JsonElement word : words) {
            if (!(word instanceof JsonArray tokens) || tokens.size() != 1) {
                throw reader.bad("bad_words_ids", "a list of words of one token each");
            }
            int id = tokens.get(0).getAsInt();
            if (id != eosId) {
                ids.add(id);
            }
        }
        return ids;
    }
}
