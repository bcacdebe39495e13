package org.attn4j.cli;

import ai.djl.ndarray.NDManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.zoo.SentenceTranslator;
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
                "Translates the texts given, or standard input, a line each. An empty line stays empty.")
final class TranslateCommand implements Callable<Integer> {

    private static final int LINES_PER_BATCH = 256;

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

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
        try (LoadedModel trained = model.load()) {
            SentenceTranslator translator = trained.translator(beams, nBest);
            if (texts.isEmpty()) {
                translateInput(trained, translator, out, document);
            } else {
                translate(trained, translator, texts, out, document);
            }
        }
        if (json) {
            out.println(Json.pretty(document));
        }
        return ExitCode.DONE;
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, got " + value);
        }
    }

    private void translateInput(
            LoadedModel trained,
            SentenceTranslator translator,
            PrintWriter out,
            List<Map<String, Object>> document)
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
                translate(trained, translator, lines, out, document);
                lines.clear();
                prompt(terminal);
            }
        }
        translate(trained, translator, lines, out, document);
    }

    private void prompt(boolean terminal) {
        if (terminal) {
            PrintWriter err = spec.commandLine().getErr();
            err.print("> ");
            err.flush();
        }
    }

    private void translate(
            LoadedModel trained,
            SentenceTranslator translator,
            List<String> sentences,
            PrintWriter out,
            List<Map<String, Object>> document) {
        List<String> spoken = sentences.stream().filter(text -> !text.isBlank()).toList();
        List<List<Translation>> found;
        try (NDManager manager = trained.manager().newSubManager()) {
            found = translator.translate(manager, spoken);
        }
        int next = 0;
        for (String sentence : sentences) {
            List<Translation> translations = sentence.isBlank() ? List.of() : found.get(next++);
            if (json) {
                document.add(entry(trained, sentence, translations));
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
            LoadedModel model, String sentence, List<Translation> translations) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("source", sentence);
        entry.put(
                "translations", translations.stream().map(each -> candidate(model, each)).toList());
        return entry;
    }

    private static Candidate candidate(LoadedModel model, Translation translation) {
        Hypothesis hypothesis = translation.hypothesis();
        return new Candidate(
                translation.text(),
                hypothesis.score(),
                hypothesis.logProbability(),
                Tokens.of(model.trained().targetTokenizer(), hypothesis.ids()),
                hypothesis.tokenLogProbabilities());
    }
}
