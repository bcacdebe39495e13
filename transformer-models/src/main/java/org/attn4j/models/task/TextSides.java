package org.attn4j.models.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import org.attn4j.common.Require;
import org.attn4j.models.model.Generation;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * What a model's sides want of texts: the prefix of a task before the sources, and the languages of
 * both.
 *
 * @param tokenizer the tokenizer, with the languages
 * @param taskSettings the model's settings of generation for the task, without the prefix
 * @param before what stands before each source
 * @param targetLanguage the setting of generation that the target's language is, and its token
 */
record TextSides(
        ModelTokenizer tokenizer,
        JsonObject taskSettings,
        String before,
        Map<String, JsonElement> targetLanguage) {

    /**
     * Finds out what a model wants.
     *
     * @param task of {@code task_specific_params}, or null
     * @param source the language that is read, or null for that of the tokenizer
     * @param target the language that is written, or null for that of the tokenizer
     * @throws IllegalArgumentException if the model has no such languages
     */
    static TextSides of(
            LoadedModel model, ModelTokenizer tokenizer, String task, String source, String target)
            throws IOException {
        JsonObject settings = taskSettings(model, task);
        String prefix = prefix(model, settings);
        if (source == null && target == null) {
            return new TextSides(tokenizer, settings, prefix, Map.of());
        }
        Require.that(
                !tokenizer.languages().isEmpty(),
                "the model tells of no languages: leave them out");
        if (marksByText(tokenizer)) {
            String mark = target == null || target.startsWith(">>") ? target : ">>" + target + "<<";
            if (source != null || !tokenizer.languages().contains(mark)) {
                throw new IllegalArgumentException(
                        ("the model takes a target language alone, one of %s,"
                                        + " got source=%s, target=%s")
                                .formatted(
                                        String.join(", ", tokenizer.languages()), source, target));
            }
            return new TextSides(tokenizer, settings, mark + " " + prefix, Map.of());
        }
        ModelTokenizer words = tokenizer.withLanguages(source, target);
        return new TextSides(
                words,
                settings,
                prefix,
                target == null
                        ? Map.of()
                        : Map.of(
                                languageArgument(model, tokenizer),
                                new JsonPrimitive(tokenizer.idOf(target).orElseThrow())));
    }

    private static JsonObject taskSettings(LoadedModel model, String name) {
        boolean known =
                name != null
                        && model.config().get("task_specific_params") instanceof JsonObject all
                        && all.get(name) instanceof JsonObject;
        JsonObject settings =
                known
                        ? model.config()
                                .getAsJsonObject("task_specific_params")
                                .getAsJsonObject(name)
                                .deepCopy()
                        : new JsonObject();
        model.unknownSettingsOfGeneration().forEach(settings::remove);
        return settings;
    }

    /**
     * The prefix of the task, or else of a model that reads and writes; taken out of the former.
     */
    private static String prefix(LoadedModel model, JsonObject settings) {
        JsonElement own = settings.remove(Generation.TASK_PREFIX);
        if (own == null && Generation.isEncoderDecoder(model)) {
            own = model.config().get(Generation.TASK_PREFIX);
        }
        return own == null || own.isJsonNull() ? "" : own.getAsString();
    }

    /** Whether the language to translate to stands before the text, as in Marian's models. */
    private static boolean marksByText(ModelTokenizer tokenizer) {
        return tokenizer.languages().stream().allMatch(name -> name.startsWith(">>"));
    }

    /** Where the target's language goes: first in the target, or in place of its start. */
    private static String languageArgument(LoadedModel model, ModelTokenizer tokenizer)
            throws IOException {
        JsonElement start =
                new Generation(model, Map.of(), Generation.TEXT_SETTINGS)
                        .setting("decoder_start_token_id");
        boolean isLanguage =
                start == null
                        || tokenizer.languages().stream()
                                .map(tokenizer::idOf)
                                .anyMatch(id -> id.equals(OptionalInt.of(start.getAsInt())));
        return isLanguage ? "decoder_start_token_id" : "forced_bos_token_id";
    }
}
