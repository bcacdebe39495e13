package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.TextInput;
import org.attn4j.cli.io.Tokens;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.GenerationOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextReading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code translate}: translates texts, or standard input line by line. */
@Command(
        name = "translate",
        description = {
            "Translates texts with a model that 'train' wrote, or one such as Marian, mBART or T5.",
            "A line for each, or as many as --n-best says; an empty text stays empty."
        })
public final class TranslateCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;
    @Mixin private GenerationOptions options;

    @Mixin private TextInput input;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description = "Beams of the search; 1 is greedy (default: the model's own).")
    private Integer beams;

    @Option(
            names = "--n-best",
            paramLabel = "K",
            description = "How many translations of each text (default: 1).")
    private int nBest = 1;

    @Option(
            names = "--source-lang",
            paramLabel = "LANG",
            description = "The language of the texts, where the model knows several.")
    private String sourceLanguage;

    @Option(
            names = "--target-lang",
            paramLabel = "LANG",
            description = "The language to translate to, where the model knows several.")
    private String targetLanguage;

    @Option(
            names = "--truncate",
            description =
                    "Cuts texts that are too long for the model, and says which; else they are"
                            + " refused.")
    private boolean truncate;

    @Option(names = "--scores", description = "Prints each translation's score before it.")
    private boolean scores;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** A translation as {@code --json} prints it. */
    record Candidate(
            String text,
            double score,
            double logProbability,
            List<String> tokens,
            float[] tokenLogProbabilities) {}

    @Override
    public Integer call() throws IOException {
        Require.atLeast("--beam", beams == null ? 1 : beams, 1);
        Require.atLeast("--n-best", nBest, 1);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Json.Elements documents = new Json.Elements(out);
        int exitCode;
        Path folder = model.folder(err);
        try (NDManager manager = model.newManager();
                TextGenerator loaded = TextTranslator.load(folder, model.loader(manager))) {
            TextTranslator translator =
                    new TextTranslator(loaded, request(), sourceLanguage, targetLanguage);
            ModelTokenizer tokenizer = loaded.tokenizer();
            Readings readings = new Readings(input, err, tokenizer.maxLength());
            input.forEach(
                    texts -> translate(translator, tokenizer, texts, readings, out, documents));
            exitCode = readings.exitCode();
        }
        if (json) {
            documents.end();
        }
        return exitCode;
    }

    private GenerationRequest.Builder request() {
        GenerationRequest.Builder request = GenerationRequest.builder();
        request.opt("num_return_sequences", nBest);
        if (beams != null || nBest > 1) {
            request.optBeams(Math.max(beams == null ? nBest : beams, nBest));
        }
        options.applyTo(request);
        return request.optTruncate(truncate);
    }

    private void translate(
            TextTranslator translator,
            ModelTokenizer tokenizer,
            List<String> sentences,
            Readings readings,
            PrintWriter out,
            Json.Elements documents)
            throws IOException {
        List<String> spoken = sentences.stream().filter(text -> !text.isBlank()).toList();
        Iterator<List<GeneratedText>> found = translator.translate(spoken).iterator();
        for (String sentence : sentences) {
            List<GeneratedText> all = sentence.isBlank() ? List.of() : found.next();
            TextReading reading = all.isEmpty() ? TextReading.whole(0) : all.get(0).reading();
            List<String> empty = readings.next(reading);
            List<GeneratedText> translations = reading.refused() ? List.of() : all;
            if (json) {
                documents.add(entry(tokenizer, sentence, translations, reading));
            } else if (translations.isEmpty()) {
                out.print("\n".repeat(nBest * empty.size()));
            } else {
                translations.forEach(each -> out.println(line(each)));
            }
        }
        out.flush();
    }

    private String line(GeneratedText translation) {
        String text = oneLine(translation.text().strip());
        return scores
                ? String.format(Locale.ROOT, "%.4f\t%s", translation.hypothesis().score(), text)
                : text;
    }

    /** A line end within a translation would shift those of the lines after it. */
    public static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }

    private static Map<String, Object> entry(
            ModelTokenizer tokenizer,
            String sentence,
            List<GeneratedText> translations,
            TextReading reading) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("source", sentence);
        Readings.describe(reading, entry);
        entry.put(
                "translations",
                translations.stream().map(each -> candidate(tokenizer, each)).toList());
        return entry;
    }

    private static Candidate candidate(ModelTokenizer tokenizer, GeneratedText translation) {
        Hypothesis hypothesis = translation.hypothesis();
        return new Candidate(
                translation.text().strip(),
                hypothesis.score(),
                hypothesis.logProbability(),
                Tokens.of(tokenizer, hypothesis.ids()),
                hypothesis.tokenLogProbabilities());
    }
}
