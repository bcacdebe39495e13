package org.attn4j.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.common.WordAlignment;
import org.attn4j.common.WordAlignment.Link;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which words came from which: {@code translate --alignment} and {@code evaluate --metrics aer}.
 */
@Tag("engine")
class AlignmentTest {

    @TempDir static Path folder;

    private static Path transformer;
    private static Path recurrent;

    @BeforeAll
    static void train() throws IOException {
        transformer = folder.resolve("transformer");
        trained(Cli.trainTiny(transformer, "--set", "data.synthetic.maxLength=6"));
        recurrent = folder.resolve("recurrent");
        Path config =
                Files.writeString(
                        folder.resolve("recurrent.yaml"),
"""
name: small
data:
  corpus: embedded
  embedded: {trainSize: 300}
tokenizer: {kind: bpe, vocabularySize: 150}
model: {family: recurrent, embeddingSize: 8, encoderSize: 6, decoderSize: 10, attentionalSize: 8}
batching: {tokensPerBatch: 200, maxLength: 64}
training: {steps: 2, warmupSteps: 1, validationInterval: 2}
validation: {bleu: false}
""");
        trained(
                Cli.run(
                        "train",
                        config.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1",
                        "--out",
                        recurrent.toString()));
    }

    private static void trained(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    private static Outcome run(Path model, String verb, String... args) {
        List<String> all = new ArrayList<>(List.of(verb, "--model", model.toString()));
        all.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        all.addAll(Arrays.asList(args));
        return Cli.run(all.toArray(String[]::new));
    }

    private static List<String> lines(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out().lines().toList();
    }

    private static float[][] weights(String soft) {
        return Arrays.stream(soft.split(" "))
                .map(row -> row.split(","))
                .map(
                        row -> {
                            float[] values = new float[row.length];
                            for (int i = 0; i < row.length; i++) {
                                values[i] = Float.parseFloat(row[i]);
                            }
                            return values;
                        })
                .toArray(float[][]::new);
    }

    private static void assertRefused(int code, String message, Outcome outcome) {
        assertEquals(code, outcome.code(), outcome.out() + outcome.err());
        assertTrue(outcome.err().contains(message), outcome.err());
    }

    /** The links are those of the greatest weights, whose rows belong to the printed words. */
    @Test
    void hardLinksAreTheGreatestOfTheSoftWeights() {
        for (Path model : List.of(transformer, recurrent)) {
            String text = "The boy  doesn't eat 1 2 3 apples.";
            String[] hard =
                    lines(run(model, "translate", "--alignment", "hard", text))
                            .get(0)
                            .split(" \\|\\|\\| ", -1);
            String[] soft =
                    lines(run(model, "translate", "--alignment", "soft", text))
                            .get(0)
                            .split(" \\|\\|\\| ", -1);
            assertEquals(2, hard.length);
            assertEquals(hard[0], soft[0]);
            int words = hard[0].isEmpty() ? 0 : hard[0].split("\\s+").length;
            assertTrue(words > 0, "the model must write something");
            float[][] weights = weights(soft[1]);
            assertEquals(words, weights.length);
            List<Link> links = new ArrayList<>();
            for (int target = 0; target < words; target++) {
                assertEquals(8, weights[target].length);
                int greatest = 0;
                float sum = 0;
                for (int source = 0; source < 8; source++) {
                    greatest =
                            weights[target][source] > weights[target][greatest] ? source : greatest;
                    sum += weights[target][source];
                }
                assertTrue(sum > 0 && sum < 1.001, "the rest is on the end token, got " + sum);
                links.add(new Link(greatest, target));
            }
            assertEquals(WordAlignment.of(links).toString(), hard[1]);
        }
    }

    @Test
    void aThresholdGivesTheLinksOfMoreWeight() {
        String text = "1 2 3 4";
        String soft = lines(run(transformer, "translate", "--alignment", "soft", text)).get(0);
        String some = lines(run(transformer, "translate", "--alignment", "0.2", text)).get(0);
        float[][] weights = weights(soft.split(" \\|\\|\\| ")[1]);
        List<Link> links = new ArrayList<>();
        for (int target = 0; target < weights.length; target++) {
            for (int source = 0; source < 4; source++) {
                if (weights[target][source] > 0.2) {
                    links.add(new Link(source, target));
                }
            }
        }
        String[] parts = some.split(" \\|\\|\\| ", -1);
        assertEquals(WordAlignment.of(links).toString(), parts[1]);
    }

    @Test
    void eachOfSeveralTranslationsHasItsOwn() {
        List<String> lines =
                lines(
                        run(
                                transformer,
                                "translate",
                                "--n-best",
                                "2",
                                "--scores",
                                "--alignment",
                                "hard",
                                "1 2 3",
                                "4 5"));
        assertEquals(4, lines.size());
        for (String line : lines) {
            String[] parts = line.split("\t|( \\|\\|\\| )", -1);
            assertEquals(3, parts.length, line);
            Double.parseDouble(parts[0]);
            int words = parts[1].isEmpty() ? 0 : parts[1].split(" ").length;
            WordAlignment.parse(parts[2]).requireWithin(3, words);
            assertEquals(words, WordAlignment.parse(parts[2]).sure().size(), line);
        }
    }

    @Test
    void emptyLinesKeepTheirPlaces() {
        Outcome outcome =
                Cli.runWithInput(
                        "1 2\n\n \n3 4\n",
                        "translate",
                        "--model",
                        transformer.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1",
                        "--alignment",
                        "hard");
        List<String> lines = lines(outcome);
        assertEquals(4, lines.size());
        assertEquals("", lines.get(1) + lines.get(2));
        assertTrue(lines.get(0).contains(" ||| "), lines.get(0));
        assertEquals(
                lines(run(transformer, "translate", "--alignment", "hard", "3 4")).get(0),
                lines.get(3));
    }

    @Test
    void jsonHasPairsOrWordsAndWeights() {
        JsonObject hard = candidate("hard");
        for (JsonElement pair : hard.getAsJsonArray("alignment")) {
            assertEquals(2, pair.getAsJsonArray().size());
        }
        JsonObject soft = candidate("soft").getAsJsonObject("alignment");
        assertEquals("[\"1\",\"2\",\"3\"]", soft.getAsJsonArray("source").toString());
        String text = hard.get("text").getAsString();
        assertEquals(
                List.of(text.split(" ")),
                soft.getAsJsonArray("target").asList().stream()
                        .map(JsonElement::getAsString)
                        .toList());
        assertEquals(text.split(" ").length, soft.getAsJsonArray("weights").size());
        assertTrue(!candidate(null).has("alignment"));
    }

    private static JsonObject candidate(String kind) {
        Outcome outcome =
                kind == null
                        ? run(transformer, "translate", "--json", "1 2 3")
                        : run(transformer, "translate", "--json", "--alignment", kind, "1 2 3");
        JsonArray document = JsonParser.parseString(outcome.out()).getAsJsonArray();
        return document.get(0)
                .getAsJsonObject()
                .getAsJsonArray("translations")
                .get(0)
                .getAsJsonObject();
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertRefused(
                ExitCode.USAGE,
                "--alignment must be hard, soft or a number from 0 to below 1, got firm",
                run(transformer, "translate", "--alignment", "firm", "1"));
        for (String number : List.of("1", "-0.1", "NaN")) {
            assertRefused(
                    ExitCode.USAGE,
                    "got " + number,
                    run(transformer, "translate", "--alignment=" + number, "1"));
        }
        assertRefused(
                ExitCode.USAGE,
                "--alignment-layer goes together with --alignment",
                run(transformer, "translate", "--alignment-layer", "0", "1"));
        assertRefused(
                ExitCode.USAGE,
                "the layer must be from 0 to 0, as the model's decoder shows one, got 1",
                run(transformer, "translate", "--alignment=hard", "--alignment-layer=1", "1"));
    }

    private static Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Outcome measured(String alignments, String... more) throws IOException {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("--source", file("in.src", "1 2 3\n4 5\n").toString()));
        args.addAll(List.of("--target", file("in.trg", "1 2 3\n5 4\n").toString()));
        if (alignments != null) {
            args.addAll(List.of("--alignments", file("in.aligned", alignments).toString()));
        }
        args.addAll(Arrays.asList(more));
        return run(transformer, "evaluate", args.toArray(String[]::new));
    }

    /** Along the diagonal three of five links are right: 1 − (3 + 3) / (5 + 5). */
    @Test
    void measuresFilesByTheirTrueAlignments() throws IOException {
        Outcome outcome = measured("0-0 1-1 2-2\n0-1 1-0\n", "--metrics", "aer", "--json");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject aer =
                JsonParser.parseString(outcome.out())
                        .getAsJsonObject()
                        .getAsJsonObject("metrics")
                        .getAsJsonObject("aer");
        assertEquals(40, aer.getAsJsonObject("diagonal").get("score").getAsDouble(), 1e-9);
        JsonArray layers = aer.getAsJsonArray("layers");
        assertEquals(2, layers.size(), "one layer, and two steps");
        JsonObject first = layers.get(0).getAsJsonObject();
        assertEquals("predicts", first.get("step").getAsString());
        assertEquals(2, first.getAsJsonArray("heads").size());
        assertEquals(first.get("score"), aer.get("score"));
        assertEquals(5, first.get("found").getAsInt());
        List<String> lines = lines(measured("0-0 1-1 2-2\n0-1 1-0\n", "--metrics", "aer"));
        assertTrue(lines.get(0).startsWith("AER, layer 0, the step that predicts a word = "));
        assertEquals("AER, the diagonal = 40.00 (precision 60.00, recall 60.00)", lines.get(2));
    }

    @Test
    void refusesAlignmentsThatDoNotFit() throws IOException {
        assertRefused(ExitCode.FAILED, "line 2", measured("0-0\n0:1\n", "--metrics", "aer"));
        assertRefused(
                ExitCode.USAGE,
                "there must be an alignment for each pair, got 1 alignments for 2 pairs",
                measured("0-0\n", "--metrics", "aer"));
        assertRefused(
                ExitCode.USAGE,
                "alignment 2: the link 1-2 must be of words that are there",
                measured("0-0\n1-2\n", "--metrics", "aer"));
        assertRefused(
                ExitCode.USAGE,
                "aer needs to know which words of the pairs belong together",
                measured(null, "--metrics", "aer"));
        assertRefused(
                ExitCode.USAGE,
                "--alignments goes together with --metrics aer",
                measured("0-0\n0-0\n", "--metrics", "bleu"));
    }

    /** The grammar knows the alignment of its test sentences. */
    @Test
    void measuresTheEmbeddedCorpusWithoutFiles() {
        List<String> lines = lines(run(recurrent, "evaluate", "--metrics", "aer"));
        assertTrue(
                lines.get(0).matches("AER, layer 0, the step that predicts a word = [0-9.]+ .*"));
        assertTrue(lines.get(2).matches("AER, the diagonal = [0-9.]+ .*"), lines.get(2));
        assertTrue(lines.get(3).startsWith("500 examples"), lines.get(3));
    }
}
