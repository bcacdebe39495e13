package org.attn4j.cli.model;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.task.WordAligner;

/** Translates texts with an encoder-decoder. */
public final class TextTranslator {

    private final TextGenerator model;
    private final GenerationRequest request;

    /**
     * Creates a translator.
     *
     * @param model stays the caller's
     * @param request how to search, without languages yet
     * @param source the language of the texts, or null
     * @param target the language to translate to, or null
     */
    TextTranslator(
            TextGenerator model, GenerationRequest.Builder request, String source, String target) {
        this.model = model;
        if (source != null || target != null) {
            chooseLanguages(request, source, target);
        }
        this.request = request.build();
    }

    /** Loads a model that translates; others are refused. */
    public static TextGenerator load(Path folder, Pretrained.Loader loader) throws IOException {
        ModelDirectory.open(folder).config(); // tells what is missing of a folder that is no model
        TextGenerator model = TextGenerator.load(folder, loader);
        if (!model.isEncoderDecoder()) {
            model.close();
            throw new IllegalArgumentException(
                    folder
                            + ": the model goes on with a text rather than translate it: use"
                            + " generate");
        }
        return model;
    }

    private void chooseLanguages(GenerationRequest.Builder request, String source, String target) {
        if (!model.tokenizer().languages().isEmpty()) {
            request.optLanguages(source, target);
            return;
        }
        String task = "translation_" + source + "_to_" + target;
        Require.that(
                model.model().config().get("task_specific_params") instanceof JsonObject tasks
                        && tasks.has(task),
                "the model tells of no translation from %s to %s: leave out --source-lang and"
                        + " --target-lang, and put what it expects before the text",
                source,
                target);
        request.optTask(task);
    }

    /** Reads from the model's attention which words of a text those of a translation came from. */
    WordAligner aligner() throws IOException {
        return new WordAligner(model, request);
    }

    /** Translates texts: for each its translations, the best first; one that is refused has one. */
    List<List<GeneratedText>> translate(List<String> texts) throws IOException {
        return model.generate(texts, request);
    }

    /**
     * Translates texts, all of which have to be read.
     *
     * @return the text of each one's best translation
     * @throws IllegalArgumentException if one is refused
     */
    List<String> best(List<String> texts) throws IOException {
        return translate(texts).stream()
                .map(found -> found.get(0))
                .peek(it -> Require.that(!it.reading().refused(), "%s", it.reading().problem()))
                .map(it -> it.text().strip())
                .toList();
    }
}
