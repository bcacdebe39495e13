package org.attn4j.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void aLineGivesWhatItGivesAlone(@TempDir Path folder) throws IOException {
        String[] prompts = {"a", "The cat sat on the mat and", "The " + "old ".repeat(20)};
        Path file = Files.writeString(folder.resolve("prompts"), String.join("\n", prompts) + "\n");
        String[] limit = {"--only-new", "--option", "max_length=30"};
        String alone =
                out("generate", "gpt2_text", with(limit, prompts[0]))
                        + out("generate", "gpt2_text", with(limit, prompts[1]));
        Outcome outcome =
                Cli.run(line("generate", "gpt2_text", with(limit, "--file", file.toString())));
        assertEquals(alone + "\n", outcome.out());
        assertEquals(ExitCode.FAILED, outcome.code());
        assertTrue(outcome.err().contains(file + ":3: "), outcome.err());
        assertTrue(outcome.err().contains("max_length"), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    private static String[] with(String[] options, String... more) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void whatIsDrawnForALineDoesNotDependOnTheOthers() {
        String[] drawn = {"--seed", "3", "--temperature", "2", "--max-new-tokens", "9"};
        String alone = out("generate", "gpt2_text", with(drawn, "The cat"));
        String among = out("generate", "gpt2_text", with(drawn, "A dog", "Where", "The cat"));
        assertTrue(among.endsWith("\n" + alone), among);
    }

    /** There are positions for 96 tokens; the last that is generated needs none. */
    @Test
    void aTextEndsWhereThePositionsDo() {
        String prompt = "The " + "old ".repeat(40);
        JsonObject text =
                JsonParser.parseString(
                                out(
                                        "generate",
                                        "gpt2_text",
                                        "--max-new-tokens",
                                        "5000",
                                        "--min-new-tokens",
                                        "5000",
                                        "--json",
                                        prompt))
                        .getAsJsonArray()
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("texts")
                        .get(0)
                        .getAsJsonObject();
        assertEquals("positions", text.get("finishReason").getAsString());
        assertTrue(text.getAsJsonArray("ids").size() > 5);
    }

    /** A Marian with positions for 64 tokens that was made for 24. */
    @Test
    void nothingIsCutWithoutAWord(@TempDir Path folder) throws IOException {
        Path model = folder.resolve("model");
        try (Stream<Path> files = Files.list(MODELS.resolve("marian_text"))) {
            Files.createDirectory(model);
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                model.resolve("tokenizer_config.json"),
                "{\"source_lang\": \"en\", \"target_lang\": \"fr\", \"model_max_length\": 24}");
        String sentence = "The old doctor eats the red apple. ";
        String input = sentence + "\n" + sentence.repeat(8) + "\n" + sentence.repeat(2) + "\n";
        for (String verb : List.of("translate", "generate")) {
            String[] args = line(verb, model.toAbsolutePath().toString());
            Outcome refused = Cli.runWithInput(input, args);
            assertEquals(ExitCode.FAILED, refused.code());
            String[] lines = refused.out().split("\n", -1);
            assertEquals(4, lines.length, refused.out());
            assertEquals("", lines[1]);
            List<String> said = refused.err().lines().toList();
            assertEquals(2, said.size(), refused.err());
            assertTrue(said.get(0).contains("line 2: ") && said.get(0).contains("153 tokens"));
            assertTrue(said.get(1).contains("line 3: ") && said.get(1).contains("read whole"));

            Outcome cut = Cli.runWithInput(input, with(args, "--truncate"));
            assertEquals(ExitCode.DONE, cut.code(), cut.err());
            said = cut.err().lines().toList();
            assertEquals(2, said.size(), cut.err());
            assertTrue(said.get(0).contains("line 2: the last 129 of 153 tokens were cut off"));
            assertTrue(said.get(1).contains("line 3: the last 15 of 39"), said.get(1));
            assertEquals(lines[0], cut.out().split("\n")[0]);
        }
        Outcome summary =
                Cli.run(line("summarize", model.toAbsolutePath().toString(), sentence.repeat(8)));
        assertEquals(ExitCode.DONE, summary.code(), summary.err());
        assertTrue(summary.err().contains("text 1: the last 129 of 153"), summary.err());
    }

    @Test
    void limitsAreRefusedBeforeMemoryIsTaken() {
        assertRefused(
                "num_beams must be from 1 to 4096", "generate", "--num-beams=2147483647", "x");
        assertRefused(
                "max_new_tokens must be from 0", "generate", "--max-new-tokens=2147483647", "x");
        assertRefused("max_length must be from 0", "generate", "--option", "max_length=-5", "x");
        assertRefused(
                "num_return_sequences must be from 1",
                "generate",
                "--do-sample",
                "--num-return-sequences=2147483647",
                "x");
        for (String key :
                List.of(
                        "eos_token_id",
                        "forced_bos_token_id",
                        "forced_eos_token_id",
                        "pad_token_id")) {
            assertRefused(key + " must be", "generate", "--option", key + "=600", "x");
            assertRefused(key + " must be", "generate", "--option", key + "=-7", "x");
        }
        assertRefused(
                "bad_words_ids must be", "generate", "--option", "bad_words_ids=[[900]]", "x");
        assertRefused("max_time must be", "generate", "--option", "max_time=-1", "x");
        assertRefused("stop_strings must be", "generate", "--option", "stop_strings={}", "x");
    }

    @Test
    void mistakesAreToldInOneSentence() {
        assertRefused("penalty_alpha", "generate", "--option", "penalty_alpha=0.6", "x");
        assertRefused("--stream and --json", "generate", "--stream", "--json", "x");
        assertRefused("temperature must be", "generate", "--temperature", "0", "x");
        assertRefused("JSON", "generate", "--option", "bad_words_ids=[[", "x");
        assertRefused("--template must hold {text}", "summarize", "--template", "x", "x");
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
