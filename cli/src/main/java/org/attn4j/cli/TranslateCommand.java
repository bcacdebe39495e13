package org.attn4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.pretrained.GenerationRequest;
import org.attn4j.models.zoo.Translation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code translate}: translates texts, or standard input line by line. */
@Command(
        name = "translate",
        description =
                "Translates the texts given, or standard input, a line each. An empty line stays empty. "
                        + "The model is what 'train' wrote, or a published one such as Marian, mBART or T5.")
final class TranslateCommand implements Callable<Integer> {

    private static final int LINES_PER_BATCH = 256;

    @Mixin private CommonOptions common;
    @Mixin private PretrainedOptions model;
    @Mixin private GenerationOptions options;

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "What to translate.")
    private List<String> texts = new ArrayList<>();

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
        requirePositive("--beam", beams == null ? 1 : beams);
        requirePositive("--n-best", nBest);
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, Object>> document = new ArrayList<>();
        try (Translating translating = load()) {
            if (texts.isEmpty()) {
                translateInput(translating, out, document);
            } else {
                translate(translating, texts, out, document);
            }
        }
        if (json) {
            out.println(Json.pretty(document));
        }
        return ExitCode.DONE;
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
            return new PublishedTranslating(
                    folder, model.open(), request, sourceLanguage, targetLanguage);
        }
        if (sourceLanguage != null || targetLanguage != null || options.isGiven()) {
            throw new IllegalArgumentException(
                    "a model of 'train' takes --beam and --n-best alone: leave out languages and"
                            + " the options of published models");
        }
        return new TrainedTranslating(folder, model.open(), beams, nBest);
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, got " + value);
        }
    }

    private void translateInput(
            Translating translating, PrintWriter out, List<Map<String, Object>> document)
            throws IOException {
        boolean terminal = System.console() != null;
        var decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, decoder));
        List<String> lines = new ArrayList<>();
        prompt(terminal);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            lines.add(line);
            if (terminal || lines.size() == LINES_PER_BATCH) {
                translate(translating, lines, out, document);
                lines.clear();
                prompt(terminal);
            }
        }
        translate(translating, lines, out, document);
    }

    private void prompt(boolean terminal) {
        if (terminal) {
            PrintWriter err = spec.commandLine().getErr();
            err.print("> ");
            err.flush();
        }
    }

    private void translate(
            Translating translating,
            List<String> sentences,
            PrintWriter out,
            List<Map<String, Object>> document)
            throws IOException {
        List<String> spoken = sentences.stream().filter(text -> !text.isBlank()).toList();
        List<List<Translation>> found = translating.translate(spoken);
        int next = 0;
        for (String sentence : sentences) {
            List<Translation> translations = sentence.isBlank() ? List.of() : found.get(next++);
            if (json) {
                document.add(entry(translating, sentence, translations));
            } else if (translations.isEmpty()) {
                out.println();
            } else {
                translations.forEach(each -> out.println(line(each)));
            }
        }
        out.flush();
    }

    private String line(Translation translation) {
        return scores
                ? String.format(
                        Locale.ROOT,
                        "%.4f\t%s",
                        translation.hypothesis().score(),
                        translation.text())
                : translation.text();
    }

    private static Map<String, Object> entry(
            Translating model, String sentence, List<Translation> translations) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("source", sentence);
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
