package org.attn4j.cli.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class AblateCommandTest {

    private static final Path TASKS =
            Path.of("../transformer-models/src/test/resources/goldens/tasks");

    /** The same sums, with zeros in them or without; four decimals are printed. */
    private static final double ROUNDING = 1e-5;

    @TempDir private static Path trained;
    private static Path run;
    private static Path config;

    @TempDir private Path folder;

    @BeforeAll
    static void train() {
        run = trained.resolve("run");
        Outcome outcome = Cli.trainTiny(run);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        config = run.resolve("training/config.yaml");
    }

    private static Outcome run(String verb, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", model.toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static JsonObject json(String verb, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(more));
        args.add("--json");
        Outcome outcome = run(verb, model, args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonObject();
    }

    private static double loss(Path model) {
        return json("evaluate", model, "--config", config.toString(), "--metrics", "loss")
                .getAsJsonObject("metrics")
                .getAsJsonObject("loss")
                .get("score")
                .getAsDouble();
    }

    @Test
    void theScoreWithoutAHeadIsThatOfAModelWhoseHeadGivesNothing() throws IOException {
        JsonObject found = json("ablate", run, "--metric", "loss", "--data", "test");
        assertEquals(loss(run), found.get("score").getAsDouble(), ROUNDING);
        JsonArray heads = found.getAsJsonArray("heads");
        assertEquals(6, heads.size());
        JsonObject last = heads.get(5).getAsJsonObject();
        assertEquals("cross", last.get("slot").getAsString());
        assertEquals(1, last.get("head").getAsInt());

        Path silent = folder.resolve("silent");
        try (LoadedModel model = Pretrained.loader().optEngine(Cli.ENGINE).load(run)) {
            NDArray weight =
                    BlockParameters.of(model.model())
                            .byPath()
                            .get("decoder.layers.0.encoder_attn.output_proj.weight")
                            .getArray();
            weight.set(new NDIndex(":, 8:"), 0); // the second head of two, of 16 features
            model.save(silent);
        }
        assertEquals(loss(silent), last.get("score").getAsDouble(), ROUNDING);
        assertEquals(
                last.get("score").getAsDouble() - found.get("score").getAsDouble(),
                last.get("change").getAsDouble(),
                1e-12);
        double worst = found.getAsJsonObject("hurts_most").get("change").getAsDouble();
        double best = found.getAsJsonObject("hurts_least").get("change").getAsDouble();
        for (JsonElement head : heads) {
            double change = head.getAsJsonObject().get("change").getAsDouble();
            assertTrue(best <= change && change <= worst, head::toString);
        }
    }

    @Test
    void theSmallerModelServesEveryVerb() throws IOException {
        Path smaller = folder.resolve("smaller");
        Path page = folder.resolve("page.html");
        JsonObject found =
                json(
                        "ablate",
                        run,
                        "--metric",
                        "loss",
                        "--max-sentences",
                        "10",
                        "--prune",
                        "3",
                        "--out",
                        smaller.toString(),
                        "--out",
                        page.toString());
        assertEquals(10, found.get("examples").getAsInt());
        JsonObject pruned = found.getAsJsonObject("pruned");
        assertEquals(
                JsonParser.parseString(Files.readString(smaller.resolve("config.json")))
                        .getAsJsonObject()
                        .get("pruned_heads"),
                pruned.get("pruned_heads"));
        assertEquals(loss(run), figure(pruned, "before", "loss"), ROUNDING);
        assertEquals(loss(smaller), figure(pruned, "after", "loss"), ROUNDING);
        // A head of H = 8 has H rows of 16 and a bias of each of three projections, H columns of
        // the fourth.
        assertEquals(
                3 * (4 * 8 * 16 + 3 * 8),
                pruned.get("parameters_before").getAsLong()
                        - pruned.get("parameters_after").getAsLong());

        assertDone(run("translate", smaller, "a b c"));
        assertDone(run("translate", smaller, "--beam", "3", "a b c"));
        assertDone(run("inspect", smaller));
        assertEquals(
                3,
                json("ablate", smaller, "--metric", "loss", "--config", config.toString())
                        .getAsJsonArray("heads")
                        .size());
        String html = Files.readString(page);
        for (String slot : List.of("encoder-self", "decoder-self", "cross")) {
            assertTrue(html.contains("aria-label='" + slot + "'"), slot);
        }
        assertFalse(html.contains("<script"), "no page needs scripts for this");
        assertTrue(html.contains("The smaller model"));
    }

    private static double figure(JsonObject pruned, String when, String metric) {
        return pruned.getAsJsonObject(when).get(metric).getAsDouble();
    }

    private static void assertDone(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    @Test
    void aSmallerModelIsTrainedOnAndTheRunGoesOn() throws IOException {
        Path smaller = prunedRun("trained");
        Path pairs = folder.resolve("pairs.tsv");
        Files.writeString(pairs, "a b\ta b\nc a\tc a\n".repeat(5));
        Path yaml =
                Files.writeString(
                        folder.resolve("more.yaml"),
                        """
                        task: translation
                        data: {train: {pairs: '%s'}, valid: {pairs: '%s'}, test: {pairs: '%s'}}
                        model: {from: '%s'}
                        batching: {maxLength: 32, tokensPerBatch: 64}
                        training: {steps: 8, warmupSteps: 2, validationInterval: 4}
                        """
                                .formatted(pairs, pairs, pairs, smaller));
        Path more = folder.resolve("more");
        List<String> train =
                List.of("train", yaml.toString(), "--engine", Cli.ENGINE, "--out", more.toString());
        List<String> first = new ArrayList<>(train);
        first.addAll(List.of("--max-steps", "4"));
        assertDone(Cli.run(first.toArray(String[]::new)));
        List<String> second = new ArrayList<>(train);
        second.add("--resume");
        assertDone(Cli.run(second.toArray(String[]::new)));
        assertTrue(Files.readString(more.resolve("config.json")).contains("pruned_heads"));
        assertDone(run("translate", more, "a b"));
    }

    private Path prunedRun(String name) {
        Path smaller = folder.resolve(name);
        assertDone(
                run(
                        "ablate",
                        run,
                        "--metric",
                        "loss",
                        "--max-sentences",
                        "2",
                        "--prune",
                        "1",
                        "--out",
                        smaller.toString()));
        return smaller;
    }

    @Test
    void aClassifierIsMeasuredByItsAccuracy() throws IOException {
        Files.writeString(
                folder.resolve("data.tsv"),
                "neutral\tthe old doctor\nentailment\tthe company\n".repeat(4));
        Path yaml =
                Files.writeString(
                        folder.resolve("run.yaml"),
                        """
                        task: classification
                        data: {folder: '%s', train: data.tsv, valid: data.tsv, test: data.tsv, label: '1', text: '2'}
                        model: {from: '%s'}
                        """
                                .formatted(
                                        folder, TASKS.resolve("bert_classify").toAbsolutePath()));
        Path smaller = folder.resolve("classifier");
        JsonObject found =
                json(
                        "ablate",
                        TASKS.resolve("bert_classify"),
                        "--config",
                        yaml.toString(),
                        "--prune",
                        "1",
                        "--out",
                        smaller.toString());
        assertEquals("accuracy", found.get("metric").getAsString());
        String slot =
                found.getAsJsonArray("heads").get(0).getAsJsonObject().get("slot").getAsString();
        assertEquals("encoder-self", slot);
        assertDone(run("classify", smaller, "the old doctor"));
    }

    @Test
    void whatCannotBeMeasuredOrPrunedIsRefusedInASentence() throws IOException {
        String out = folder.resolve("out").toString();
        assertRefused("--prune needs --out DIR for the model", "--prune", "1");
        assertRefused("--prune must be from 1 to 3", "--prune", "4", "--out", out);
        assertRefused("--prune must be from 1 to 3", "--prune", "0", "--out", out);
        assertRefused("there is no --prune that writes a model", "--out", out);
        assertRefused("one page and one folder at most", "--out", out + ".html", "--out", "x.html");
        assertRefused("--out: there is no folder /missing", "--out", "/missing/x.html");
        assertRefused("--max-sentences must be at least 1", "--max-sentences", "0");
        assertRefused("unknown metric 'elegance'", "--metric", "elegance");
        assertRefused("--source and --target go together", "--source", "a");
        assertRefused(
                "leave it out with --source", "--data", "test", "--source", "a", "--target", "b");
        assertRefused("Invalid value for option '--data'", "--data", "train");
        assertRefused(
                "exists already: choose another --out", "--prune", "1", "--out", folder.toString());
        assertFalse(Files.exists(Path.of(out)));
    }

    @Test
    void aModelOfAnotherAttentionIsRefusedInASentence() {
        Path additive = folder.resolve("additive");
        Outcome made =
                Cli.trainTiny(
                        additive,
                        "--set",
                        "model.attention.encoderSelf=additive",
                        "--set",
                        "model.attention.decoderSelf=additive",
                        "--set",
                        "model.attention.cross=additive",
                        "--max-steps",
                        "1");
        assertEquals(ExitCode.DONE, made.code(), made.err());
        Outcome outcome = run("ablate", additive);
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertTrue(
                outcome.err().contains("has no multi-head attention whose heads"), outcome.err());
    }

    private static void assertRefused(String message, String... args) {
        Outcome outcome = run("ablate", run, args);
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(message), outcome.err());
    }
}
