package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The verbs that write text with published models; what they write is transformers'. */
@Tag("engine")
class GeneratingVerbsTest {

    private static final Path MODELS =
            Path.of("../transformer-models/src/test/resources/goldens/generation/texts");

    private static final String DOG = "A dog ran over the hill, and the cat ran too!";

    private static String[] line(String verb, String model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", MODELS.resolve(model).toString()));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    private static String out(String verb, String model, String... more) {
        Outcome outcome = Cli.run(line(verb, model, more));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out();
    }

    @Test
    void promptsAreContinued() {
        String expected = "The cat sat on the mat and looked at the moon.\n";
        assertEquals(
                expected,
                out("generate", "gpt2_text", "--prompt", "The cat", "--max-new-tokens", "24"));
        assertEquals(
                expected + "Where is the little bird? It is in the tree.\n",
                out("generate", "gpt2_text", "--max-new-tokens", "30", "The cat", "Where"));
        Outcome piped =
                Cli.runWithInput(
                        "The cat\n", line("generate", "gpt2_text", "--max-new-tokens", "24"));
        assertEquals(expected, piped.out());
    }

    @Test
    void aStreamPrintsTheSame() {
        String[] options = {"--max-new-tokens", "40", "naïve Zoë ate", "It's a"};
        List<String> streamed = new ArrayList<>(List.of("--stream"));
        streamed.addAll(List.of(options));
        assertEquals(
                out("generate", "gpt2_text", options),
                out("generate", "gpt2_text", streamed.toArray(String[]::new)));
    }

    @Test
    void stopStringsEndATextAndTheReasonIsTold() {
        JsonArray document =
                JsonParser.parseString(
                                out(
                                        "generate",
                                        "gpt2_text",
                                        "--stop",
                                        " mat",
                                        "--stop",
                                        "river",
                                        "--max-new-tokens",
                                        "40",
                                        "--json",
                                        "The cat"))
                        .getAsJsonArray();
        JsonObject one = document.get(0).getAsJsonObject();
        assertEquals("The cat", one.get("prompt").getAsString());
        JsonObject text = one.getAsJsonArray("texts").get(0).getAsJsonObject();
        assertEquals(" sat on the mat", text.get("text").getAsString());
        assertEquals("stop", text.get("finishReason").getAsString());
        assertEquals(text.getAsJsonArray("ids").size(), text.getAsJsonArray("tokens").size());
    }

    @Test
    void aSeedRepeatsWhatIsDrawn() {
        String[] options = {"--temperature", "3", "--top-k", "0", "--seed", "4", "The"};
        String first = out("generate", "gpt2_text", options);
        assertEquals(first, out("generate", "gpt2_text", options));
        assertEquals(
                out("generate", "gpt2_text", "The"),
                out("generate", "gpt2_text", "--no-do-sample", "--temperature", "3", "The"));
        assertTrue(out("generate", "gpt2_text", "--do-sample", "The").startsWith("The"));
        options[5] = "5";
        assertNotEquals(first, out("generate", "gpt2_text", options));
    }

    @Test
    void translatesWithPublishedModels() {
        assertEquals(
                "A dog ran over\n\nWhere is the little\n",
                out(
                        "translate",
                        "bart_text",
                        "--max-new-tokens",
                        "16",
                        DOG,
                        "",
                        "Where is the little bird? It is in the tree."));
        JsonObject translated =
                JsonParser.parseString(out("translate", "bart_text", "--beam", "2", "--json", DOG))
                        .getAsJsonArray()
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("translations")
                        .get(0)
                        .getAsJsonObject();
        assertEquals("A dog ran over", translated.get("text").getAsString());
        assertTrue(translated.get("score").getAsDouble() < 0);
    }

    @Test
    void summarizesByTheModelsOwnSettings() {
        assertEquals("A dog ran over\n", out("summarize", "bart_text", DOG));
        Outcome piped = Cli.runWithInput(DOG + "\n", line("summarize", "bart_text"));
        assertEquals("A dog ran over\n", piped.out());
    }

    @Test
    void mistakesAreToldInOneSentence() {
        assertRefused("penalty_alpha", "generate", "--option", "penalty_alpha=0.6", "x");
        assertRefused("--stream and --json", "generate", "--stream", "--json", "x");
        assertRefused("temperature must be", "generate", "--temperature", "0", "x");
        assertRefused("JSON", "generate", "--option", "bad_words_ids=[[", "x");
        assertRefused("use generate", "summarize", "x");
        assertRefused("use generate", "translate", "x");
        Outcome outcome =
                Cli.run(
                        line(
                                "translate",
                                "bart_text",
                                "--target-lang",
                                "fr",
                                "--source-lang",
                                "en",
                                "x"));
        assertEquals(ExitCode.USAGE, outcome.code());
        assertTrue(outcome.err().contains("--target-lang"), outcome.err());
    }

    private static void assertRefused(String words, String verb, String... more) {
        Outcome outcome = Cli.run(line(verb, "gpt2_text", more));
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains(words), outcome.err());
    }
}
