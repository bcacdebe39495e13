package org.attn4j.cli.retrieval;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.TextInput;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.option.PrecisionOption;
import org.attn4j.common.Require;
import org.attn4j.models.task.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rerank}: texts in the order in which they answer a query. */
@Command(
        name = "rerank",
        description = {
            "Orders texts by how well they fit a query, the best first, with their scores.",
            "A cross-encoder reads query and text together; a sentence model compares their vectors."
                    + " Standard error tells which it is. Empty lines are passed over."
        })
public final class RerankCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Mixin private PrecisionOption precision;
    @Mixin private TextInput input;

    @Option(
            names = "--query",
            paramLabel = "TEXT",
            required = true,
            description = "What the texts are for.")
    private String query;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "How many of the texts (default: all).")
    private Integer topK;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** A text with its score. */
    private record Ranked(String text, double score) {}

    @Override
    public Integer call() throws IOException {
        Require.atLeast("--top-k", topK == null ? 1 : topK, 1);
        Retriever.requireWords(List.of(query));
        PrintWriter err = spec.commandLine().getErr();
        Path folder = model.folder(err);
        List<Ranked> ranked = new ArrayList<>();
        Readings readings = new Readings(input, err, OptionalInt.empty());
        String kind;
        try (NDManager manager = model.newManager();
                PairScorer scorer = PairScorer.load(folder, precision.of(model.loader(manager)))) {
            kind = scorer.kind();
            List<String> texts = input.withoutEmptyLines();
            List<Outcome<Double>> scores = scorer.scoring().scores(query, texts);
            for (int i = 0; i < texts.size(); i++) {
                readings.next(scores.get(i).reading());
                if (!scores.get(i).reading().refused()) {
                    ranked.add(new Ranked(texts.get(i), scores.get(i).value()));
                }
            }
        }
        ranked.sort(Comparator.comparingDouble(Ranked::score).reversed()); // a stable sort
        print(
                kind,
                ranked.subList(0, Math.min(ranked.size(), topK == null ? ranked.size() : topK)));
        return readings.exitCode();
    }

    private void print(String kind, List<Ranked> ranked) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("query", query);
            document.put("scoredBy", kind);
            document.put("texts", ranked);
            out.println(Json.pretty(document));
            return;
        }
        spec.commandLine().getErr().println("scores of a " + kind);
        for (Ranked each : ranked) {
            String line = each.text().replaceAll("\\s+", " ");
            out.println(String.format(Locale.ROOT, "%.4f\t%s", each.score(), line));
        }
    }
}
