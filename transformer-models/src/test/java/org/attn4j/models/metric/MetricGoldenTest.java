package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every figure in the files of {@code goldens/metrics}, which sacreBLEU 2.6.0 computed. */
class MetricGoldenTest {

    private static final double TOLERANCE = 1e-4;

    /** Those in the test resources, and those in the shared folder where there is one. */
    @TestFactory
    Stream<DynamicNode> equalsSacreBleu() throws IOException, URISyntaxException {
        Map<String, Path> files = new TreeMap<>();
        addGoldens(Path.of(MetricGoldenTest.class.getResource("/goldens/metrics").toURI()), files);
        assertTrue(files.size() >= 3, "the goldens in the test resources are missing");
        addGoldens(Path.of(System.getProperty("attn4j.shared", "."), "goldens/metrics"), files);
        return files.values().stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        file.getFileName().toString(), () -> check(file)));
    }

    private static void addGoldens(Path folder, Map<String, Path> files) throws IOException {
        if (!Files.isDirectory(folder)) {
            System.err.println("skipped: no folder " + folder);
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(file -> file.toString().endsWith(".json"))
                    .forEach(file -> files.put(file.getFileName().toString(), file));
        }
    }

    private static void check(Path file) throws IOException {
        JsonObject golden;
        try (Reader reader = Files.newBufferedReader(file)) {
            golden = JsonParser.parseReader(reader).getAsJsonObject();
        }
        List<String> hypotheses = strings(golden.get("hyps"));
        List<List<String>> references = new ArrayList<>();
        golden.getAsJsonArray("refs").forEach(stream -> references.add(strings(stream)));

        List<Runnable> checks = new ArrayList<>();
        for (JsonObject expected : objects(golden, "bleu")) {
            checks.add(() -> checkBleu(expected, hypotheses, references));
        }
        for (JsonObject expected : objects(golden, "chrf")) {
            checks.add(() -> checkChrf(expected, hypotheses, references));
        }
        for (JsonObject expected : objects(golden, "ter")) {
            checks.add(() -> checkTer(expected, hypotheses, references));
        }
        String tokenizer = golden.get("sentence_tokenize").getAsString();
        for (JsonObject expected : objects(golden, "sentence")) {
            checks.add(() -> checkSentence(expected, tokenizer, hypotheses, references));
        }
        for (JsonObject expected : objects(golden, "tokenization")) {
            checks.add(() -> checkTokenization(expected));
        }
        assertTrue(checks.size() > 20, "the golden file holds too little: " + file);
        assertAll(checks.stream().map(check -> check::run));
    }

    private static void checkBleu(
            JsonObject expected, List<String> hypotheses, List<List<String>> references) {
        String config = expected.get("config").toString();
        BleuScore score = bleu(expected.getAsJsonObject("config")).score(hypotheses, references);
        assertEquals(number(expected, "score"), score.score(), TOLERANCE, config);
        assertEquals(number(expected, "bp"), score.brevityPenalty(), TOLERANCE, config);
        assertEquals(number(expected, "ratio"), score.ratio(), TOLERANCE, config);
        assertEquals(number(expected, "sys_len"), score.hypothesisLength(), config);
        assertEquals(number(expected, "ref_len"), score.referenceLength(), config);
        assertNumbers(expected, "precisions", score.precisions(), TOLERANCE, config);
        assertNumbers(expected, "counts", score.counts(), 0, config);
        assertNumbers(expected, "totals", score.totals(), 0, config);
        assertEquals(expected.get("format").getAsString(), score.format(), config);
        assertEquals(expected.get("signature").getAsString(), score.signature(), config);
    }

    private static void checkChrf(
            JsonObject expected, List<String> hypotheses, List<List<String>> references) {
        String config = expected.get("config").toString();
        ChrfScore score = chrf(expected.getAsJsonObject("config")).score(hypotheses, references);
        assertEquals(number(expected, "score"), score.score(), TOLERANCE, config);
        assertEquals(expected.get("name").getAsString(), score.name(), config);
        assertEquals(expected.get("signature").getAsString(), score.signature(), config);
    }

    private static void checkTer(
            JsonObject expected, List<String> hypotheses, List<List<String>> references) {
        String config = expected.get("config").toString();
        TerScore score = ter(expected.getAsJsonObject("config")).score(hypotheses, references);
        assertEquals(number(expected, "num_edits"), score.edits(), config);
        assertEquals(number(expected, "ref_length"), score.referenceLength(), TOLERANCE, config);
        assertEquals(number(expected, "score"), score.score(), TOLERANCE, config);
        assertEquals(expected.get("signature").getAsString(), score.signature(), config);
    }

    private static void checkSentence(
            JsonObject expected,
            String tokenizer,
            List<String> hypotheses,
            List<List<String>> references) {
        int line = expected.get("i").getAsInt();
        String hypothesis = hypotheses.get(line);
        List<String> present =
                references.stream()
                        .map(stream -> stream.get(line))
                        .filter(reference -> reference != null)
                        .toList();
        Bleu bleu = Bleu.DEFAULTS.withTokenizer(BleuTokenizer.of(tokenizer));
        Map<String, Double> scores = new TreeMap<>();
        scores.put("bleu_exp", bleu.scoreSentence(hypothesis, present).score());
        scores.put(
                "bleu_floor",
                bleu.withSmoothing(BleuSmoothing.floor())
                        .scoreSentence(hypothesis, present)
                        .score());
        scores.put(
                "bleu_add1",
                bleu.withSmoothing(BleuSmoothing.addK())
                        .scoreSentence(hypothesis, present)
                        .score());
        scores.put(
                "bleu_exp_eff",
                bleu.withSmoothing(BleuSmoothing.exp())
                        .withEffectiveOrder(true)
                        .scoreSentence(hypothesis, present)
                        .score());
        scores.put("chrf", Chrf.DEFAULTS.scoreSentence(hypothesis, present).score());
        scores.put("chrfpp", Chrf.plusPlus().scoreSentence(hypothesis, present).score());
        TerScore ter = Ter.DEFAULTS.scoreSentence(hypothesis, present);
        scores.put("ter", ter.score());
        scores.put("ter_edits", (double) ter.edits());

        for (String field : expected.keySet()) {
            if (!field.equals("i")) {
                assertTrue(scores.containsKey(field), "no such figure: " + field);
                assertEquals(
                        number(expected, field),
                        scores.get(field),
                        TOLERANCE,
                        "sentence " + line + " " + field);
            }
        }
    }

    private static void checkTokenization(JsonObject expected) {
        String text = expected.get("text").getAsString();
        for (String field : expected.keySet()) {
            List<String> tokens =
                    switch (field) {
                        case "text" -> null;
                        case "ter_default" -> Ter.DEFAULTS.tokens(text);
                        case "ter_normalized" -> Ter.DEFAULTS.withNormalized(true).tokens(text);
                        case "ter_normalized_asian" ->
                                Ter.DEFAULTS
                                        .withNormalized(true)
                                        .withAsianSupport(true)
                                        .tokens(text);
                        default ->
                                BleuTokenizer.of(field).tokenize(UnicodeText.stripTrailing(text));
                    };
            if (tokens != null) {
                assertEquals(
                        UnicodeText.words(expected.get(field).getAsString()),
                        tokens,
                        field + " of " + text);
            }
        }
    }

    private static Bleu bleu(JsonObject config) {
        requireKnown(
                config,
                "tokenize",
                "lowercase",
                "smooth_method",
                "smooth_value",
                "max_ngram_order",
                "effective_order");
        Bleu bleu = Bleu.DEFAULTS;
        if (config.has("tokenize")) {
            bleu = bleu.withTokenizer(BleuTokenizer.of(config.get("tokenize").getAsString()));
        }
        if (config.has("max_ngram_order")) {
            bleu = bleu.withMaxOrder(config.get("max_ngram_order").getAsInt());
        }
        return bleu.withLowercase(flag(config, "lowercase"))
                .withEffectiveOrder(flag(config, "effective_order"))
                .withSmoothing(smoothing(config));
    }

    private static BleuSmoothing smoothing(JsonObject config) {
        boolean valued = config.has("smooth_value") && !config.get("smooth_value").isJsonNull();
        double value = valued ? number(config, "smooth_value") : 0;
        String method =
                config.has("smooth_method") ? config.get("smooth_method").getAsString() : "exp";
        return switch (method) {
            case "exp" -> BleuSmoothing.exp();
            case "none" -> BleuSmoothing.none();
            case "floor" -> valued ? BleuSmoothing.floor(value) : BleuSmoothing.floor();
            case "add-k" -> valued ? BleuSmoothing.addK(value) : BleuSmoothing.addK();
            default -> fail("unknown smoothing: " + method);
        };
    }

    private static Chrf chrf(JsonObject config) {
        requireKnown(
                config,
                "char_order",
                "word_order",
                "beta",
                "lowercase",
                "whitespace",
                "eps_smoothing");
        Chrf chrf = Chrf.DEFAULTS;
        int charOrder = config.has("char_order") ? config.get("char_order").getAsInt() : 6;
        int wordOrder = config.has("word_order") ? config.get("word_order").getAsInt() : 0;
        chrf = chrf.withOrders(charOrder, wordOrder);
        if (config.has("beta")) {
            chrf = chrf.withBeta(config.get("beta").getAsInt());
        }
        return chrf.withLowercase(flag(config, "lowercase"))
                .withWhitespace(flag(config, "whitespace"))
                .withEpsSmoothing(flag(config, "eps_smoothing"));
    }

    private static Ter ter(JsonObject config) {
        requireKnown(config, "normalized", "no_punct", "asian_support", "case_sensitive");
        return Ter.DEFAULTS
                .withNormalized(flag(config, "normalized"))
                .withNoPunctuation(flag(config, "no_punct"))
                .withAsianSupport(flag(config, "asian_support"))
                .withCaseSensitive(flag(config, "case_sensitive"));
    }

    private static void requireKnown(JsonObject config, String... keys) {
        assertTrue(Set.of(keys).containsAll(config.keySet()), "unknown option in " + config);
    }

    private static boolean flag(JsonObject config, String key) {
        return config.has(key) && config.get(key).getAsBoolean();
    }

    private static double number(JsonObject object, String key) {
        return object.get(key).getAsDouble();
    }

    private static void assertNumbers(
            JsonObject expected, String key, List<Double> actual, double tolerance, String config) {
        double[] numbers =
                expected.getAsJsonArray(key).asList().stream()
                        .mapToDouble(JsonElement::getAsDouble)
                        .toArray();
        assertEquals(numbers.length, actual.size(), key + " " + config);
        for (int i = 0; i < numbers.length; i++) {
            assertEquals(numbers[i], actual.get(i), tolerance, key + " " + i + " " + config);
        }
    }

    private static List<JsonObject> objects(JsonObject golden, String key) {
        JsonArray array = golden.getAsJsonArray(key);
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    private static List<String> strings(JsonElement array) {
        String[] strings =
                array.getAsJsonArray().asList().stream()
                        .map(element -> element.isJsonNull() ? null : element.getAsString())
                        .toArray(String[]::new);
        return Collections.unmodifiableList(Arrays.asList(strings));
    }
}
