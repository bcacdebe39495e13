package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.attn4j.attention.Attention;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;
import org.attn4j.visual.ShownTokens;

/**
 * Two language models that differ in their attention alone learn to reverse a sequence: multi-head,
 * which caches the keys and values of all heads, and multi-head latent, which caches one small
 * vector a position.
 */
final class LatentExample implements Example {

    private static final int SYMBOLS = 16;
    private static final int SEPARATOR = SYMBOLS;
    private static final int LENGTH = 10;
    private static final int MODEL_SIZE = 64;
    private static final int HEADS = 4;
    private static final int LAYERS = 2;
    private static final int RANK = 24;
    private static final int SHARED = 8;
    private static final int BATCH = 32;
    private static final int TESTED = 256;
    private static final int MOST_STEPS = 4_000;
    private static final int CHECK = 100;
    private static final float LEARNING_RATE = 0.002f;

    /** Training stops when the loss of a token is below this. */
    private static final double ENOUGH = 0.01;

    /** What generating with a cache gave. */
    private record Generated(double accuracy, long bytes) {}

    @Override
    public String name() {
        return "latent";
    }

    @Override
    public String summary() {
        return "multi-head latent attention does what multi-head does with a quarter of the cache";
    }

    @Override
    public ExampleResult run(ExampleSettings settings, Consumer<String> progress) {
        Map<String, Object> latent = new LinkedHashMap<>();
        latent.put("rank", RANK);
        latent.put("sharedKeySize", SHARED);
        Map<String, Object> figures = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT, "%-12s %18s %22s", "attention", "sequences right", "cache"));
        AttentionPage.Builder page =
                AttentionPage.builder("Two models reverse a sequence")
                        .optDescription(
                                "They differ in their attention alone. After the bar each position"
                                        + " gives the symbol that comes next.");
        Generated full =
                learned(
                        new AttentionSpec("multi-head", Map.of()),
                        settings,
                        progress,
                        figures,
                        lines,
                        page);
        Generated small =
                learned(
                        new AttentionSpec("latent", latent),
                        settings,
                        progress,
                        figures,
                        lines,
                        page);
        double share = (double) small.bytes() / full.bytes();
        figures.put("cache_share", share);
        lines.add(
                String.format(
                        Locale.ROOT,
                        "the latent cache takes %.0f %% of the other: %s + %s numbers a place and layer instead of 2 · %s",
                        100 * share,
                        RANK,
                        SHARED,
                        MODEL_SIZE));
        boolean reached =
                full.accuracy() >= 0.9
                        && small.accuracy() >= full.accuracy() - 0.03
                        && share <= 0.25;
        return new ExampleResult(figures, lines, reached, page.build());
    }

    private static Generated learned(
            AttentionSpec spec,
            ExampleSettings settings,
            Consumer<String> progress,
            Map<String, Object> figures,
            List<String> lines,
            AttentionPage.Builder page) {
        try (NDManager manager = settings.newManager()) {
            CausalModel model =
                    new CausalModel(SYMBOLS + 1, MODEL_SIZE, LAYERS, layer -> make(spec, layer));
            model.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
            Learner learner = new Learner(manager, model, LEARNING_RATE);
            int steps = learn(spec.mechanism(), model, learner, settings, progress);
            Generated result = generate(manager, model, learner, new Random(settings.seed() + 1));
            String name = spec.mechanism().replace('-', '_');
            figures.put(name + "_accuracy", result.accuracy());
            figures.put(name + "_cache_bytes", result.bytes());
            figures.put(name + "_steps", steps);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%-12s %16.1f %% %16d bytes",
                            spec.mechanism(),
                            100 * result.accuracy(),
                            result.bytes()));
            draw(manager, model, learner, spec.mechanism(), new Random(settings.seed() + 2), page);
            return result;
        }
    }

    /** Adds what the layers look at while a sequence is reversed. */
    private static void draw(
            NDManager manager,
            CausalModel model,
            Learner learner,
            String name,
            Random random,
            AttentionPage.Builder page) {
        long[][] symbols = draw(random, 1);
        AttentionRecorder recorder = new AttentionRecorder();
        List<String> tokens = new ArrayList<>();
        try (NDManager own = manager.newSubManager()) {
            NDArray ids = whole(own, symbols);
            model.logits(learner.parameters(), ids, null, recorder, false);
            for (long id : ids.toLongArray()) {
                tokens.add(id == SEPARATOR ? "|" : String.valueOf((char) ('a' + id)));
            }
        }
        String sequence = "sequence, " + name;
        page.addTokens(ShownTokens.of(sequence, tokens));
        for (int layer = 0; layer < LAYERS; layer++) {
            page.addAttention(
                    new ShownAttention(
                            name + ", layer " + layer,
                            name + "." + layer,
                            Kind.DECODER,
                            layer,
                            sequence,
                            sequence,
                            Drawing.WEIGHTS,
                            recorder.recorded().get(layer).row(0),
                            ""));
        }
    }

    private static Attention make(AttentionSpec spec, int layer) {
        RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(MODEL_SIZE / HEADS).build();
        return Mechanisms.create(
                spec,
                new AttentionSite(
                        AttentionSlot.DECODER_SELF,
                        layer,
                        MODEL_SIZE,
                        HEADS,
                        0,
                        2 * LENGTH,
                        rotary));
    }

    private static int learn(
            String name,
            CausalModel model,
            Learner learner,
            ExampleSettings settings,
            Consumer<String> progress) {
        Random random = new Random(settings.seed());
        Loss loss = Loss.softmaxCrossEntropyLoss();
        int most = settings.share(MOST_STEPS);
        double sum = 0;
        for (int step = 1; step <= most; step++) {
            long[][] symbols = draw(random, BATCH);
            sum +=
                    learner.step(
                            own -> {
                                NDArray logits =
                                        model.logits(
                                                        learner.parameters(),
                                                        whole(own, symbols),
                                                        null,
                                                        null,
                                                        true)
                                                .get(new NDIndex(":, {}:", LENGTH))
                                                .reshape(-1, SYMBOLS + 1); // (B · L, V)
                                NDArray targets = reversed(own, symbols).flatten();
                                return loss.evaluate(new NDList(targets), new NDList(logits));
                            });
            if (step % CHECK == 0) {
                progress.accept(
                        String.format(
                                Locale.ROOT, "%s: step %s, loss %.4f", name, step, sum / CHECK));
                if (sum / CHECK < ENOUGH) {
                    return step;
                }
                sum = 0;
            }
        }
        return most;
    }

    /** Generates sequences never seen, a token at a time, and measures what the caches hold. */
    private static Generated generate(
            NDManager manager, CausalModel model, Learner learner, Random random) {
        long[][] symbols = draw(random, TESTED);
        boolean[] wrong = new boolean[TESTED];
        long bytes = 0;
        try (NDManager own = manager.newSubManager()) {
            List<KeyValueCache> caches = new ArrayList<>();
            for (int i = 0; i < LAYERS; i++) {
                caches.add(new GrowingCache(own));
            }
            NDArray ids = whole(own, symbols).get(new NDIndex(":, :{}", LENGTH + 1));
            for (int place = 0; place < LENGTH; place++) {
                try (NDManager step = own.newSubManager()) {
                    ids.attach(step);
                    NDArray logits = model.logits(learner.parameters(), ids, caches, null, false);
                    long[] next = logits.get(new NDIndex(":, -1")).argMax(1).toLongArray();
                    for (int row = 0; row < TESTED; row++) {
                        wrong[row] |= next[row] != symbols[row][LENGTH - 1 - place];
                    }
                    ids = HostArrays.of(own, next, new Shape(TESTED, 1));
                }
            }
            for (KeyValueCache cache : caches) {
                bytes += cache.bytes();
            }
        }
        int right = 0;
        for (boolean row : wrong) {
            right += row ? 0 : 1;
        }
        return new Generated((double) right / TESTED, bytes);
    }

    private static long[][] draw(Random random, int count) {
        long[][] symbols = new long[count][];
        for (int row = 0; row < count; row++) {
            symbols[row] = random.longs(LENGTH, 0, SYMBOLS).toArray();
        }
        return symbols;
    }

    /** The symbols, a separator, and the symbols backwards but for the last, (B, 2 · L). */
    private static NDArray whole(NDManager manager, long[][] symbols) {
        long[] ids = new long[symbols.length * 2 * LENGTH];
        for (int row = 0; row < symbols.length; row++) {
            int from = row * 2 * LENGTH;
            for (int i = 0; i < LENGTH; i++) {
                ids[from + i] = symbols[row][i];
                ids[from + LENGTH + i] = i == 0 ? SEPARATOR : symbols[row][LENGTH - i];
            }
        }
        return HostArrays.of(manager, ids, new Shape(symbols.length, 2L * LENGTH));
    }

    /** The symbols backwards, (B, L). */
    private static NDArray reversed(NDManager manager, long[][] symbols) {
        long[] ids = new long[symbols.length * LENGTH];
        for (int row = 0; row < symbols.length; row++) {
            for (int i = 0; i < LENGTH; i++) {
                ids[row * LENGTH + i] = symbols[row][LENGTH - 1 - i];
            }
        }
        return HostArrays.of(manager, ids, new Shape(symbols.length, LENGTH));
    }
}
