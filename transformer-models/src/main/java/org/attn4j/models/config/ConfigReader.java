package org.attn4j.models.config;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.attn4j.models.checkpoint.TensorSource;

/**
 * Reads a {@code config.json} strictly: a setting that nobody reads is refused by name, since one
 * that is silently ignored makes a model that computes something else.
 *
 * <p>Every accessor marks its key. {@link #finish()} then refuses the keys that are left, except
 * those that change nothing of what a model computes: what every family's files hold beside (who
 * made the file, defaults of generation and the like), what a family declares by {@link #noEffect},
 * keys that begin with {@code _}, and settings that are null. A reader that allows unknown settings
 * collects the rest instead. An absent key has the default of the family's configuration class in
 * Hugging Face's transformers; {@code null} counts as absent where a setting may be left out, and
 * is refused where it may not.
 */
public final class ConfigReader extends Settings {

    /** Settings of every configuration that do not change what a forward pass computes. */
    private static final Set<String> NO_EFFECT =
            Set.of(
                    "architectures",
                    "attn_implementation",
                    "auto_map",
                    "chunk_size_feed_forward",
                    "cls_token_id",
                    "custom_pipelines",
                    "dtype",
                    "eos_token_ids",
                    "experts_implementation",
                    "finetuning_task",
                    "gradient_checkpointing",
                    "id2label",
                    "initializer_factor",
                    "initializer_range",
                    "label2id",
                    "language",
                    "license",
                    "mask_token_id",
                    "model_max_length",
                    "model_type",
                    "name",
                    "name_or_path",
                    "num_labels",
                    "output_attentions",
                    "output_hidden_states",
                    "output_past",
                    "output_scores",
                    "prefix",
                    "problem_type",
                    "return_dict",
                    "return_dict_in_generate",
                    "replacing_rate",
                    "sbert_ce_default_activation_function",
                    "sentence_transformers",
                    "sep_token_id",
                    "student_decoder_layers",
                    "student_encoder_layers",
                    "task_specific_params",
                    "tf_legacy_loss",
                    "tokenizer_class",
                    "torch_dtype",
                    "torchscript",
                    "total_flos",
                    "transformers.js_config",
                    "transformers_version",
                    "unsloth_fixed",
                    "unsloth_version",
                    "use_bfloat16",
                    "use_cache",
                    "use_return_dict",
                    "vocab_file",
                    "xla_device");

    /** Settings of generation, which older files hold. */
    private static final Set<String> OF_GENERATION =
            Set.of(
                    "bad_words_ids",
                    "begin_suppress_tokens",
                    "bos_token_id",
                    "cache_implementation",
                    "decoder_start_token_id",
                    "diversity_penalty",
                    "do_sample",
                    "early_stopping",
                    "encoder_no_repeat_ngram_size",
                    "encoder_repetition_penalty",
                    "eos_token_id",
                    "epsilon_cutoff",
                    "eta_cutoff",
                    "exponential_decay_length_penalty",
                    "forced_bos_token_id",
                    "forced_eos_token_id",
                    "guidance_scale",
                    "length_penalty",
                    "max_length",
                    "max_new_tokens",
                    "max_time",
                    "min_length",
                    "min_new_tokens",
                    "min_p",
                    "no_repeat_ngram_size",
                    "num_beam_groups",
                    "num_beams",
                    "num_return_sequences",
                    "pad_token_id",
                    "penalty_alpha",
                    "remove_invalid_values",
                    "renormalize_logits",
                    "repetition_penalty",
                    "sequence_bias",
                    "stop_strings",
                    "suppress_tokens",
                    "temperature",
                    "top_k",
                    "top_p",
                    "typical_p");

    private final boolean allowUnknown;
    private final List<String> unknown; // shared with the configurations within
    private final List<String> trainingOnly; // shared likewise
    private TensorSource tensors; // null if they are not known

    /**
     * Creates a reader.
     *
     * @param json the content of a {@code config.json}
     * @param file what messages call it, {@code config.json} usually
     */
    public ConfigReader(JsonObject json, String file) {
        this(json, file, false);
    }

    /**
     * Creates a reader that may go on where a setting is not known.
     *
     * @param json the content of a {@code config.json}
     * @param file what messages call it, {@code config.json} usually
     * @param allowUnknown whether {@link #finish()} collects unknown settings in {@link #unknown()}
     *     rather than refuse them
     */
    public ConfigReader(JsonObject json, String file, boolean allowUnknown) {
        this(json, file, "", allowUnknown, new ArrayList<>(), new ArrayList<>());
    }

    private ConfigReader(
            JsonObject json,
            String file,
            String path,
            boolean allowUnknown,
            List<String> unknown,
            List<String> trainingOnly) {
        super(json, file, path);
        this.allowUnknown = allowUnknown;
        this.unknown = unknown;
        this.trainingOnly = trainingOnly;
    }

    /**
     * Returns whether a setting of a {@code config.json} is one of generation.
     *
     * @param key the setting
     * @return whether it is one
     */
    public static boolean isOfGeneration(String key) {
        return OF_GENERATION.contains(key);
    }

    /**
     * Returns the settings that nobody read, as far as {@link #finish()} was called.
     *
     * @return their names, those of configurations within with the way to them, such as {@code
     *     rope_scaling.finetuned}
     */
    public List<String> unknown() {
        return List.copyOf(unknown);
    }

    /**
     * Returns the settings of training that no model here heeds.
     *
     * @return their names with their values, of {@link #trainingOnly(String, Object)}
     */
    public List<String> trainingOnly() {
        return List.copyOf(trainingOnly);
    }

    /**
     * Lets the reader know the tensors that the configuration was written with.
     *
     * @param tensors the tensors, open as long as the reader is used
     * @return this reader
     */
    public ConfigReader withTensors(TensorSource tensors) {
        this.tensors = tensors;
        return this;
    }

    /**
     * Returns the shape of a tensor, for a size that no setting tells.
     *
     * @param tensor its name
     * @return the shape; null if there is no such tensor, or none are known
     */
    public Shape storedShape(String tensor) {
        boolean known = tensors != null && tensors.names().contains(tensor);
        return known ? tensors.info(tensor).shape() : null;
    }

    /**
     * Reads an integer that must be there.
     *
     * @param key the setting
     * @return its value
     * @throws IllegalArgumentException if it is absent or no integer
     */
    public int integer(String key) {
        return required(key, integerOrNull(key));
    }

    /**
     * Reads an integer.
     *
     * @param key the setting
     * @param otherwise its value if it is absent
     * @return its value
     * @throws IllegalArgumentException if it is no integer
     */
    public int integer(String key, int otherwise) {
        return orElse(key, integerOrNull(key), otherwise);
    }

    /**
     * Reads an integer that may be left out.
     *
     * @param key the setting
     * @return its value, or null
     * @throws IllegalArgumentException if it is no integer
     */
    public Integer integerOrNull(String key) {
        return value(key, Integer.class);
    }

    /**
     * Reads the id of a token that the model looks up.
     *
     * @param key the setting
     * @param otherwise its value if it is absent or null; may be null
     * @param vocabularySize V, how many tokens there are
     * @return its value
     * @throws IllegalArgumentException if it is not from 0 to V - 1
     */
    public Integer token(String key, Integer otherwise, int vocabularySize) {
        Integer given = integerOrNull(key);
        Integer id = given == null ? otherwise : given;
        if (id != null && (id < 0 || id >= vocabularySize)) {
            throw new IllegalArgumentException(
                    "%s: %s%s must be a token of the vocabulary, 0 to %s, got %s"
                            .formatted(file(), path(), key, vocabularySize - 1, id));
        }
        return id;
    }

    /**
     * Reads a number that must be there.
     *
     * @param key the setting
     * @return its value
     * @throws IllegalArgumentException if it is absent or no number
     */
    public double number(String key) {
        return required(key, numberOrNull(key));
    }

    /**
     * Reads a number.
     *
     * @param key the setting
     * @param otherwise its value if it is absent
     * @return its value
     * @throws IllegalArgumentException if it is no number
     */
    public double number(String key, double otherwise) {
        return orElse(key, numberOrNull(key), otherwise);
    }

    /**
     * Reads a number that may be left out.
     *
     * @param key the setting
     * @return its value, or null
     * @throws IllegalArgumentException if it is no finite number
     */
    public Double numberOrNull(String key) {
        return value(key, Double.class);
    }

    /**
     * Reads the rate of a dropout.
     *
     * @param key the setting
     * @param otherwise its value if it is absent or null
     * @return its value, at least 0 and below 1
     * @throws IllegalArgumentException if it is no such number
     */
    public float rate(String key, double otherwise) {
        Double given = numberOrNull(key);
        double rate = given == null ? otherwise : given;
        if (!(rate >= 0 && rate < 1)) {
            throw invalid(key, "at least 0 and below 1");
        }
        return (float) rate;
    }

    /**
     * Reads a flag.
     *
     * @param key the setting
     * @param otherwise its value if it is absent
     * @return its value
     * @throws IllegalArgumentException if it is neither true nor false
     */
    public boolean bool(String key, boolean otherwise) {
        return orElse(key, value(key, Boolean.class), otherwise);
    }

    /**
     * Reads a text.
     *
     * @param key the setting
     * @param otherwise its value if it is absent; may be null
     * @return its value
     * @throws IllegalArgumentException if it is no text
     */
    public String string(String key, String otherwise) {
        JsonElement value = get(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof JsonPrimitive text) || !text.isString()) {
            throw invalid(key, "a text");
        }
        return text.getAsString();
    }

    /**
     * Reads a setting by a function that refuses what it does not know, such as the name of an
     * activation.
     *
     * @param <T> what the text stands for
     * @param key the setting
     * @param otherwise the text if it is absent
     * @param meaning from the text to what it stands for; throws {@code IllegalArgumentException}
     * @return what it stands for
     * @throws IllegalArgumentException if the function refuses it; the message names the setting
     */
    public <T> T choice(String key, String otherwise, Function<String, T> meaning) {
        String text = string(key, otherwise);
        try {
            return meaning.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: %s%s: %s".formatted(file(), path(), key, e.getMessage()), e);
        }
    }

    /**
     * Reads a list of integers, or one integer.
     *
     * @param key the setting
     * @return its values, or null if it is absent
     * @throws IllegalArgumentException if it is neither
     */
    public List<Integer> integers(String key) {
        return list(key, Integer.class);
    }

    /**
     * Reads a list of numbers, or one number.
     *
     * @param key the setting
     * @return its values, or null if it is absent
     * @throws IllegalArgumentException if it is neither
     */
    public List<Double> numbers(String key) {
        return list(key, Double.class);
    }

    /**
     * Reads a list of texts, or one text.
     *
     * @param key the setting
     * @return its values, or null if it is absent
     * @throws IllegalArgumentException if it is neither
     */
    public List<String> strings(String key) {
        return list(key, String.class);
    }

    /**
     * Reads a configuration within this one. Whoever reads it calls its {@link #finish()}.
     *
     * @param key the setting
     * @return a reader of it, or null if it is absent
     * @throws IllegalArgumentException if it is no JSON object
     */
    public ConfigReader object(String key) {
        JsonElement value = get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonObject inner)) {
            throw invalid(key, "an object");
        }
        return new ConfigReader(
                inner, file(), path() + key + ".", allowUnknown, unknown, trainingOnly);
    }

    /**
     * Reads the labels of a classifier: {@code id2label}, or else {@code num_labels} names of the
     * kind {@code LABEL_0}; two unless something is said.
     *
     * @return the labels, by class
     * @throws IllegalArgumentException if the classes are not 0, 1, 2 …
     */
    public List<String> labels() {
        JsonElement given = get("id2label");
        if (given == null) {
            int count = integer("num_labels", 2);
            if (count < 1) {
                throw invalid("num_labels", "at least 1");
            }
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                labels.add("LABEL_" + i);
            }
            return labels;
        }
        if (!(given instanceof JsonObject classes) || classes.isEmpty()) {
            throw invalid("id2label", "an object of at least one label");
        }
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            JsonElement label = classes.get(String.valueOf(i));
            if (label == null || !label.isJsonPrimitive()) {
                throw invalid("id2label", "labels for the classes 0, 1, 2 …");
            }
            labels.add(label.getAsString());
        }
        return labels;
    }

    /**
     * Refuses a setting unless it is absent, null or one of the values that are supported.
     *
     * @param key the setting
     * @param supported texts, numbers or booleans
     * @throws IllegalArgumentException if it has another value
     */
    public void supportsOnly(String key, Object... supported) {
        JsonElement value = get(key);
        if (value == null) {
            return;
        }
        if (Arrays.stream(supported).noneMatch(allowed -> same(value, allowed))) {
            String values =
                    Arrays.stream(supported)
                            .map(ConfigReader::shown)
                            .collect(Collectors.joining(" or "));
            throw new IllegalArgumentException(
                    "%s: %s=%s is not supported, only %s is"
                            .formatted(
                                    file(),
                                    path() + key,
                                    shortened(value),
                                    values.isEmpty() ? "null" : values));
        }
    }

    /**
     * Passes over a setting that changes training alone, and is not heeded there. Who trains the
     * model refuses it by {@link #trainingOnly()}.
     *
     * @param key the setting
     * @param neutral the value at which it changes nothing
     */
    public void trainingOnly(String key, Object neutral) {
        JsonElement value = get(key);
        if (value != null && !same(value, neutral)) {
            trainingOnly.add(path() + key + "=" + shortened(value));
        }
    }

    /**
     * Ends reading: refuses settings that nobody read, and settings of every configuration at
     * values that no model here supports.
     *
     * @throws IllegalArgumentException if there is such a setting
     */
    public void finish() {
        if (!isRead("pruned_heads")) {
            supportsOnly("pruned_heads", new JsonObject());
        }
        for (String flag :
                List.of(
                        "is_decoder",
                        "is_encoder_decoder",
                        "add_cross_attention",
                        "tie_encoder_decoder")) {
            if (!isRead(flag)) {
                supportsOnly(flag, false);
            }
        }
        if (!isRead("cross_attention_hidden_size")) {
            supportsOnly("cross_attention_hidden_size");
        }
        if (!isRead("tie_word_embeddings")) {
            supportsOnly("tie_word_embeddings", true);
        }
        if (!isRead("quantization_config")) {
            supportsOnly("quantization_config");
        }
        Set<String> left = left();
        left.removeAll(NO_EFFECT);
        left.removeIf(key -> key.startsWith("_") || isOfGeneration(key) || !has(key));
        if (left.isEmpty()) {
            return;
        }
        left.forEach(key -> unknown.add(path() + key));
        if (allowUnknown) {
            return;
        }
        throw new IllegalArgumentException(
                "%s: %s not known here, and might change what the model computes: %s; to go on without %s, allow unknown settings (--allow-unknown-settings)"
                        .formatted(
                                file(),
                                left.size() == 1 ? "this setting is" : "these settings are",
                                String.join(", ", left),
                                left.size() == 1 ? "it" : "them"));
    }

    private <T> T required(String key, T value) {
        if (value == null) {
            throw new IllegalArgumentException(
                    "%s: %s%s %s"
                            .formatted(
                                    file(),
                                    path(),
                                    key,
                                    contains(key) ? "must not be null" : "is missing"));
        }
        return value;
    }

    private <T> T orElse(String key, T value, T otherwise) {
        return contains(key) ? required(key, value) : otherwise;
    }

    private static boolean same(JsonElement value, Object allowed) {
        if (allowed instanceof JsonElement element) {
            return value.equals(element);
        }
        if (!value.isJsonPrimitive()) {
            return false;
        }
        JsonPrimitive primitive = value.getAsJsonPrimitive();
        if (allowed instanceof Boolean flag) {
            return primitive.isBoolean() && primitive.getAsBoolean() == flag;
        }
        if (allowed instanceof Number number) {
            return primitive.isNumber() && primitive.getAsDouble() == number.doubleValue();
        }
        return primitive.isString() && primitive.getAsString().equals(allowed);
    }

    private static String shown(Object value) {
        return value instanceof JsonElement || value instanceof String
                ? value.toString()
                : String.valueOf(value == null ? JsonNull.INSTANCE : value);
    }
}
