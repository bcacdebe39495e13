package org.attn4j.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.pretrained.GeneratedText;
import org.attn4j.models.pretrained.GenerationRequest;
import org.attn4j.models.pretrained.TextGenerator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the verbs that write text with a published model have in common. */
abstract class GeneratingCommand implements Callable<Integer> {

    private static final int BATCH = 16;

    @Mixin private CommonOptions common;
    @Mixin private PretrainedOptions model;
    @Mixin private GenerationOptions options;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** Hands over the texts to start from, some at a time. */
    abstract void feed(TextInput.Consumer consumer) throws IOException;

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
        prepare(request);
        PrintWriter out = spec.commandLine().getOut();
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                TextGenerator generator =
                        TextGenerator.load(folder, PretrainedOptions.loader(manager))) {
            if (streams()) {
                feed(texts -> stream(generator, texts, request, out));
            } else {
                write(generator, request.build(), out);
            }
        }
        return ExitCode.DONE;
    }

    private void write(TextGenerator generator, GenerationRequest request, PrintWriter out)
            throws IOException {
        Json.Elements documents = new Json.Elements(out);
        TextInput.Consumer writer =
                texts -> {
                    List<List<GeneratedText>> found = generator.generate(texts, request);
                    for (int i = 0; i < texts.size(); i++) {
                        if (json) {
                            documents.add(document(generator, texts.get(i), found.get(i)));
                        } else {
                            print(shownBefore(generator, texts.get(i)), found.get(i), out);
                        }
                    }
                    out.flush();
                };
        if (options.samples()) {
            // What is drawn for a text depends on its place, so that they stay together.
            List<String> all = new ArrayList<>();
            feed(all::addAll);
            writer.accept(all);
        } else {
            feed(
                    texts -> {
                        for (int from = 0; from < texts.size(); from += BATCH) {
                            int to = Math.min(from + BATCH, texts.size());
                            writer.accept(texts.subList(from, to));
                        }
                    });
        }
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
            PrintWriter out)
            throws IOException {
        request.optListener(
                (input, sequence, piece) -> {
                    out.print(piece);
                    out.flush();
                });
        for (String text : texts) {
            out.print(shownBefore(generator, text));
            out.flush();
            generator.generate(text, request.build());
            out.println();
        }
        out.flush();
    }

    private static Map<String, Object> document(
            TextGenerator generator, String text, List<GeneratedText> found) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(generator.isEncoderDecoder() ? "source" : "prompt", text);
        document.put("texts", found.stream().map(each -> candidate(generator, each)).toList());
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
