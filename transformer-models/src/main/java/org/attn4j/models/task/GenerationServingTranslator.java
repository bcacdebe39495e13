package org.attn4j.models.task;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.ndarray.NDList;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.attn4j.models.tokenizer.TextReading;

/**
 * Generates for DJL Serving: a text, or JSON of the form {@code {"inputs": TEXT or list,
 * "parameters": {…}}} with arguments of transformers' {@code generate}, answered by {@code
 * {"generated_text": …}} or a list of these.
 */
final class GenerationServingTranslator implements NoBatchifyTranslator<Input, Output> {

    private static final String ASKED = "org.attn4j.asked";

    private final TextGenerator generator;
    private final Supplier<GenerationRequest.Builder> requests;

    GenerationServingTranslator(
            TextGenerator generator, Supplier<GenerationRequest.Builder> requests) {
        this.generator = generator;
        this.requests = requests;
    }

    /** What is asked for; a list of texts is answered by a list. */
    private record Asked(List<String> texts, boolean list, JsonObject parameters) {}

    @Override
    public NDList processInput(TranslatorContext ctx, Input input) throws TranslateException {
        if (input.getContent().isEmpty()) {
            throw new TranslateException("Input data is empty.");
        }
        String text = input.getData().getAsString();
        String type = input.getProperty("Content-Type", "");
        boolean json = type != null && type.startsWith("application/json");
        ctx.setAttachment(
                ASKED, json ? parse(text) : new Asked(List.of(text), false, new JsonObject()));
        return new NDList();
    }

    private static Asked parse(String text) throws TranslateException {
        JsonElement parsed;
        try {
            parsed = JsonParser.parseString(text);
        } catch (JsonParseException e) {
            throw new TranslateException("Input is not a valid json.", e);
        }
        JsonObject object = parsed.isJsonObject() ? parsed.getAsJsonObject() : new JsonObject();
        JsonElement inputs = object.get("inputs");
        if (inputs == null || !inputs.isJsonArray() && !inputs.isJsonPrimitive()) {
            throw new TranslateException("Missing \"inputs\" in json: a text or a list of texts.");
        }
        List<String> texts = new ArrayList<>();
        if (inputs.isJsonArray()) {
            inputs.getAsJsonArray().forEach(each -> texts.add(each.getAsString()));
        } else {
            texts.add(inputs.getAsString());
        }
        boolean set = object.get("parameters") instanceof JsonObject;
        return new Asked(
                texts,
                inputs.isJsonArray(),
                set ? object.getAsJsonObject("parameters") : new JsonObject());
    }

    @Override
    public Output processOutput(TranslatorContext ctx, NDList list) throws IOException {
        Asked asked = (Asked) ctx.getAttachment(ASKED);
        GenerationRequest.Builder request = requests.get();
        asked.parameters().entrySet().forEach(it -> request.opt(it.getKey(), it.getValue()));
        List<Map<String, String>> answers = new ArrayList<>();
        for (List<GeneratedText> found : generator.generate(asked.texts(), request.build())) {
            answers.add(answer(found.get(0)));
        }
        Output output = new Output();
        output.addProperty("Content-Type", "application/json");
        output.add(BytesSupplier.wrapAsJson(asked.list() ? answers : answers.get(0)));
        return output;
    }

    /** The text, with what was not read of its source. */
    private static Map<String, String> answer(GeneratedText found) {
        TextReading reading = found.reading();
        if (reading.refused()) {
            return Map.of("generated_text", "", "error", reading.problem());
        }
        return reading.cut()
                ? Map.of(
                        "generated_text",
                        found.text(),
                        "warning",
                        "%s of %s tokens were read".formatted(reading.read(), reading.tokens()))
                : Map.of("generated_text", found.text());
    }
}
