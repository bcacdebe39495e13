package org.attn4j.models.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 */
record SentenceSettings(
        int maxLength,
        boolean lowerCase,
        Map<String, String> prompts,
        String defaultPrompt,
        Similarity similarity) {

    private static final String TRANSFORMER = "sentence_bert_config.json";
    private static final String MODEL = "config_sentence_transformers.json";

    static SentenceSettings read(Path folder) throws IOException {
        JsonObject transformer = json(folder, TRANSFORMER);
        JsonObject model = json(folder, MODEL);
        try {
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
            JsonElement length = transformer.get("max_seq_length");
            JsonElement lower = transformer.get("do_lower_case");
            return new SentenceSettings(
                    length == null || length.isJsonNull() ? 0 : length.getAsInt(),
                    lower != null && !lower.isJsonNull() && lower.getAsBoolean(),
                    prompts,
                    named,
                    function == null ? Similarity.COSINE : Similarity.of(function));
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException e) {
            throw new CheckpointFormatException(
                    "%s: %s or %s is malformed: %s"
                            .formatted(folder, TRANSFORMER, MODEL, e.getMessage()),
                    e);
        }
    }

    private static JsonObject json(Path folder, String name) throws IOException {
        Optional<Path> file = ModelFiles.of(folder).find(name);
        return file.isPresent() ? JsonFiles.read(file.get()) : new JsonObject();
    }

    private static String text(JsonElement value) {
        return value == null || value.isJsonNull() ? null : value.getAsString();
    }
}
