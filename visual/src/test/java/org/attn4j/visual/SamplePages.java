package org.attn4j.visual;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;

/** Pages with random weights that tests know. */
final class SamplePages {

    static final String SCRIPT = "<script>document.title = 'broken'</script>";
    static final String IMAGE = "\"><img src=x onerror=\"document.title = 'broken'\">";

    /** Two pieces of one word, markup, letters from right to left, and Chinese. */
    static final ShownTokens TEXT =
            new ShownTokens(
                    "text",
                    List.of("[CLS]", SCRIPT, IMAGE, "un", "##seen", "مرحبا", "世界", "[SEP]"),
                    List.of(-1, 0, 1, 2, 2, 3, 4, -1));

    static final ShownTokens TARGET = ShownTokens.of("target", List.of("das", "sah", "man"));

    static final int LAYERS = 3;
    static final int HEADS = 2;
    static final String FIRST = "layers.0.self_attn";
    static final String CROSS = "decoder.layers.0.encoder_attn";

    private SamplePages() {}

    /** Rows of softmax over logits with this deviation: 0 is uniform, 4 peaked. */
    static float[][][] weights(Random random, int heads, int queries, int keys, double deviation) {
        float[][][] weights = new float[heads][queries][];
        for (float[][] head : weights) {
            for (int query = 0; query < queries; query++) {
                head[query] = softmax(random, keys, deviation);
            }
        }
        return weights;
    }

    private static float[] softmax(Random random, int keys, double deviation) {
        double[] exponentials = new double[keys];
        double sum = 0;
        for (int key = 0; key < keys; key++) {
            exponentials[key] = Math.exp(deviation * random.nextGaussian());
            sum += exponentials[key];
        }
        float[] row = new float[keys];
        for (int key = 0; key < keys; key++) {
            row[key] = (float) (exponentials[key] / sum);
        }
        return row;
    }

    static ShownAttention encoder(int layer, float[][][] weights) {
        return new ShownAttention(
                "layer " + layer,
                "layers." + layer + ".self_attn",
                Kind.ENCODER,
                layer,
                "text",
                "text",
                Drawing.WEIGHTS,
                weights,
                "");
    }

    static float[][][] encoderWeights(int layer) {
        return weights(new Random(layer), HEADS, TEXT.size(), TEXT.size(), 2);
    }

    static float[][][] secondWeights(int layer) {
        return weights(new Random(100 + layer), HEADS, TEXT.size(), TEXT.size(), 2);
    }

    static float[][][] crossWeights() {
        return weights(new Random(50), HEADS, TARGET.size(), TEXT.size(), 2);
    }

    static float[][][] vectors(long seed, int tokens) {
        Random random = new Random(seed);
        float[][][] vectors = new float[HEADS][tokens][16];
        for (float[][] head : vectors) {
            for (float[] vector : head) {
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = (float) random.nextGaussian();
                }
            }
        }
        return vectors;
    }

    /** An encoder of three layers, two models of it, and a cross attention. */
    static AttentionPage model() {
        AttentionPage.Builder page =
                AttentionPage.builder("A page " + SCRIPT)
                        .optDescription(IMAGE)
                        .addTokens(TEXT)
                        .addTokens(TARGET);
        IntStream.range(0, LAYERS)
                .forEach(layer -> page.addAttention(encoder(layer, encoderWeights(layer))));
        page.addAttention(
                new ShownAttention(
                        "cross " + SCRIPT,
                        CROSS,
                        Kind.CROSS,
                        0,
                        "target",
                        "text",
                        Drawing.WEIGHTS,
                        crossWeights(),
                        IMAGE));
        page.addVectors(FIRST, vectors(1, TEXT.size()), vectors(2, TEXT.size()), 0.25);
        page.optSecond(
                "before",
                "after",
                IntStream.range(0, LAYERS)
                        .mapToObj(layer -> encoder(layer, secondWeights(layer)))
                        .toList());
        return page.build();
    }

    static final ShownTokens FACTS =
            ShownTokens.of("facts", List.of("Mary went out", "John came in", "Mary sat"));

    static float[][] hop(int hop) {
        return weights(new Random(70 + hop), 1, 1, FACTS.size(), 1)[0];
    }

    static float[][][] wordsInSentences() {
        float nan = Float.NaN;
        return new float[][][] {{{0.75f, 0.25f, nan, nan}, {nan, nan, 0.4f, 0.6f}}};
    }

    /** One attention for each way in which papers draw. */
    static AttentionPage papers() {
        float nan = Float.NaN;
        List<String> steps = List.of("a", "b", "c");
        float[][][] local = {{{0.5f, 0.25f, nan}, {0.1f, 0.8f, 0.1f}, {nan, 0.3f, 0.6f}}};
        return AttentionPage.builder("Papers")
                .addTokens(ShownTokens.of("steps", steps))
                .addTokens(FACTS)
                .addTokens(ShownTokens.of("question", List.of("Where?")))
                .addTokens(ShownTokens.of("words", List.of("good", "food", "slow", "staff")))
                .addTokens(ShownTokens.of("sentences", List.of("first", "second")))
                .addTokens(ShownTokens.of("document", List.of("review")))
                .addTokens(ShownTokens.of("experts", List.of("expert 0", "expert 1")))
                .addAttention(
                        ShownAttention.of(
                                "hard",
                                "steps",
                                "steps",
                                Drawing.POSITION,
                                new float[][][] {{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}}))
                .addAttention(ShownAttention.of("local", "steps", "steps", Drawing.WINDOW, local))
                .addAttention(
                        ShownAttention.of(
                                "sparse",
                                "steps",
                                "steps",
                                Drawing.PATTERN,
                                new float[][][] {{{1, nan, nan}, {0, 1, nan}, {nan, 0.5f, 0.5f}}}))
                .addAttention(
                        ShownAttention.of(
                                "hop 1",
                                "question",
                                "facts",
                                Drawing.HOPS,
                                new float[][][] {hop(0)}))
                .addAttention(
                        ShownAttention.of(
                                "hop 2",
                                "question",
                                "facts",
                                Drawing.HOPS,
                                new float[][][] {hop(1)}))
                .addAttention(
                        ShownAttention.of(
                                "words", "sentences", "words", Drawing.LEVELS, wordsInSentences()))
                .addAttention(
                        ShownAttention.of(
                                "document",
                                "document",
                                "sentences",
                                Drawing.LEVELS,
                                new float[][][] {{{0.3f, 0.7f}}}))
                .addAttention(
                        ShownAttention.of(
                                "routing",
                                "words",
                                "experts",
                                Drawing.ROUTING,
                                new float[][][] {
                                    {{0.9f, 0.1f}, {0.2f, 0.8f}, {0.7f, 0.3f}, {0.6f, 0.4f}}
                                }))
                .addAttention(
                        ShownAttention.of(
                                "series",
                                "question",
                                "steps",
                                Drawing.SERIES,
                                new float[][][] {{{0.2f, 0.5f, 0.3f}}}))
                .addWindow("local", new float[][] {{0, 1, 2}}, 1, true)
                .addSeries("steps", new float[] {-1, 2, 3})
                .build();
    }

    /** Of BERT's size: 512 tokens and 12 heads a layer, heads from broad to peaked. */
    static AttentionPage large(int layers) {
        List<String> tokens = IntStream.range(0, 512).mapToObj(i -> "token" + i).toList();
        AttentionPage.Builder page =
                AttentionPage.builder("Large").addTokens(ShownTokens.of("text", tokens));
        for (int layer = 0; layer < layers; layer++) {
            Random random = new Random(layer);
            float[][][] weights = new float[12][][];
            Arrays.setAll(weights, head -> weights(random, 1, 512, 512, 1 + head / 2.0)[0]);
            page.addAttention(encoder(layer, weights));
        }
        return page.build();
    }
}
