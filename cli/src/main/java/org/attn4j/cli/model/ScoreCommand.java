package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.Tokens;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.option.PrecisionOption;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.task.TextScorer;
import org.attn4j.models.tokenizer.ModelTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code score}: the log-probability of given translations. */
@Command(
        name = "score",
        description = {
            "Prints how probable a model finds given translations.",
            "A line for each: its log-probability (natural logarithm, end of sentence included) and"
                    + " the number of its tokens."
        })
public final class ScoreCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Mixin private PrecisionOption precision;

    @Option(
            names = "--source",
            paramLabel = "FILE",
            required = true,
            description = "Sentences, a line each.")
    private Path source;

    @Option(
            names = "--target",
            paramLabel = "FILE",
            required = true,
            description = "Their translations.")
    private Path target;

    @Option(names = "--json", description = "Prints one JSON document, with each token's share.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<SentencePair> pairs = AlignedFiles.of(source, target).readAll();
        PrintWriter out = spec.commandLine().getOut();
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                TextGenerator loaded =
                        TextTranslator.load(folder, precision.of(model.loader(manager)))) {
            List<Outcome<Hypothesis>> scored =
                    new TextScorer(loaded)
                            .score(
                                    pairs.stream().map(SentencePair::source).toList(),
                                    pairs.stream().map(SentencePair::target).toList());
            if (json) {
                out.println(Json.pretty(document(loaded.tokenizer(), pairs, scored)));
            } else {
                scored.forEach(each -> out.println(line(each)));
            }
            return tell(scored);
        }
    }

    /** A pair that is refused has an empty line, so that those after it keep their lines. */
    private static String line(Outcome<Hypothesis> each) {
        return each.reading().refused()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.6f\t%s",
                        each.value().logProbability(),
                        each.value().tokenLogProbabilities().length);
    }

    private int tell(List<Outcome<Hypothesis>> scored) {
        PrintWriter err = spec.commandLine().getErr();
        int exitCode = ExitCode.DONE;
        for (int i = 0; i < scored.size(); i++) {
            if (scored.get(i).reading().refused()) {
                err.println(
                        "attn4j: pair %s: %s".formatted(i + 1, scored.get(i).reading().problem()));
                exitCode = ExitCode.FAILED;
            }
        }
        return exitCode;
    }

    private static List<Map<String, Object>> document(
            ModelTokenizer tokenizer, List<SentencePair> pairs, List<Outcome<Hypothesis>> scored) {
        List<Map<String, Object>> document = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("source", pairs.get(i).source());
            entry.put("target", pairs.get(i).target());
            Readings.describe(scored.get(i).reading(), entry);
            Hypothesis found = scored.get(i).value();
            if (found != null) {
                entry.put("logProbability", found.logProbability());
                entry.put("tokens", Tokens.of(tokenizer, found.ids()));
                entry.put("tokenLogProbabilities", found.tokenLogProbabilities());
            }
            document.add(entry);
        }
        return document;
    }
}
