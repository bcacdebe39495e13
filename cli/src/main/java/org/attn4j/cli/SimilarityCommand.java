package org.attn4j.cli;

import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.models.task.Similarity;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.tokenizer.TextPair;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code similarity}: how alike texts are. */
@Command(
        name = "similarity",
        description = {
            "Compares the first text with each of the others, the most alike first, and passes over"
                    + " empty lines; with --pairs, the two texts of each pair."
        })
final class SimilarityCommand extends TaskCommand {

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

    SimilarityCommand() {
        super(Task.TEXT_EMBEDDING);
    }

    /** Two texts, and how alike they are. */
    private record Compared(String text, String other, double score) {}

    @Override
    void checkOptions() {
        options.check();
        requirePositive("--top-k", topK == null ? 1 : topK);
        if (pairs && topK != null) {
            throw new IllegalArgumentException("--top-k does not go with --pairs");
        }
        if (by != null) {
            Similarity.of(by);
        }
    }

    @Override
    void feed(TextInput texts, TextInput.Consumer consumer) throws IOException {
        if (pairs) {
            texts.forEach(consumer);
        } else {
            consumer.accept(texts.withoutEmptyLines());
        }
    }

    @Override
    Job open(TaskModel model) throws IOException {
        TextEmbedder embedder = options.embedder(model);
        Similarity similarity = by == null ? embedder.similarity() : Similarity.of(by);
        return texts -> {
            List<Compared> compared =
                    pairs
                            ? pairs(texts, embedder, similarity)
                            : ranked(texts, embedder, similarity);
            return compared.stream().map(SimilarityCommand::result).toList();
        };
    }

    private List<Compared> ranked(
            List<String> texts, TextEmbedder embedder, Similarity similarity) {
        if (texts.size() < 2) {
            throw new IllegalArgumentException(
                    "similarity needs at least two texts, got " + texts.size());
        }
        List<float[]> vectors = options.embed(embedder, texts);
        return IntStream.range(1, texts.size())
                .mapToObj(
                        i ->
                                new Compared(
                                        texts.get(0),
                                        texts.get(i),
                                        similarity.of(vectors.get(0), vectors.get(i))))
                .sorted(Comparator.comparingDouble(Compared::score).reversed())
                .limit(topK == null ? Long.MAX_VALUE : topK)
                .toList();
    }

    private List<Compared> pairs(List<String> texts, TextEmbedder embedder, Similarity similarity) {
        List<TextPair> both = texts.stream().map(TextInput::pair).toList();
        List<String> lefts = both.stream().map(TextPair::text).toList();
        List<String> rights = both.stream().map(TextPair::pair).toList();
        List<float[]> left = options.embed(embedder, lefts);
        List<float[]> right = options.embed(embedder, rights);
        return IntStream.range(0, texts.size())
                .mapToObj(
                        i ->
                                new Compared(
                                        lefts.get(i),
                                        rights.get(i),
                                        similarity.of(left.get(i), right.get(i))))
                .toList();
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
