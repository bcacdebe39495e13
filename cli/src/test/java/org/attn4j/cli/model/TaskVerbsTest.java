package org.attn4j.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that ask published models about texts, held to what the reference's pipelines say. */
@Tag("engine")
class TaskVerbsTest {

    private static final Path MODELS =
            Path.of("../transformer-models/src/test/resources/goldens/tasks");

    @TempDir Path folder;

    private static String[] line(String verb, String model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", MODELS.resolve(model).toString()));
        args.addAll(Arrays.asList(more));
        return args.toArray(String[]::new);
    }

    private static List<String> lines(String verb, String model, String... more) {
        return lines(Cli.run(line(verb, model, more)));
    }

    private static List<String> lines(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out().lines().toList();
    }

    private static JsonArray json(String verb, String model, String... more) {
        List<String> args = new ArrayList<>(List.of(more));
        args.add("--json");
        Outcome outcome = Cli.run(line(verb, model, args.toArray(String[]::new)));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonArray();
    }

    private static JsonObject expected(String model, int index) throws IOException {
        String text = Files.readString(MODELS.resolve(model).resolve("expected.json"));
        return JsonParser.parseString(text)
                .getAsJsonObject()
                .getAsJsonArray("cases")
                .get(index)
                .getAsJsonObject();
    }

    private static String score(JsonObject best) {
        return String.format(Locale.ROOT, "%.4f", best.get("score").getAsDouble());
    }

    @Test
    void masksAreFilled() throws IOException {
        JsonObject it = expected("bert_fill_mask", 0);
        List<String> wanted =
                it.getAsJsonArray("results").asList().stream()
                        .map(each -> each.getAsJsonObject())
                        .map(
                                each ->
                                        score(each)
                                                + "\t"
                                                + each.get("token_str").getAsString()
                                                + "\t"
                                                + each.get("sequence").getAsString())
                        .toList();
        String text = it.get("text").getAsString();
        assertEquals(wanted, lines("fill-mask", "bert_fill_mask", text));
        JsonObject best =
                json("fill-mask", "bert_fill_mask", "--top-k", "1", "--targets", "red,big", text)
                        .get(0)
                        .getAsJsonObject();
        assertEquals(text, best.get("text").getAsString());
        assertEquals(1, best.getAsJsonArray("masks").get(0).getAsJsonArray().size());
    }

    @Test
    void textsAndPairsAreClassified() throws IOException {
        JsonObject it = expected("bert_classify", 0);
        JsonObject best = it.getAsJsonArray("results").get(0).getAsJsonObject();
        String text = it.get("text").getAsString();
        assertEquals(
                List.of(score(best) + "\t" + best.get("label").getAsString() + "\t" + text),
                lines("classify", "bert_classify", text));
        JsonObject paired = expected("bert_classify", 4);
        String pair = paired.get("pair").getAsString();
        String first = paired.get("text").getAsString();
        JsonObject bestOfPair = paired.getAsJsonArray("results").get(0).getAsJsonObject();
        for (List<String> found :
                List.of(
                        lines("classify", "bert_classify", "--pair", pair, first),
                        lines("classify", "bert_classify", "--pairs", first + "\t" + pair))) {
            assertTrue(found.get(0).startsWith(score(bestOfPair) + "\t"), found.get(0));
        }
        assertEquals(
                3,
                json("classify", "bert_classify", "--top-k", "0", text)
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("labels")
                        .size());
    }

    @Test
    void classesMayBeNamedWhenAsking() throws IOException {
        List<String> lines =
                lines(
                        "classify",
                        "bert_classify",
                        "--labels",
                        "city,film,fruit",
                        "New York is a big city.");
        assertEquals(3, lines.size());
        assertTrue(lines.stream().anyMatch(each -> each.contains("\tfruit\t")), lines.toString());
    }

    @Test
    void questionsAreAnsweredFromFilesAndStandardInput() throws IOException {
        JsonObject it = expected("bert_answer", 2);
        JsonObject best = it.getAsJsonArray("results").get(0).getAsJsonObject();
        Path file = folder.resolve("context.txt");
        Files.writeString(file, it.get("context").getAsString());
        String question = it.get("question").getAsString();
        String wanted =
                "%s\t%d-%d\t%s"
                        .formatted(
                                score(best),
                                best.get("start").getAsInt(),
                                best.get("end").getAsInt(),
                                best.get("answer").getAsString());
        assertEquals(
                List.of(wanted),
                lines("answer", "bert_answer", "--question", question, "--file", file.toString()));
        assertEquals(
                List.of(wanted),
                lines(
                        Cli.runWithInput(
                                it.get("context").getAsString(),
                                line("answer", "bert_answer", "--question", question))));
    }

    @Test
    void namesAreTagged() throws IOException {
        JsonObject it = expected("bert_tag", 10);
        assertEquals(
                "simple", it.getAsJsonObject("options").get("aggregation_strategy").getAsString());
        List<String> wanted =
                it.getAsJsonArray("results").asList().stream()
                        .map(each -> each.getAsJsonObject())
                        .map(
                                each ->
                                        "%s\t%s\t%d-%d\t%s"
                                                .formatted(
                                                        score(each),
                                                        each.get("entity_group").getAsString(),
                                                        each.get("start").getAsInt(),
                                                        each.get("end").getAsInt(),
                                                        each.get("word").getAsString()))
                        .collect(Collectors.toCollection(ArrayList::new));
        wanted.add("");
        assertFalse(wanted.size() < 3);
        assertEquals(
                wanted,
                lines(
                        Cli.runWithInput(
                                it.get("text").getAsString() + "\n", line("tag", "bert_tag"))));
    }

    @Test
    void textsAreEmbeddedAndCompared() throws IOException {
        JsonObject it = expected("bert_sentence", 0);
        List<String> texts =
                List.of(
                        it.getAsJsonArray("texts").get(0).getAsString(),
                        it.getAsJsonArray("texts").get(1).getAsString());
        String line = lines("embed", "bert_sentence", texts.get(0)).get(0);
        double[] vector = Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
        JsonArray wanted = it.getAsJsonArray("results").get(0).getAsJsonArray();
        for (int i = 0; i < vector.length; i++) {
            assertEquals(wanted.get(i).getAsDouble(), vector[i], 2e-5);
        }
        double alike = it.getAsJsonArray("similarity").get(0).getAsJsonArray().get(1).getAsDouble();
        String shown = String.format(Locale.ROOT, "%.4f", alike);
        assertEquals(
                List.of(shown + "\t" + texts.get(0) + "\t" + texts.get(1)),
                lines("similarity", "bert_sentence", texts.get(0), texts.get(1)));
        assertEquals(
                List.of(shown + "\t" + texts.get(0) + "\t" + texts.get(1)),
                lines("similarity", "bert_sentence", "--pairs", String.join("\t", texts)));
        JsonArray ranked =
                json(
                        "similarity",
                        "bert_sentence",
                        texts.get(0),
                        "other",
                        texts.get(0),
                        texts.get(1));
        assertEquals(texts.get(0), ranked.get(0).getAsJsonObject().get("other").getAsString());
        assertEquals(1, ranked.get(0).getAsJsonObject().get("score").getAsDouble(), 1e-6);
    }

    @Test
    void oneLineDoesNotEndTheRunAndNothingIsCutWithoutAWord() throws IOException {
        String tooLong = "the old doctor ".repeat(40).strip();
        String input = "the cat\n" + tooLong + "\nthe dog\n";
        Outcome refused = Cli.runWithInput(input, line("classify", "roberta_one_label"));
        assertEquals(ExitCode.FAILED, refused.code());
        String[] found = refused.out().split("\n", -1);
        assertEquals(4, found.length, refused.out());
        assertTrue(found[0].endsWith("the cat") && found[2].endsWith("the dog"), refused.out());
        assertEquals("", found[1]);
        assertSaid(refused, "line 2: the text has ", "positions for 62");

        Outcome cut = Cli.runWithInput(input, line("classify", "roberta_one_label", "--truncate"));
        assertEquals(3, lines(cut).size());
        assertSaid(cut, "line 2: the last ", "as the model reads 40");
        Path file = Files.writeString(folder.resolve("lines"), input);
        for (String[] verb :
                List.of(
                        line("tag", "roberta_tag", "--file", file.toString()),
                        line("embed", "roberta_sentence", "--file", file.toString()),
                        line("similarity", "roberta_sentence", "--file", file.toString()))) {
            Outcome outcome = Cli.run(verb);
            assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
            assertSaid(outcome, file + ":2: the last ", "were cut off");
        }
        JsonArray documents =
                JsonParser.parseString(
                                Cli.runWithInput(input, line("classify", "bert_classify", "--json"))
                                        .out())
                        .getAsJsonArray();
        assertEquals(3, documents.size());
        assertTrue(documents.get(1).getAsJsonObject().get("error").getAsString().contains("64"));

        String masks = "a [MASK]\nnothing\n" + tooLong + "[MASK]\nthe [MASK]\n";
        Outcome filled =
                Cli.runWithInput(masks, line("fill-mask", "bert_fill_mask", "--top-k", "1"));
        assertEquals(ExitCode.FAILED, filled.code());
        assertEquals(4, filled.out().lines().count(), filled.out());
        assertEquals(2, filled.err().lines().count(), filled.err());
        Outcome pairs =
                Cli.runWithInput(
                        "a\tb\nno tab\nc\td\n", line("similarity", "bert_sentence", "--pairs"));
        assertEquals(ExitCode.FAILED, pairs.code());
        assertEquals(3, pairs.out().lines().count(), pairs.out());
        assertSaid(pairs, "line 2: ", "tab");
    }

    private static void assertSaid(Outcome outcome, String... parts) {
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        for (String part : parts) {
            assertTrue(outcome.err().contains(part), outcome.err());
        }
    }

    /**
     * Rounded vectors are others, and point the same way; without kernels for it, all is refused.
     */
    @Test
    void aLowerPrecisionIsUsedOrRefused() throws IOException {
        String text = expected("bert_classify", 0).get("text").getAsString();
        float[] right = vector(json("embed", "bert_classify", text));
        for (String precision : List.of("bf16", "int8")) {
            String[] line =
                    line("embed", "bert_classify", "--precision", precision, "--json", text);
            Outcome outcome = Cli.run(line);
            if (outcome.code() != ExitCode.DONE) {
                assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
                assertTrue(outcome.err().contains("use fp32"), outcome.err());
                continue;
            }
            float[] rounded = vector(JsonParser.parseString(outcome.out()).getAsJsonArray());
            assertFalse(Arrays.equals(right, rounded), precision);
            // int8 is off by about 1 % of a number, a wrong sum by as much as the number
            assertTrue(cosine(right, rounded) > 0.95, precision);
        }
        Outcome outcome = Cli.run(line("embed", "bert_classify", "--precision", "int4", text));
        assertEquals(ExitCode.USAGE, outcome.code());
        assertTrue(outcome.err().contains("must be one of fp32, bf16, int8"), outcome.err());
    }

    private static float[] vector(JsonArray documents) {
        JsonArray numbers = documents.get(0).getAsJsonObject().getAsJsonArray("embedding");
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.get(i).getAsFloat();
        }
        return vector;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            first += a[i] * a[i];
            second += b[i] * b[i];
        }
        return product / Math.sqrt(first * second);
    }

    @Test
    void aTargetThatIsNoTokenIsTold() {
        Outcome outcome =
                Cli.run(line("fill-mask", "bert_fill_mask", "--targets", "the,thecat", "a [MASK]"));
        assertEquals(1, lines(outcome).size());
        assertSaid(outcome, "no token 'thecat'", "'the' stands for it");
    }

    @Test
    void wrongUseAndMissingModelsGetASentence() {
        assertEquals(ExitCode.USAGE, Cli.run("fill-mask", "text").code());
        for (String[] wrong :
                List.of(
                        line("fill-mask", "bert_fill_mask", "--top-k", "0", "a [MASK]"),
                        line("fill-mask", "bert_fill_mask", "no mask"),
                        line("classify", "bert_classify", "--pair", "a", "--pairs", "b\tc"),
                        line("classify", "bert_classify", "--template", "{}", "a"),
                        line("classify", "bert_classify", "--pairs", "no tab"),
                        line("answer", "bert_answer", "no question"),
                        line("tag", "bert_tag", "--aggregation", "best", "a"),
                        line("tag", "bert_tag", "--aggregation", "none", "--stride", "2", "a"),
                        line("embed", "bert_sentence", "--pooling", "some", "a"),
                        line("similarity", "bert_sentence", "alone"))) {
            Outcome outcome = Cli.run(wrong);
            assertEquals(ExitCode.USAGE, outcome.code(), String.join(" ", wrong));
            assertTrue(outcome.err().startsWith("attn4j: "), outcome.err());
            assertEquals("", outcome.out());
        }
        Outcome missing = Cli.run(line("tag", "no_such_model", "a"));
        assertEquals(ExitCode.FAILED, missing.code(), missing.err());
        Outcome headless = Cli.run(line("fill-mask", "bert_tag", "a [MASK]"));
        assertEquals(ExitCode.FAILED, headless.code(), headless.err());
        assertTrue(headless.err().contains("fill-mask"), headless.err());
    }
}
