package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.TextInput;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.GenerationOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.option.PrecisionOption;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.TextReading;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the verbs that write text with a published model have in common. */
abstract class GeneratingCommand implements Callable<Integer> {

    private static final int BATCH = 16;

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Mixin private PrecisionOption precision;
    @Mixin private GenerationOptions options;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** Hands over the texts to start from, some at a time. */
    abstract void feed(TextInput.Consumer consumer) throws IOException;

    /** Where the texts come from. */
    abstract TextInput input();

    /** Refuses a model that the verb is not for. */
    void check(TextGenerator generator) {}

    /** Adds what the verb is about. */
    void prepare(GenerationRequest.Builder request) {}

    /** What stands before each text that is printed. */
    String shownBefore(TextGenerator generator, String text) {
        return "";
    }

    /** Refuses options that make no sense, before anything is loaded. */
    void checkOptions(boolean asJson) {}

    /** Whether texts are shown as they are written. */
    boolean streams() {
        return false;
    }

    @Override
    public final Integer call() throws IOException {
        checkOptions(json);
        GenerationRequest.Builder request = GenerationRequest.builder();
        options.applyTo(request);
        PrintWriter out = spec.commandLine().getOut();
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                TextGenerator generator =
                        TextGenerator.load(folder, precision.of(model.loader(manager)))) {
            check(generator);
            prepare(request);
            PrintWriter err = spec.commandLine().getErr();
            Readings readings = new Readings(input(), err, generator.tokenizer().maxLength());
            if (streams()) {
                feed(texts -> stream(generator, texts, request, readings, out));
            } else {
                write(generator, request.build(), readings, out);
            }
            return readings.exitCode();
        }
    }

    private void write(
            TextGenerator generator, GenerationRequest request, Readings readings, PrintWriter out)
            throws IOException {
        Json.Elements documents = new Json.Elements(out);
        feed(
                texts -> {
                    for (int from = 0; from < texts.size(); from += BATCH) {
                        int to = Math.min(from + BATCH, texts.size());
                        List<String> some = texts.subList(from, to);
                        List<List<GeneratedText>> found = generator.generate(some, request);
                        for (int i = 0; i < some.size(); i++) {
                            TextReading reading = found.get(i).get(0).reading();
                            List<String> empty = readings.next(reading);
                            if (json) {
                                documents.add(document(generator, some.get(i), found.get(i)));
                            } else if (reading.refused()) {
                                empty.forEach(out::println);
                            } else {
                                print(shownBefore(generator, some.get(i)), found.get(i), out);
                            }
                        }
                        out.flush();
                    }
                });
        if (json) {
            documents.end();
        }
    }

    private static void print(String before, List<GeneratedText> found, PrintWriter out) {
        for (GeneratedText each : found) {
            out.println(before.isEmpty() ? each.text().strip() : before + each.text());
        }
    }

    private void stream(
            TextGenerator generator,
            List<String> texts,
            GenerationRequest.Builder request,
            Readings readings,
            PrintWriter out)
            throws IOException {
        for (String text : texts) {
            String[] before = {shownBefore(generator, text)};
            request.optListener(
                    (input, sequence, piece) -> {
                        out.print(before[0] + piece);
                        before[0] = "";
                        out.flush();
                    });
            GeneratedText found = generator.generate(List.of(text), request.build()).get(0).get(0);
            List<String> empty = readings.next(found.reading());
            (found.reading().refused() ? empty : List.of(before[0])).forEach(out::println);
        }
        out.flush();
    }

    private static Map<String, Object> document(
            TextGenerator generator, String text, List<GeneratedText> found) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(generator.isEncoderDecoder() ? "source" : "prompt", text);
        Readings.describe(found.get(0).reading(), document);
        document.put(
                "texts",
                found.stream()
                        .filter(each -> !each.reading().refused())
                        .map(each -> candidate(generator, each))
                        .toList());
        return document;
    }

    private static Map<String, Object> candidate(TextGenerator generator, GeneratedText each) {
        Hypothesis found = each.hypothesis();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("text", each.text());
        document.put("finishReason", found.reason().name().toLowerCase(Locale.ROOT));
        document.put("score", found.score());
        document.put("logProbability", found.logProbability());
        document.put("ids", found.ids());
        document.put(
                "tokens",
                Arrays.stream(found.ids())
                        .mapToObj(id -> generator.tokenizer().token(id))
                        .toList());
        document.put("tokenLogProbabilities", found.tokenLogProbabilities());
        return document;
    }
}
