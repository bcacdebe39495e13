package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
import org.attn4j.cli.option.AlignmentOptions;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.GenerationOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.option.PrecisionOption;
import org.attn4j.cli.option.ShortlistOptions;
import org.attn4j.common.Require;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.SoftAlignment;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.task.WordAligner;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.models.tokenizer.TextWords;
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

    @Mixin private PrecisionOption precision;
    @Mixin private GenerationOptions options;
    @Mixin private AlignmentOptions alignment;
    @Mixin private ShortlistOptions shortlist;

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

    /**
     * A translation.
     *
     * @param source the text
     * @param found what was generated for it
     * @param weights what the model looked at, or null if nobody asked
     */
    private record Translation(String source, GeneratedText found, SoftAlignment weights) {}

    @Override
    public Integer call() throws IOException {
        Require.atLeast("--beam", beams == null ? 1 : beams, 1);
        Require.atLeast("--n-best", nBest, 1);
        alignment.check();
        shortlist.check();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Json.Elements documents = new Json.Elements(out);
        int exitCode;
        Path folder = model.folder(err);
        try (NDManager manager = model.newManager();
                TextGenerator loaded =
                        TextTranslator.load(folder, precision.of(model.loader(manager)))) {
            GenerationRequest.Builder request =
                    request().optShortlist(shortlist.of(loaded.tokenizer()));
            TextTranslator translator =
                    new TextTranslator(loaded, request, sourceLanguage, targetLanguage);
            WordAligner aligner = alignment.isAsked() ? translator.aligner() : null;
            int layer = aligner == null ? 0 : alignment.layer(aligner);
            ModelTokenizer tokenizer = loaded.tokenizer();
            Readings readings = new Readings(input, err, tokenizer.maxLength());
            input.forEach(
                    texts -> {
                        List<List<Translation>> found =
                                translations(translator, aligner, layer, texts);
                        print(tokenizer, texts, found, readings, out, documents);
                    });
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

    /** The translations of each text that is not blank. */
    private static List<List<Translation>> translations(
            TextTranslator translator, WordAligner aligner, int layer, List<String> sentences)
            throws IOException {
        List<String> spoken = sentences.stream().filter(text -> !text.isBlank()).toList();
        List<List<GeneratedText>> found = translator.translate(spoken);
        List<String> sources = new ArrayList<>(); // of those that are aligned
        List<GeneratedText> targets = new ArrayList<>();
        for (int i = 0; i < spoken.size() && aligner != null; i++) {
            for (GeneratedText each : found.get(i)) {
                if (!each.reading().refused()) {
                    sources.add(spoken.get(i));
                    targets.add(each);
                }
            }
        }
        Iterator<SoftAlignment> weights =
                aligner == null
                        ? Collections.emptyIterator()
                        : aligner.align(sources, targets, layer, WordAligner.USUAL_STEP).iterator();
        List<List<Translation>> translations = new ArrayList<>();
        for (int i = 0; i < spoken.size(); i++) {
            String source = spoken.get(i);
            translations.add(
                    found.get(i).stream()
                            .map(
                                    it -> {
                                        boolean aligned =
                                                aligner != null && !it.reading().refused();
                                        return new Translation(
                                                source, it, aligned ? weights.next() : null);
                                    })
                            .toList());
        }
        return translations;
    }

    private void print(
            ModelTokenizer tokenizer,
            List<String> sentences,
            List<List<Translation>> found,
            Readings readings,
            PrintWriter out,
            Json.Elements documents) {
        Iterator<List<Translation>> each = found.iterator();
        for (String sentence : sentences) {
            List<Translation> all = sentence.isBlank() ? List.of() : each.next();
            TextReading reading =
                    all.isEmpty() ? TextReading.whole(0) : all.get(0).found().reading();
            List<String> empty = readings.next(reading);
            List<Translation> translations = reading.refused() ? List.of() : all;
            if (json) {
                documents.add(entry(tokenizer, sentence, translations, reading));
            } else if (translations.isEmpty()) {
                out.print("\n".repeat(nBest * empty.size()));
            } else {
                translations.forEach(it -> out.println(line(it)));
            }
        }
        out.flush();
    }

    private String line(Translation translation) {
        String text = oneLine(translation.found().text().strip());
        String scored =
                scores
                        ? String.format(
                                Locale.ROOT,
                                "%.4f\t%s",
                                translation.found().hypothesis().score(),
                                text)
                        : text;
        return alignment.isAsked()
                ? scored + " ||| " + alignment.text(translation.weights())
                : scored;
    }

    /** A line end within a translation would shift those of the lines after it. */
    public static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }

    private Map<String, Object> entry(
            ModelTokenizer tokenizer,
            String sentence,
            List<Translation> translations,
            TextReading reading) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("source", sentence);
        Readings.describe(reading, entry);
        entry.put(
                "translations",
                translations.stream().map(each -> candidate(tokenizer, each)).toList());
        return entry;
    }

    private Map<String, Object> candidate(ModelTokenizer tokenizer, Translation translation) {
        Hypothesis hypothesis = translation.found().hypothesis();
        Map<String, Object> candidate = new LinkedHashMap<>();
        candidate.put("text", translation.found().text().strip());
        candidate.put("score", hypothesis.score());
        candidate.put("logProbability", hypothesis.logProbability());
        candidate.put("tokens", Tokens.of(tokenizer, hypothesis.ids()));
        candidate.put("tokenLogProbabilities", hypothesis.tokenLogProbabilities());
        if (alignment.isAsked()) {
            candidate.put(
                    "alignment",
                    alignment.document(
                            translation.weights(),
                            TextWords.of(translation.source()).words(),
                            TextWords.of(translation.found().text()).words()));
        }
        return candidate;
    }
}
