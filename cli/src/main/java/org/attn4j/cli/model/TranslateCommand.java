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
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.GenerationOptions;
import org.attn4j.cli.option.PretrainedOptions;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.models.zoo.Translation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code translate}: translates texts, or standard input line by line. */
@Command(
        name = "translate",
        description = {
            "Translates texts with a trained or a published model.",
            "A line for each, or as many as --n-best says; an empty text stays empty. The model is"
                    + " what 'train' wrote, or a published one such as Marian, mBART or T5."
        })
public final class TranslateCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private PretrainedOptions model;
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
            description = "The language of the texts, where a published model knows several.")
    private String sourceLanguage;

    @Option(
            names = "--target-lang",
            paramLabel = "LANG",
            description = "The language to translate to, where a published model knows several.")
    private String targetLanguage;

    @Option(
            names = "--truncate",
            description =
                    "Cuts texts that are too long for a published model, and says which; else they"
                            + " are refused.")
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

    private static final Outcome<List<Translation>> NOTHING =
            new Outcome<>(List.of(), TextReading.whole(0));

    @Override
    public Integer call() throws IOException {
        requirePositive("--beam", beams == null ? 1 : beams);
        requirePositive("--n-best", nBest);
        PrintWriter out = spec.commandLine().getOut();
        Json.Elements documents = new Json.Elements(out);
        int exitCode;
        try (Translating translating = load()) {
            Readings readings =
                    new Readings(input, spec.commandLine().getErr(), translating.usualTokens());
            input.forEach(texts -> translate(translating, texts, readings, out, documents));
            exitCode = readings.exitCode();
        }
        if (json) {
            documents.end();
        }
        return exitCode;
    }

    private Translating load() throws IOException {
        Path folder = model.folder(spec.commandLine().getErr());
        if (PublishedTranslating.isIn(folder)) {
            GenerationRequest.Builder request = GenerationRequest.builder();
            if (beams != null) {
                request.optBeams(Math.max(beams, nBest));
            }
            if (nBest > 1) {
                request.opt("num_return_sequences", nBest);
                request.optBeams(Math.max(beams == null ? nBest : beams, nBest));
            }
            options.applyTo(request);
            request.optTruncate(truncate);
            NDManager manager = model.newManager();
            return new PublishedTranslating(
                    folder,
                    manager,
                    model.loader(manager),
                    request,
                    sourceLanguage,
                    targetLanguage);
        }
        if (sourceLanguage != null || targetLanguage != null || options.isGiven() || truncate) {
            throw new IllegalArgumentException(
                    "a model of 'train' takes --beam and --n-best alone: leave out languages,"
                            + " --truncate and the options of published models");
        }
        return new TrainedTranslating(folder, model.open(), beams, nBest);
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, got " + value);
        }
    }

    private void translate(
            Translating translating,
            List<String> sentences,
            Readings readings,
            PrintWriter out,
            Json.Elements documents)
            throws IOException {
        List<String> spoken = sentences.stream().filter(text -> !text.isBlank()).toList();
        Iterator<Outcome<List<Translation>>> found = translating.translate(spoken).iterator();
        for (String sentence : sentences) {
            Outcome<List<Translation>> outcome = sentence.isBlank() ? NOTHING : found.next();
            List<String> empty = readings.next(outcome.reading());
            List<Translation> translations =
                    outcome.reading().refused() ? List.of() : outcome.value();
            if (json) {
                documents.add(entry(translating, sentence, translations, outcome.reading()));
            } else if (translations.isEmpty()) {
                out.print("\n".repeat(nBest * empty.size()));
            } else {
                translations.forEach(each -> out.println(line(each)));
            }
        }
        out.flush();
    }

    private String line(Translation translation) {
        String text = oneLine(translation.text());
        return scores
                ? String.format(Locale.ROOT, "%.4f\t%s", translation.hypothesis().score(), text)
                : text;
    }

    /** A line end within a translation would shift those of the lines after it. */
    static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }

    private static Map<String, Object> entry(
            Translating model,
            String sentence,
            List<Translation> translations,
            TextReading reading) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("source", sentence);
        Readings.describe(reading, entry);
        entry.put(
                "translations", translations.stream().map(each -> candidate(model, each)).toList());
        return entry;
    }

    private static Candidate candidate(Translating model, Translation translation) {
        Hypothesis hypothesis = translation.hypothesis();
        return new Candidate(
                translation.text(),
                hypothesis.score(),
                hypothesis.logProbability(),
                model.tokens(hypothesis.ids()),
                hypothesis.tokenLogProbabilities());
    }
}
