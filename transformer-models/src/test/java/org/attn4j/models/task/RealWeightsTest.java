package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Published models as they are, in the folder that the environment variable {@code
 * ATTN4J_REAL_WEIGHTS} names: each in a folder of its own, in the layout of Hugging Face.
 */
@Tag("real")
@Tag("slow")
@Tag("engine")
class RealWeightsTest {

    private static final String VARIABLE = "ATTN4J_REAL_WEIGHTS";
    private static final Path SHARED = Path.of(System.getProperty("attn4j.shared", "../../shared"));

    private static TaskModel load(Task task, String name) throws IOException {
        String root = System.getenv(VARIABLE);
        Assumptions.assumeTrue(root != null, "skipped: " + VARIABLE + " names no folder of models");
        Path folder = Path.of(root, name);
        Assumptions.assumeTrue(Files.isDirectory(folder), "skipped: " + folder + " is not there");
        return TaskFixture.load(task, folder);
    }

    /** Spearman's correlation on STS-B dev, to four digits as ONNX Runtime gives it. */
    @ParameterizedTest
    @CsvSource({"all-MiniLM-L6-v2, '', 0.8672", "bge-small-en-v1.5, '', 0.8892"})
    void similaritiesOfSentencesAreRankedAsByOnnxRuntime(
            String name, String prompt, double correlation) throws IOException {
        Path file = SHARED.resolve("corpora/stsb/stsb.dev.tsv");
        Assumptions.assumeTrue(Files.exists(file), "skipped: STS-B is not there");
        List<String[]> lines =
                Files.readAllLines(file).stream().skip(1).map(line -> line.split("\t")).toList();
        double[] gold = lines.stream().mapToDouble(line -> Double.parseDouble(line[0])).toArray();
        try (TaskModel model = load(Task.TEXT_EMBEDDING, name)) {
            TextEmbedder embedder = new TextEmbedder(model).withPrompt(prompt);
            List<String> texts = new ArrayList<>();
            lines.forEach(line -> texts.addAll(List.of(line[1], line[2])));
            List<float[]> vectors = embedder.embed(texts);
            double[] cosines =
                    IntStream.range(0, gold.length)
                            .mapToDouble(i -> cosine(vectors.get(2 * i), vectors.get(2 * i + 1)))
                            .toArray();
            assertEquals(correlation, pearson(ranks(cosines), ranks(gold)), 5e-5);
        }
    }

    /** Cosines that ONNX Runtime gives, to six digits. */
    @ParameterizedTest
    @CsvSource({
        "all-MiniLM-L6-v2, A man is playing a guitar., Someone plays an instrument., 0.667446",
        "bge-small-en-v1.5, A man is playing a guitar., Someone plays an instrument., 0.847153",
        "bge-small-zh-v1.5, 今天天气很好。, 今天阳光明媚。, 0.792935",
        "e5-small-v2, query: how much protein, passage: 46 grams of protein a day, 0.893731"
    })
    void twoTextsAreAsSimilarAsByOnnxRuntime(String name, String one, String other, double cosine)
            throws IOException {
        try (TaskModel model = load(Task.TEXT_EMBEDDING, name)) {
            List<float[]> vectors =
                    new TextEmbedder(model).withPrompt("").embed(List.of(one, other));
            assertEquals(cosine, cosine(vectors.get(0), vectors.get(1)), 1e-5);
        }
    }

    /** The probability is the one of the model's own runtime, to three digits. */
    @Test
    void bertKnowsTheCapitalOfFrance() throws IOException {
        try (TaskModel model = load(Task.FILL_MASK, "bert-base-uncased")) {
            MaskPrediction best =
                    new FillMask(model).fill("Paris is the capital of [MASK].").get(0).get(0);
            assertEquals("france", best.text());
            assertEquals(0.951, best.score(), 5e-4);
        }
    }

    /** What a long text gives does not depend on the texts beside it, beyond rounding. */
    @Test
    void aTextIsEmbeddedAsItIsAlone() throws IOException {
        try (TaskModel model = load(Task.TEXT_EMBEDDING, "all-MiniLM-L6-v2")) {
            TextEmbedder embedder = new TextEmbedder(model);
            List<String> texts =
                    IntStream.range(0, 40)
                            .mapToObj(i -> "one more word ".repeat(1 + i * i % 60))
                            .toList();
            List<float[]> together = embedder.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                double cosine = cosine(embedder.embed(texts.get(i)), together.get(i));
                assertTrue(cosine > 1 - 1e-6, "text " + i + ": " + cosine);
            }
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresOfA += (double) a[i] * a[i];
            squaresOfB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }

    /** Ranks, of equal values their mean. */
    private static double[] ranks(double[] values) {
        List<Integer> order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> values[i]))
                        .toList();
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.size(); ) {
            int to = from;
            while (to < order.size() && values[order.get(to)] == values[order.get(from)]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order.get(i)] = (from + to - 1) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static double pearson(double[] x, double[] y) {
        double meanX = IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElseThrow();
        double meanY = IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElseThrow();
        double product = 0;
        double squaresOfX = 0;
        double squaresOfY = 0;
        for (int i = 0; i < x.length; i++) {
            product += (x[i] - meanX) * (y[i] - meanY);
            squaresOfX += (x[i] - meanX) * (x[i] - meanX);
            squaresOfY += (y[i] - meanY) * (y[i] - meanY);
        }
        return product / Math.sqrt(squaresOfX * squaresOfY);
    }
}
