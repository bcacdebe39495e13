package org.attn4j.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that use a trained model. */
@Tag("engine")
class ModelVerbsTest {

    @TempDir static Path folder;

    private static Path model;
    private static Path source;
    private static Path target;

    @BeforeAll
    static void train() throws Exception {
        model = folder.resolve("model");
        Outcome outcome = Cli.trainTiny(model);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        source = Files.writeString(folder.resolve("in.src"), "1 2 3\n4 5\n");
        target = Files.writeString(folder.resolve("in.trg"), "1 2 3\n5 4\n");
    }

    private static Outcome run(String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(1, List.of("--model", model.toString(), "--engine", Cli.ENGINE));
        all.addAll(1, List.of("--threads", "1"));
        return Cli.run(all.toArray(String[]::new));
    }

    @Test
    void translatesTextsAndStandardInputAlike() {
        Outcome texts = run("translate", "1 2 3", "4 5");
        assertEquals(ExitCode.DONE, texts.code(), texts.err());
        Outcome input =
                Cli.runWithInput(
                        "1 2 3\n\n4 5\n",
                        "translate",
                        "--model",
                        model.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1");
        String[] lines = texts.out().split("\n");
        assertEquals(lines[0] + "\n\n" + lines[1] + "\n", input.out());
        assertEquals("", input.err());
    }

    @Test
    void givesNBestWithScoresInOrder() {
        Outcome outcome = run("translate", "--n-best", "3", "--scores", "1 2 3");
        String[] lines = outcome.out().split("\n");
        assertEquals(3, lines.length);
        double[] scores =
                Arrays.stream(lines)
                        .mapToDouble(line -> Double.parseDouble(line.split("\t")[0]))
                        .toArray();
        assertTrue(scores[0] >= scores[1] && scores[1] >= scores[2], outcome.out());
    }

    @Test
    void printsOneJsonDocumentAndNothingElse() {
        JsonArray translated =
                JsonParser.parseString(run("translate", "--json", "1 2 3").out()).getAsJsonArray();
        JsonObject first =
                translated
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("translations")
                        .get(0)
                        .getAsJsonObject();
        double sum = 0;
        for (var part : first.getAsJsonArray("tokenLogProbabilities")) {
            sum += part.getAsDouble();
        }
        assertEquals(first.get("logProbability").getAsDouble(), sum, 1e-4);
    }

    @Test
    void scoresGivenTranslationsByTheirTokens() {
        String[] files = {"--source", source.toString(), "--target", target.toString()};
        List<String> lines =
                run("score", files[0], files[1], files[2], files[3]).out().lines().toList();
        JsonArray entries =
                JsonParser.parseString(
                                run("score", files[0], files[1], files[2], files[3], "--json")
                                        .out())
                        .getAsJsonArray();
        double total = 0;
        int tokens = 0;
        for (int i = 0; i < 2; i++) {
            JsonObject entry = entries.get(i).getAsJsonObject();
            double sum = 0;
            for (var part : entry.getAsJsonArray("tokenLogProbabilities")) {
                sum += part.getAsDouble();
                tokens++;
            }
            assertEquals(sum, Double.parseDouble(lines.get(i).split("\t")[0]), 1e-4);
            assertEquals(i == 0 ? "4" : "3", lines.get(i).split("\t")[1]);
            total += sum;
        }
        JsonObject loss =
                JsonParser.parseString(
                                run(
                                                "evaluate",
                                                files[0],
                                                files[1],
                                                files[2],
                                                files[3],
                                                "--metrics",
                                                "loss",
                                                "--json")
                                        .out())
                        .getAsJsonObject()
                        .getAsJsonObject("metrics")
                        .getAsJsonObject("loss");
        assertEquals(-total / tokens, loss.get("score").getAsDouble(), 1e-4);
    }

    @Test
    void evaluatesFilesAndTheRunsOwnTestSet() {
        Outcome own =
                run(
                        "evaluate",
                        "--metrics",
                        "bleu,chrf,chrf++,ter,exact,loss,perplexity",
                        "--json");
        assertEquals(ExitCode.DONE, own.code(), own.err());
        JsonObject document = JsonParser.parseString(own.out()).getAsJsonObject();
        assertEquals(20, document.get("examples").getAsInt());
        JsonObject metrics = document.getAsJsonObject("metrics");
        assertEquals(7, metrics.size());
        double loss = metrics.getAsJsonObject("loss").get("score").getAsDouble();
        double perplexity = metrics.getAsJsonObject("perplexity").get("score").getAsDouble();
        assertEquals(Math.exp(loss), perplexity, 1e-6 * perplexity);
        Outcome files =
                run("evaluate", "--source", source.toString(), "--target", target.toString());
        assertTrue(files.out().contains("BLEU|"), files.out());
        assertTrue(files.out().contains("nrefs:1|case:mixed|eff:no|tok:13a"), files.out());
    }

    @Test
    void averagesCheckpointsIntoAModel() throws Exception {
        Path mean = folder.resolve("mean");
        List<String> args = new ArrayList<>(List.of("average", "--out", mean.toString()));
        args.addAll(List.of("--engine", Cli.ENGINE));
        try (var kept = Files.list(model.resolve("training/weights"))) {
            kept.forEach(each -> args.add(each.toString()));
        }
        assertEquals(7, args.size());
        Outcome averaged = Cli.run(args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, averaged.code(), averaged.err());
        Outcome used =
                Cli.run("translate", "--model", mean.toString(), "--engine", Cli.ENGINE, "1 2");
        assertEquals(ExitCode.DONE, used.code(), used.err());
        Outcome again = Cli.run(args.toArray(String[]::new));
        assertEquals(ExitCode.USAGE, again.code());
    }
}
