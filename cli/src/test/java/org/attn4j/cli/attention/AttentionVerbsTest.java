package org.attn4j.cli.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that show what attends to what, on the small models of the other modules' tests. */
@Tag("engine")
class AttentionVerbsTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final Path BERT = GOLDENS.resolve("tasks/bert_classify");
    private static final Path OTHER = GOLDENS.resolve("tasks/bert_answer");
    private static final Path MARIAN = GOLDENS.resolve("generation/texts/marian_text");

    /** Weights of one row, in float32, of at most 64 keys: 64 roundings of at most half an ulp. */
    private static final double ROUNDING = 64 * Math.ulp(0.5f);

    @TempDir Path folder;

    private static Outcome run(String verb, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", model.toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static String done(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out();
    }

    private static JsonObject attend(Path model, String... texts) {
        List<String> args = new ArrayList<>(List.of(texts));
        args.add("--json");
        String printed = done(run("attend", model, args.toArray(String[]::new)));
        return JsonParser.parseString(printed).getAsJsonObject();
    }

    private static float[][] matrix(JsonObject attention, int head) {
        JsonArray rows = attention.getAsJsonArray("weights").get(head).getAsJsonArray();
        float[][] matrix = new float[rows.size()][];
        for (int t = 0; t < matrix.length; t++) {
            JsonArray row = rows.get(t).getAsJsonArray();
            matrix[t] = new float[row.size()];
            for (int s = 0; s < row.size(); s++) {
                matrix[t][s] = row.get(s).getAsFloat();
            }
        }
        return matrix;
    }

    @Test
    void attendPrintsTheWeightsWithTheirTokens() {
        JsonObject document = attend(BERT, "the cat sat");
        JsonArray tokens = document.getAsJsonObject("sequences").getAsJsonArray("text");
        JsonObject second = tokens.get(1).getAsJsonObject();
        assertEquals("the", second.get("text").getAsString());
        assertEquals(0, second.get("begin").getAsInt());
        assertEquals(3, second.get("end").getAsInt());
        JsonArray attentions = document.getAsJsonArray("attentions");
        assertFalse(attentions.isEmpty());
        JsonObject first = attentions.get(0).getAsJsonObject();
        assertEquals("attentions.0", first.get("name").getAsString());
        assertEquals("self", first.get("kind").getAsString());
        float[][] weights = matrix(first, 0);
        assertEquals(tokens.size(), weights.length);
        for (float[] row : weights) {
            double sum = 0;
            for (float weight : row) {
                sum += weight;
            }
            assertEquals(1, sum, ROUNDING);
        }
    }

    @Test
    void attendWritesTheSameWeightsAsATensorFile() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        JsonObject document = attend(MARIAN, "the cat", "the dog", "--out", file.toString());
        try (NDManager manager = NDManager.newBaseManager(Cli.ENGINE);
                SafetensorsFile written = SafetensorsFile.open(file)) {
            JsonArray attentions = document.getAsJsonArray("attentions");
            assertEquals(attentions.size(), written.names().size());
            for (var each : attentions) {
                JsonObject attention = each.getAsJsonObject();
                float[][] head = matrix(attention, 1);
                float[] stored =
                        written.read(attention.get("name").getAsString(), manager)
                                .get("0,1")
                                .toFloatArray();
                int keys = head[0].length;
                assertEquals(head.length * keys, stored.length);
                for (int t = 0; t < head.length; t++) {
                    float[] row = new float[keys];
                    System.arraycopy(stored, t * keys, row, 0, keys);
                    assertArrayEquals(head[t], row);
                }
            }
            JsonObject sequences =
                    JsonParser.parseString(written.metadata().get("sequences")).getAsJsonObject();
            assertEquals(document.get("sequences"), sequences);
            assertEquals(Set.of("source", "target", "output"), sequences.keySet());
        }
    }

    @Test
    void visualizeWritesAPageOrAPicture() throws IOException {
        Path page = folder.resolve("page.html");
        done(run("visualize", MARIAN, "the <b>cat</b>", "the dog", "--out", page.toString()));
        String html = Files.readString(page);
        assertTrue(html.startsWith("<!DOCTYPE html>"), html.substring(0, 100));
        assertFalse(html.contains("<b>cat"), "a text must not become markup");

        Path picture = folder.resolve("head.svg");
        String[] one = {"--kind", "cross", "--layer", "0", "--head", "1", "--view", "head"};
        List<String> args = new ArrayList<>(List.of("the cat", "--out", picture.toString()));
        args.addAll(List.of(one));
        done(run("visualize", MARIAN, args.toArray(String[]::new)));
        assertTrue(Files.readString(picture).startsWith("<svg"));
    }

    /** A mechanism comes as its paper draws it, with what it told before the weights. */
    @Test
    void aPageShowsNeuronsAndWindowsAsTheModelComputesThem() throws IOException {
        Path run = folder.resolve("run");
        assertEquals(
                ExitCode.DONE,
                Cli.trainTiny(
                                run,
                                "--set",
                                "model.attention.cross=local",
                                "--set",
                                "training.steps=1",
                                "--set",
                                "training.warmupSteps=0")
                        .code());
        Path page = folder.resolve("page.html");
        done(run("visualize", run, "A B C", "A B", "--out", page.toString()));
        JsonObject cross = attention(page, "decoder.layers.0.encoder_attn");
        assertEquals("window", cross.get("drawing").getAsString());
        JsonObject window = cross.getAsJsonObject("window");
        assertEquals(3, window.getAsJsonArray("centres").get(0).getAsJsonArray().size());
        assertFalse(window.get("gaussian").getAsBoolean());
        JsonObject self = attention(page, "encoder.layers.0.self_attn");
        assertEquals("weights", self.get("drawing").getAsString());
        assertEquals(8, self.getAsJsonObject("vectors").get("size").getAsInt());
        assertEquals(
                1 / Math.sqrt(8), self.getAsJsonObject("vectors").get("scale").getAsDouble(), 1e-6);
    }

    @Test
    void aMixtureOfExpertsShowsTheRoutesOfTokens() throws IOException {
        Path mixture = folder.resolve("mixture");
        Path tokenizer = GOLDENS.resolve("tasks/t5_sentence/tokenizer.json");
        JsonObject config =
                JsonParser.parseString(
                                Files.readString(
                                        GOLDENS.resolve("models/deepseek_v3_moe_lm_a/config.json")))
                        .getAsJsonObject();
        config.addProperty("vocab_size", 150);
        try (LoadedModel made =
                Pretrained.loader().optEngine(Cli.ENGINE).create(config, List.of(tokenizer))) {
            made.save(mixture);
        }
        Path page = folder.resolve("page.html");
        done(run("visualize", mixture, "the cat", "--out", page.toString()));
        JsonObject routing = attention(page, "layers.1.mlp");
        assertEquals("routing", routing.get("drawing").getAsString());
        assertEquals("experts of layer 1", routing.get("keys").getAsString());
        assertEquals("text", routing.get("queries").getAsString());
    }

    /** An attention of the data that a page holds. */
    private static JsonObject attention(Path page, String site) throws IOException {
        String html = Files.readString(page);
        int begin = html.indexOf('{', html.indexOf("application/json"));
        String data = html.substring(begin, html.indexOf("</script>", begin));
        for (JsonElement each :
                JsonParser.parseString(data).getAsJsonObject().getAsJsonArray("attentions")) {
            if (each.getAsJsonObject().get("site").getAsString().equals(site)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError(site + " is not on the page");
    }

    @Test
    void headsCountsWhereWordsBelongTogether() throws IOException {
        Path relations = folder.resolve("relations.tsv");
        Files.writeString(
                relations,
                """
                relation\ttext\tfrom\tto
                next\tthe cat sat\t0\t1
                next\tthe cat sat\t1\t2
                """);
        JsonObject found =
                JsonParser.parseString(
                                done(
                                        run(
                                                "heads",
                                                BERT,
                                                "--relations",
                                                relations.toString(),
                                                "--json")))
                        .getAsJsonObject();
        JsonObject relation = found.getAsJsonArray("relations").get(0).getAsJsonObject();
        assertEquals(2, relation.get("pairs").getAsInt());
        assertEquals(1, relation.get("distance").getAsInt());
        assertEquals(1, relation.get("ofDistance").getAsDouble());

        JsonObject attended = attend(BERT, "the cat sat");
        float[][] weights =
                matrix(attended.getAsJsonArray("attentions").get(0).getAsJsonObject(), 1);
        double next = 0; // [CLS] the ca ##t s ##at [SEP]: the next of five tokens
        for (int t = 1; t <= 5; t++) {
            next += weights[t][t + 1] / 5;
        }
        // "cat" is tokens 2 and 3, "sat" 4 and 5: sums to a word, means from it.
        boolean first = weights[1][2] + weights[1][3] > weights[1][4] + weights[1][5];
        double toSat = weights[2][4] + weights[2][5] + weights[3][4] + weights[3][5];
        boolean second = toSat > weights[2][1] + weights[3][1];
        double right = ((first ? 1 : 0) + (second ? 1 : 0)) / 2.0;
        assertEquals(right, share(relation, 1));
        for (JsonElement each : found.getAsJsonArray("patterns")) {
            if (each.getAsJsonObject().get("name").getAsString().equals("the next token")) {
                assertEquals(next, share(each.getAsJsonObject(), 1), ROUNDING);
            }
        }
        Outcome beyond = run("heads", BERT, "--relations", with(relations, "r\ta b c\t0\t3\n"));
        assertRefused(ExitCode.FAILED, "line 2, to must be the number of a word", beyond);
        Outcome none = run("heads", BERT, "--relations", with(relations, ""));
        assertRefused(ExitCode.FAILED, "is empty", none);
    }

    private static double share(JsonObject counted, int head) {
        for (JsonElement each : counted.getAsJsonArray("heads")) {
            if (each.getAsJsonObject().get("head").getAsInt() == head) {
                return each.getAsJsonObject().get("share").getAsDouble();
            }
        }
        throw new AssertionError("head " + head + " is not counted");
    }

    private static String with(Path relations, String line) throws IOException {
        Files.writeString(relations, "relation\ttext\tfrom\tto\n" + line);
        return relations.toString();
    }

    @Test
    void diffTellsWhereWeightMoved() throws IOException {
        Path page = folder.resolve("diff.html");
        String same = done(run("diff", BERT, "--model", BERT.toString(), "the cat sat"));
        assertTrue(same.startsWith("0.0000"), same);

        String printed =
                done(
                        run(
                                "diff",
                                BERT,
                                "--model",
                                OTHER.toString(),
                                "the cat sat",
                                "--json",
                                "--out",
                                page.toString()));
        JsonObject change =
                JsonParser.parseString(printed)
                        .getAsJsonObject()
                        .getAsJsonArray("changes")
                        .get(1)
                        .getAsJsonObject();
        assertEquals(1, change.get("head").getAsInt());
        float[][] before =
                matrix(
                        attend(BERT, "the cat sat")
                                .getAsJsonArray("attentions")
                                .get(0)
                                .getAsJsonObject(),
                        1);
        float[][] after =
                matrix(
                        attend(OTHER, "the cat sat")
                                .getAsJsonArray("attentions")
                                .get(0)
                                .getAsJsonObject(),
                        1);
        double sum = 0;
        for (int t = 0; t < before.length; t++) {
            for (int s = 0; s < before.length; s++) {
                sum += Math.abs(before[t][s] - after[t][s]);
            }
        }
        assertEquals(sum / 2 / before.length, change.get("change").getAsDouble(), ROUNDING);
        assertTrue(Files.size(page) > 0);
    }

    @Test
    void badInputIsToldInASentence() {
        refused("attend", BERT, "give --json", "the cat");
        refused("attend", BERT, "must end in .safetensors", "the cat", "--out", "x.bin");
        refused("attend", BERT, "must not be empty", " ", "--json");
        refused("visualize", BERT, "must end in .html or .svg", "the cat", "--out", "x.png");
        refused("visualize", BERT, "there is no folder", "the cat", "--out", folder + "/no/x.html");
        String page = folder.resolve("x.html").toString();
        refused("visualize", BERT, "it has layer 0", "the cat", "--layer", "7", "--out", page);
        refused("visualize", BERT, "--head must be", "the cat", "--head", "9", "--out", page);
        refused("visualize", BERT, "give --out F.svg", "the cat", "--view", "head", "--out", page);
        refused("diff", BERT, "must be given twice", "the cat");
        refused("diff", BERT, "the same tokens", "--model", MARIAN.toString(), "the cat");
        assertFalse(Files.exists(Path.of(page)));
    }

    private static void refused(String verb, Path model, String part, String... args) {
        assertRefused(ExitCode.USAGE, part, run(verb, model, args));
    }

    private static void assertRefused(int code, String part, Outcome outcome) {
        assertEquals(code, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(part), outcome.err());
        assertEquals(1, outcome.err().strip().lines().count(), outcome.err());
    }
}
