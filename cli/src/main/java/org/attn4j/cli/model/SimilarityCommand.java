package org.attn4j.cli.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.TextInput;
import org.attn4j.cli.option.EmbedOptions;
import org.attn4j.common.Require;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Similarity;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TextReading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code similarity}: how alike texts are. */
@Command(
        name = "similarity",
        description = {
            "Compares the first text with each of the others, or the two texts of pairs.",
            "The most alike come first, and empty lines are passed over; with --pairs, a line for"
                    + " each pair, in their order."
        })
public final class SimilarityCommand extends TaskCommand {

    @Mixin private EmbedOptions options;

    @Option(
            names = "--pairs",
            description = "Each text is a pair, its two texts separated by a tab.")
    private boolean pairs;

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description =
                    "cosine, dot, euclidean or manhattan; distances are negative (default: what the"
                            + " model's configuration wants, or cosine).")
    private String by;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "How many of the others, the most alike first (default: all).")
    private Integer topK;

    public SimilarityCommand() {
        super(Task.TEXT_EMBEDDING);
    }

    /** Two texts, and how alike they are. */
    private record Compared(String text, String other, double score) {}

    @Override
    void checkOptions() {
        options.check();
        Require.atLeast("--top-k", topK == null ? 1 : topK, 1);
        Require.that(!pairs || topK == null, "--top-k does not go with --pairs");
        if (by != null) {
            Similarity.of(by);
        }
    }

    @Override
    void feed(TextInput texts, TextInput.Consumer consumer) throws IOException {
        if (pairs) {
            texts.forEach(TEXTS_TOGETHER, consumer);
        } else {
            consumer.accept(texts.withoutEmptyLines());
        }
    }

    @Override
    Job open(TaskModel model) throws IOException {
        TextEmbedder embedder = options.embedder(model);
        Similarity similarity = by == null ? embedder.similarity() : Similarity.of(by);
        return (texts, readings) ->
                pairs
                        ? pairs(texts, embedder, similarity, readings)
                        : ranked(texts, embedder, similarity, readings);
    }

    private List<Result> ranked(
            List<String> texts, TextEmbedder embedder, Similarity similarity, Readings readings) {
        Require.that(
                texts.size() >= 2, "similarity needs at least two texts, got %s", texts.size());
        List<Outcome<float[]>> vectors = options.embed(embedder, texts);
        vectors.forEach(each -> readings.next(each.reading()));
        if (vectors.get(0).reading().refused()) {
            return List.of(); // there is nothing to compare with
        }
        return IntStream.range(1, texts.size())
                .filter(i -> !vectors.get(i).reading().refused())
                .mapToObj(
                        i ->
                                new Compared(
                                        texts.get(0),
                                        texts.get(i),
                                        similarity.of(
                                                vectors.get(0).value(), vectors.get(i).value())))
                .sorted(Comparator.comparingDouble(Compared::score).reversed())
                .limit(topK == null ? Long.MAX_VALUE : topK)
                .map(SimilarityCommand::result)
                .toList();
    }

    private List<Result> pairs(
            List<String> texts, TextEmbedder embedder, Similarity similarity, Readings readings) {
        List<Outcome<Compared>> compared =
                parsed(
                        texts,
                        TextInput::pair,
                        both -> {
                            List<String> lefts = both.stream().map(TextPair::text).toList();
                            List<String> rights = both.stream().map(TextPair::pair).toList();
                            List<Outcome<float[]>> left = options.embed(embedder, lefts);
                            List<Outcome<float[]>> right = options.embed(embedder, rights);
                            return IntStream.range(0, both.size())
                                    .mapToObj(
                                            i ->
                                                    compared(
                                                            both.get(i),
                                                            left.get(i),
                                                            right.get(i),
                                                            similarity))
                                    .toList();
                        });
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Outcome<Compared> each = compared.get(i);
            List<String> empty = readings.next(each.reading());
            if (each.reading().refused()) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("text", texts.get(i));
                Readings.describe(each.reading(), document);
                results.add(new Result(document, empty));
            } else {
                results.add(result(each.value()));
            }
        }
        return results;
    }

    /** Of two texts, the one that was read less tells of both. */
    private static Outcome<Compared> compared(
            TextPair both, Outcome<float[]> left, Outcome<float[]> right, Similarity similarity) {
        TextReading one = left.reading();
        TextReading other = right.reading();
        TextReading worse = one.refused() || one.cut() && !other.refused() ? one : other;
        return new Outcome<>(
                worse.refused()
                        ? null
                        : new Compared(
                                both.text(),
                                both.pair(),
                                similarity.of(left.value(), right.value())),
                worse);
    }

    private static Result result(Compared compared) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("text", compared.text());
        document.put("other", compared.other());
        document.put("score", compared.score());
        return new Result(
                document,
                List.of(
                        "%s\t%s\t%s"
                                .formatted(
                                        number(compared.score()),
                                        cell(compared.text()),
                                        cell(compared.other()))));
    }
}
