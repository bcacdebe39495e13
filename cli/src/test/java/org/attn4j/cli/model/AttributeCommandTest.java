package org.attn4j.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the verb prints of attributions, whose numbers are tested where they are computed. */
@Tag("engine")
class AttributeCommandTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final String CLASSIFIER = "tasks/bert_classify";
    private static final String TRANSLATOR = "generation/texts/marian_text";

    @TempDir private Path folder;

    private static Outcome run(String model, String... more) {
        List<String> args = new ArrayList<>(List.of("attribute", "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", GOLDENS.resolve(model).toString()));
        args.addAll(Arrays.asList(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static List<String> lines(String model, String... more) {
        Outcome outcome = run(model, more);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out().lines().toList();
    }

    private static void refused(String part, String model, String... more) {
        Outcome outcome = run(model, more);
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(part), outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void aLineIsPrintedForEachToken() {
        List<String> lines =
                lines(CLASSIFIER, "--target", "neutral", "--method", "gradient", "great doctor");
        assertTrue(lines.get(0).startsWith("neutral (class 1): logit "), lines.get(0));
        assertTrue(lines.get(1).endsWith("\t[CLS]"), lines.get(1));
        assertTrue(lines.get(lines.size() - 1).endsWith("\t[SEP]"), lines.toString());
        int full = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t");
            String bar = cells[1].strip();
            assertTrue(bar.isEmpty() || bar.charAt(0) == cells[0].charAt(0), line);
            full += bar.length() == 20 ? 1 : 0;
        }
        assertEquals(1, full, "the largest score has the whole bar");
    }

    @Test
    void theDocumentHoldsOffsetsScoresAndTheGap() {
        Outcome outcome =
                run(CLASSIFIER, "--json", "--steps", "8", "--pair", "doctor", "A great doctor");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonArray all = JsonParser.parseString(outcome.out()).getAsJsonArray();
        assertEquals(1, all.size());
        JsonObject one = all.get(0).getAsJsonObject();
        assertEquals("integrated-gradients", one.get("method").getAsString());
        assertEquals("doctor", one.get("pair").getAsString());
        double sum = 0;
        List<String> words = new ArrayList<>();
        for (JsonElement each : one.getAsJsonArray("tokens")) {
            JsonObject token = each.getAsJsonObject();
            sum += token.get("score").getAsDouble();
            if (token.get("sequence").getAsInt() == 0) {
                words.add(
                        "A great doctor"
                                .substring(
                                        token.get("start").getAsInt(),
                                        token.get("end").getAsInt()));
            }
            if (token.get("special").getAsBoolean()) {
                assertEquals(0, token.get("score").getAsDouble());
            }
        }
        assertEquals("Agreatdoctor", String.join("", words));
        double difference =
                one.getAsJsonObject("target").get("logit").getAsDouble()
                        - one.get("baseline").getAsDouble();
        assertEquals(one.get("gap").getAsDouble(), sum - difference, 1e-9); // of doubles
    }

    @Test
    void whatATranslatorWritesIsAMatrix() {
        List<String> own = lines(TRANSLATOR, "--method", "rollout", "Where is the little dog?");
        List<String> given =
                lines(
                        TRANSLATOR,
                        "--method",
                        "rollout",
                        "Where is the little dog?",
                        "où est le chien ?");
        assertEquals(own, given, "the model writes this by itself");
        String[] head = own.get(0).split("\t");
        assertEquals("", head[0]);
        for (String line : own.subList(1, own.size())) {
            String[] cells = line.split("\t");
            assertEquals(head.length, cells.length, line);
            double sum = Arrays.stream(cells).skip(1).mapToDouble(Double::parseDouble).sum();
            assertEquals(1, sum, 5e-5 * cells.length, line); // four decimals are printed
        }
        assertTrue(own.get(own.size() - 1).startsWith("</s>\t"), own.toString());
    }

    @Test
    void tokensAreJoinedToWordsWithTheirSums() throws IOException {
        String text = "Where is the little dog?";
        Path page = folder.resolve("page.html");
        String[] more = {"--words", "--html", page.toString(), text};
        List<String> words = lines(TRANSLATOR, more);
        List<String> tokens = lines(TRANSLATOR, text);
        assertEquals("\tWhere\tis\tthe\tlittle\tdog?\t</s>", words.get(0));
        assertTrue(tokens.get(0).split("\t").length > 7, tokens.get(0));
        assertEquals(tokens.size(), words.size(), "what is written stays as it is");
        for (int row = 1; row < words.size(); row++) {
            // four decimals of each cell are printed
            assertEquals(sum(tokens.get(row)), sum(words.get(row)), 2e-3, words.get(row));
        }
        assertTrue(Files.readString(page).contains(">little<span class=\"number\">"));
    }

    private static double sum(String line) {
        return Arrays.stream(line.split("\t")).skip(1).mapToDouble(Double::parseDouble).sum();
    }

    @Test
    void theDocumentOfWordsHasTheirOffsets() {
        Outcome outcome =
                run(CLASSIFIER, "--json", "--words", "--method", "gradient", "A great doctor.");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject one =
                JsonParser.parseString(outcome.out()).getAsJsonArray().get(0).getAsJsonObject();
        assertFalse(one.has("tokens"));
        JsonObject last = one.getAsJsonArray("words").get(3).getAsJsonObject();
        assertEquals("doctor.", last.get("word").getAsString());
        assertEquals(8, last.get("start").getAsInt());
        assertEquals(15, last.get("end").getAsInt());
    }

    @Test
    void thePageShowsTextAsText() throws IOException {
        Path page = folder.resolve("page.html");
        String text = "<script>alert(1)</script> \"><img src=x onerror=alert(2)>";
        lines(CLASSIFIER, "--method", "gradient", "--html", page.toString(), text);
        String html = Files.readString(page);
        assertFalse(html.contains("<script"), html);
        assertFalse(html.contains("<img"), html);
        assertTrue(html.contains("&lt;script&gt;alert(1)"), html);
        assertTrue(html.contains("tabindex=\"0\""), html);
        assertTrue(html.contains("<td>[CLS]</td>"), html);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        refused("--steps goes with", CLASSIFIER, "--method", "rollout", "--steps", "3", "a");
        refused("steps must be at least 1", CLASSIFIER, "--steps", "0", "a");
        refused("the method must be one of", CLASSIFIER, "--method", "lime", "a");
        refused("leave out --target", CLASSIFIER, "--method", "rollout", "--target", "0", "a");
        refused("do not go", TRANSLATOR, "--target", "le", "a", "b");
        refused("give it no second text", CLASSIFIER, "a", "b");
        refused("one of the classes", CLASSIFIER, "--target", "good", "a");
        refused("no [MASK]", "tasks/bert_fill_mask", "a");
        refused("predicts none of these", "tasks/bert_tag", "a");
        assertEquals(ExitCode.USAGE, run(CLASSIFIER).code());
    }
}
