package org.attn4j.cli.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
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
        refused(
                "visualize",
                BERT,
                "it has self-attention, layer 0",
                "the cat",
                "--layer",
                "7",
                "--out",
                page);
        refused("visualize", BERT, "--head must be", "the cat", "--head", "9", "--out", page);
        refused("visualize", BERT, "give --out F.svg", "the cat", "--view", "head", "--out", page);
        refused("diff", BERT, "must be given twice", "the cat");
        refused("diff", BERT, "the same tokens", "--model", MARIAN.toString(), "the cat");
        assertFalse(Files.exists(Path.of(page)));
    }

    private static void refused(String verb, Path model, String part, String... args) {
        Outcome outcome = run(verb, model, args);
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(part), outcome.err());
        assertEquals(
                1, outcome.err().lines().filter(line -> !line.isBlank()).count(), outcome.err());
    }
}
