package org.attn4j.models.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
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
record SentenceSettings(
        int maxLength,
        boolean lowerCase,
        Map<String, String> prompts,
        String defaultPrompt,
        Similarity similarity,
        int size) {

    /** The encoder's file goes by the family's name in older folders; the first is read. */
    private static final List<String> TRANSFORMER =
            Stream.of("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta")
                    .map("sentence_%s_config.json"::formatted)
                    .toList();

    private static final String MODEL = "config_sentence_transformers.json";

    /** Reads the settings of an encoder, and those of the model that it is a module of. */
    static SentenceSettings read(ModelFiles encoder) throws IOException {
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
