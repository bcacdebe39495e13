package org.attn4j.cli.tools;

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
import org.attn4j.cli.io.TextInput;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.LineReader;
import org.attn4j.models.metric.Bleu;
import org.attn4j.models.metric.BleuTokenizer;
import org.attn4j.models.metric.Chrf;
import org.attn4j.models.metric.CorpusMetric;
import org.attn4j.models.metric.MetricScore;
import org.attn4j.models.metric.Ter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bleu}: scores translations against references. */
@Command(
        name = "bleu",
        description =
                "Scores translations against references with BLEU, chrF, chrF++ and TER, equal to"
                        + " sacreBLEU's figures.")
public final class BleuCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Option(
            names = "--reference",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "The references, a line each; several files for several references.")
    private List<Path> references;

    @Option(
            names = "--hypothesis",
            paramLabel = "FILE",
            description = "The translations, a line each (default: standard input).")
    private Path hypothesis;

    @Option(
            names = "--tokenize",
            paramLabel = "NAME",
            defaultValue = "13a",
            description = "BLEU's tokenization: 13a, intl, none, char or zh (default: 13a).")
    private String tokenize;

    @Option(names = "--lowercase", description = "Ignores case in BLEU and chrF; TER always does.")
    private boolean lowercase;

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "bleu",
            description = "What to compute: bleu, chrf, chrf++, ter (default: bleu).")
    private List<String> metrics;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Map<String, CorpusMetric> chosen = chosenMetrics();
        List<List<String>> streams = new ArrayList<>();
        for (Path reference : references) {
            streams.add(lines(reference));
        }
        List<String> hypotheses =
                hypothesis == null
                        ? LineReader.of(System.in, TextInput.STANDARD_INPUT, LineLimit.DEFAULT)
                                .all()
                        : lines(hypothesis);
        checkLineCounts(hypotheses, streams);

        Map<String, MetricScore> scores = new LinkedHashMap<>();
        chosen.forEach((name, metric) -> scores.put(name, metric.score(hypotheses, streams)));
        print(scores);
        return ExitCode.DONE;
    }

    private static List<String> lines(Path file) throws IOException {
        try (LineReader reader = LineReader.open(file, LineLimit.DEFAULT)) {
            return reader.all();
        }
    }

    private Map<String, CorpusMetric> chosenMetrics() {
        BleuTokenizer tokenizer = BleuTokenizer.of(tokenize);
        Map<String, CorpusMetric> chosen = new LinkedHashMap<>();
        for (String metric : metrics) {
            String name = metric.strip().toLowerCase(Locale.ROOT);
            chosen.put(name, metric(name, tokenizer));
        }
        return chosen;
    }

    private CorpusMetric metric(String name, BleuTokenizer tokenizer) {
        return switch (name) {
            case "bleu" -> Bleu.DEFAULTS.withTokenizer(tokenizer).withLowercase(lowercase);
            case "chrf" -> Chrf.DEFAULTS.withLowercase(lowercase);
            case "chrf++" -> Chrf.DEFAULTS.withOrders(6, 2).withLowercase(lowercase);
            case "ter" -> Ter.DEFAULTS;
            default ->
                    throw new IllegalArgumentException(
                            "metrics must be among bleu, chrf, chrf++, ter, got metrics=" + name);
        };
    }

    private void checkLineCounts(List<String> hypotheses, List<List<String>> streams)
            throws CorpusException {
        String name = hypothesis == null ? TextInput.STANDARD_INPUT : hypothesis.toString();
        if (hypotheses.isEmpty()) {
            throw new CorpusException(name + " is empty: give a translation a line");
        }
        for (int i = 0; i < streams.size(); i++) {
            if (streams.get(i).size() != hypotheses.size()) {
                throw new CorpusException(
                        String.format(
                                "%s has %s lines and %s has %s: each translation needs its"
                                        + " reference on the same line",
                                name, hypotheses.size(), references.get(i), streams.get(i).size()));
            }
        }
    }

    private void print(Map<String, MetricScore> scores) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> figures = new LinkedHashMap<>();
            scores.forEach((name, score) -> figures.put(name, score.toMap()));
            out.println(Json.pretty(Map.of("metrics", figures)));
        } else {
            scores.values().forEach(score -> out.println(score.formatWithSignature()));
        }
        out.flush();
    }
}
