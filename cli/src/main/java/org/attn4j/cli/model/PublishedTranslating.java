package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.models.zoo.Translation;

/** A published model, such as Marian, mBART or T5. */
final class PublishedTranslating implements Translating {

    private final NDManager manager;
    private final TextGenerator generator;
    private final GenerationRequest request;

    /**
     * Loads a model.
     *
     * @param manager is closed with this, and where loading fails
     * @param loader loads onto it
     * @param request how to generate, without languages yet
     * @param source the language of the texts, or null
     * @param target the language to translate to, or null
     */
    PublishedTranslating(
            Path folder,
            NDManager manager,
            Pretrained.Loader loader,
            GenerationRequest.Builder request,
            String source,
            String target)
            throws IOException {
        this.manager = manager;
        try {
            generator = TextGenerator.load(folder, loader);
            if (!generator.isEncoderDecoder()) {
                generator.close();
                throw new IllegalArgumentException(
                        folder
                                + ": the model goes on with a text rather than translate it: use"
                                + " generate");
            }
            chooseLanguages(request, source, target);
            this.request = request.build();
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Whether a folder holds a model of a published family. */
    static boolean isIn(Path folder) {
        try {
            JsonElement type = ModelDirectory.open(folder).config().get("model_type");
            return type != null
                    && type.isJsonPrimitive()
                    && ModelFamilies.find(type.getAsString()).isPresent();
        } catch (IOException e) {
            return false; // reading it as a trained model tells what is wrong
        }
    }

    private void chooseLanguages(GenerationRequest.Builder request, String source, String target) {
        if (source == null && target == null) {
            return;
        }
        if (!generator.tokenizer().languages().isEmpty()) {
            request.optLanguages(source, target);
            return;
        }
        String task = "translation_" + source + "_to_" + target;
        boolean known =
                generator.model().config().get("task_specific_params") instanceof JsonObject tasks
                        && tasks.has(task);
        if (!known) {
            throw new IllegalArgumentException(
                    "the model tells of no translation from "
                            + source
                            + " to "
                            + target
                            + ": leave out --source-lang and --target-lang, and put what it expects"
                            + " before the text");
        }
        request.optTask(task);
    }

    @Override
    public List<Outcome<List<Translation>>> translate(List<String> texts) throws IOException {
        List<Outcome<List<Translation>>> all = new ArrayList<>();
        for (List<GeneratedText> found : generator.generate(texts, request)) {
            TextReading reading = found.get(0).reading();
            List<Translation> translations =
                    found.stream()
                            .map(it -> new Translation(it.text().strip(), it.hypothesis()))
                            .toList();
            all.add(new Outcome<>(reading.refused() ? null : translations, reading));
        }
        return all;
    }

    @Override
    public OptionalInt usualTokens() {
        return generator.tokenizer().maxLength();
    }

    @Override
    public List<String> tokens(int[] ids) {
        return Arrays.stream(ids).mapToObj(id -> generator.tokenizer().token(id)).toList();
    }

    @Override
    public void close() {
        generator.close();
        manager.close();
    }
}
