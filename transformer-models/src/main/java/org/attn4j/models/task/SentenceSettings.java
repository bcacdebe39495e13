package org.attn4j.models.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelFiles;

/**
 * What the files of sentence-transformers say about texts.
 *
 * @param maxLength the most tokens of a text; 0 if it is not told
 * @param lowerCase whether texts are lower-cased
 * @param prompts what is put before texts, by name
 * @param defaultPrompt the name of the prompt for texts that are given without one, or null
 * @param similarity how vectors are compared
 * @param size how many numbers of a vector are kept; 0 for all
 */
public record SentenceSettings(
        int maxLength,
        boolean lowerCase,
        Map<String, String> prompts,
        String defaultPrompt,
        Similarity similarity,
        int size) {

    /** The name of the prompt for what is asked. */
    public static final String QUERY = "query";

    /** The name of the prompt for what is searched. */
    public static final String DOCUMENT = "document";

    public SentenceSettings {
        prompts = Collections.unmodifiableMap(new TreeMap<>(prompts));
        Require.that(
                maxLength >= 0 && size >= 0,
                "maxLength and size must not be negative, got maxLength=%s, size=%s",
                maxLength,
                size);
    }

    /** The encoder's file goes by the family's name in older folders; the first is read. */
    private static final List<String> TRANSFORMER =
            Stream.of("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta")
                    .map("sentence_%s_config.json"::formatted)
                    .toList();

    private static final String MODEL = "config_sentence_transformers.json";

    /**
     * Reads the settings of an encoder, and those of the model that it is a module of.
     *
     * @param encoder the encoder's files
     * @return what they tell
     * @throws IOException if a file is malformed
     */
    public static SentenceSettings read(ModelFiles encoder) throws IOException {
        ModelFiles whole = encoder.whole();
        JsonObject transformer = json(encoder, TRANSFORMER);
        JsonObject model = json(whole, List.of(MODEL));
        try {
            require(model, "model_type", "SentenceTransformer");
            require(transformer, "transformer_task", "feature-extraction");
            require(transformer, "module_output_name", "token_embeddings");
            for (String key : List.of("processing_kwargs", "query_length", "document_length")) {
                require(transformer, key, null);
            }
            Map<String, String> prompts = new TreeMap<>();
            if (model.get("prompts") instanceof JsonObject given) {
                given.entrySet().stream()
                        .filter(prompt -> !prompt.getValue().isJsonNull())
                        .forEach(prompt -> prompts.put(prompt.getKey(), text(prompt.getValue())));
            }
            String named = text(model.get("default_prompt_name"));
            if (named != null && !prompts.containsKey(named)) {
                throw new IllegalArgumentException(
                        "default_prompt_name=" + named + " is none of " + prompts.keySet());
            }
            String function = text(model.get("similarity_fn_name"));
            JsonElement lower = transformer.get("do_lower_case");
            return new SentenceSettings(
                    number(transformer, "max_seq_length"),
                    lower != null && !lower.isJsonNull() && lower.getAsBoolean(),
                    prompts,
                    named,
                    function == null ? Similarity.COSINE : Similarity.of(function),
                    number(model, "truncate_dim"));
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException e) {
            throw new CheckpointFormatException(
                    "%s: %s or %s is malformed: %s"
                            .formatted(whole.folder(), TRANSFORMER.get(0), MODEL, e.getMessage()),
                    e);
        }
    }

    /**
     * Returns these settings with some changed.
     *
     * @param length the most tokens of a text; 0 for what it was
     * @param more prompts that are added, by name
     * @return the settings
     */
    public SentenceSettings with(int length, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(prompts);
        all.putAll(more);
        return new SentenceSettings(
                length == 0 ? maxLength : length, lowerCase, all, defaultPrompt, similarity, size);
    }

    /**
     * Writes the settings.
     *
     * @param encoder the folder of the encoder
     * @param model the folder of the model that it is a module of; may be the same
     * @throws IOException if a file cannot be written
     */
    void write(Path encoder, Path model) throws IOException {
        JsonObject transformer = new JsonObject();
        if (maxLength > 0) {
            transformer.addProperty("max_seq_length", maxLength);
        }
        transformer.addProperty("do_lower_case", lowerCase);
        JsonFiles.write(encoder.resolve(TRANSFORMER.get(0)), transformer);
        JsonObject whole = new JsonObject();
        JsonObject texts = new JsonObject();
        new TreeMap<>(prompts).forEach(texts::addProperty);
        whole.add("prompts", texts);
        if (defaultPrompt != null) {
            whole.addProperty("default_prompt_name", defaultPrompt);
        }
        whole.addProperty("similarity_fn_name", similarity.toString());
        if (size > 0) {
            whole.addProperty("truncate_dim", size);
        }
        JsonFiles.write(model.resolve(MODEL), whole);
    }

    private static JsonObject json(ModelFiles files, List<String> names) throws IOException {
        Optional<String> name = names.stream().filter(files::has).findFirst();
        return name.isPresent() ? JsonFiles.read(files.file(name.get())) : new JsonObject();
    }

    /** Refuses a setting that would make other vectors. */
    private static void require(JsonObject json, String key, String only) {
        JsonElement value = json.get(key);
        boolean absent = value == null || value.isJsonNull() || value.equals(new JsonObject());
        Require.that(
                absent || value.isJsonPrimitive() && value.getAsString().equals(only),
                "%s=%s is not supported, only %s is",
                key,
                value,
                only);
    }

    private static int number(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            return 0;
        }
        Require.that(
                value.getAsInt() >= 1 && value.getAsDouble() == value.getAsInt(),
                "%s must be at least 1, got %s",
                key,
                value);
        return value.getAsInt();
    }

    private static String text(JsonElement value) {
        return value == null || value.isJsonNull() ? null : value.getAsString();
    }
}
