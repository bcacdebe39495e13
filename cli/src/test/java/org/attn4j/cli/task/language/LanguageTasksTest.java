package org.attn4j.cli.task.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Language models, trained from nothing on texts so small that they are learned by heart. */
class LanguageTasksTest {

    private static final String TRAINING =
            """
            training:
              steps: %s
              schedule: constant
              learningRate: %s
              warmupSteps: 5
              validationInterval: 0
            """;

    private static final String LLAMA =
            """
            model:
              config: {model_type: llama, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2,
                num_attention_heads: 2, max_position_embeddings: 64, tie_word_embeddings: true}
            """;

    @TempDir private Path folder;

    @BeforeEach
    void texts() throws IOException {
        // Each text begins with a word of its own, by which the rest is known.
        String lines =
                "red cats sleep all day .\nbig dogs run in parks .\nold birds sing at dawn .\n";
        Files.writeString(folder.resolve("lines.txt"), lines.repeat(4));
        Files.writeString(folder.resolve("stream.txt"), "to be or not to be, ".repeat(60));
        Files.writeString(
                folder.resolve("pairs.jsonl"),
                IntStream.range(0, 10)
                        .mapToObj(
                                i ->
                                        "{\"prompt\": \"%s plus 1?\", \"answer\": \"it is %s\"}"
                                                .formatted(i, i + 1))
                        .collect(Collectors.joining("\n")));
    }

    private Outcome train(String run, String yaml, String... more) throws IOException {
        Path config = Files.writeString(folder.resolve(run + ".yaml"), yaml);
        List<String> args = new ArrayList<>(List.of("train", config.toString()));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        args.addAll(List.of("--out", folder.resolve(run).toString(), "--json"));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private void trained(String run, String yaml) throws IOException {
        Outcome outcome = train(run, yaml);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    private JsonObject metrics(String run) {
        Outcome outcome =
                Cli.run(
                        "evaluate",
                        "--model",
                        folder.resolve(run).toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--json");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonObject().getAsJsonObject("metrics");
    }

    private static double score(JsonObject metrics, String name) {
        return metrics.getAsJsonObject(name).get("score").getAsDouble();
    }

    private String data(String file) {
        return """
               data: {folder: '%s', train: %s, valid: %s, test: %s}
               """
                .formatted(folder, file, file, file);
    }

    private String masked(int steps) {
        return "task: masked-lm\n"
                + data("lines.txt")
                + """
                  tokenizer: {train: {kind: word, preTokenizer: whitespace, vocabularySize: 0, minFrequency: 1}}
                  model:
                    config: {model_type: bert, hidden_size: 32, intermediate_size: 64,
                      num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 16}
                  batching: {maxLength: 16, tokensPerBatch: 96}
                  """
                + TRAINING.formatted(steps, "0.003");
    }

    private String stream(int steps) {
        return "task: causal-lm\npacking: stream\n"
                + data("stream.txt").replace("train:", "layout: whole, train:")
                + """
                  tokenizer: {train: {kind: character, preTokenizer: characters, vocabularySize: 0}}
                  batching: {maxLength: 32, tokensPerBatch: 256}
                  """
                + LLAMA
                + TRAINING.formatted(steps, "0.003");
    }

    @Test
    void aMaskedModelLearnsTextsByHeartAndFillsTheirMasks() throws IOException {
        trained("masked", masked(150));
        JsonObject metrics = metrics("masked");
        assertTrue(score(metrics, "masked_accuracy") > 90, metrics.toString());
        double pseudo = score(metrics, "pseudo_perplexity");
        assertTrue(pseudo >= 1 && pseudo < 2, metrics.toString());
        Outcome filled =
                Cli.runWithInput(
                        "big dogs [MASK] in parks .\n",
                        "fill-mask",
                        "--model",
                        folder.resolve("masked").toString(),
                        "--engine",
                        Cli.ENGINE);
        assertEquals(ExitCode.DONE, filled.code(), filled.err());
        assertTrue(filled.out().lines().findFirst().orElse("").contains("run"), filled.out());
        assertTrue(page("masked").contains("Samples"), "the page of the run shows masks filled");
    }

    @Test
    void aStreamOfCharactersIsLearnedAndGoneOnWith() throws IOException {
        trained("stream", stream(150));
        JsonObject metrics = metrics("stream");
        double perplexity = score(metrics, "perplexity");
        assertTrue(perplexity < 1.3, metrics.toString());
        // A character is a token, and all but the first of 1200 are predicted.
        assertEquals(
                Math.log(perplexity) / Math.log(2), score(metrics, "bits_per_character"), 1e-6);
        assertEquals(
                1199, metrics.getAsJsonObject("bits_per_character").get("characters").getAsLong());
        assertEquals(
                "or not to be, to be",
                generated("stream", "not to be, to be ", 19),
                "what comes next");
        assertTrue(
                page("stream").contains("Samples"), "the page of the run shows texts gone on with");
    }

    private String page(String run) throws IOException {
        return Files.readString(folder.resolve(run).resolve("training/report.html"));
    }

    private String generated(String run, String prompt, int tokens) {
        Outcome outcome =
                Cli.run(
                        "generate",
                        "--model",
                        folder.resolve(run).toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--max-new-tokens",
                        String.valueOf(tokens),
                        "--only-new",
                        "--prompt",
                        prompt);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out().strip();
    }

    @Test
    void packedTextsAndAnswersAreLearned() throws IOException {
        String yaml =
                "task: causal-lm\n"
                        + data("pairs.jsonl")
                                .replace("train:", "promptKey: prompt, answerKey: answer, train:")
                        + """
                          tokenizer: {train: {kind: word, preTokenizer: whitespace, vocabularySize: 0}}
                          packing: packed
                          batching: {maxLength: 32, tokensPerBatch: 64}
                          """
                        + LLAMA
                        + TRAINING.formatted(300, "0.005");
        trained("packed", yaml);
        JsonObject metrics = metrics("packed");
        assertTrue(score(metrics, "perplexity") < 1.2, metrics.toString());
        // "it is 1" … "it is 10" are 7 characters each and one more, and an end is none.
        assertEquals(
                71, metrics.getAsJsonObject("bits_per_character").get("characters").getAsLong());
        assertEquals(
                40, metrics.getAsJsonObject("perplexity").get("tokens").getAsLong(), "4 an answer");
    }

    @Test
    void aStudentBeginsWithItsTeacherAndKeepsWhatItKnows() throws IOException {
        trained("teacher", masked(150));
        String yaml =
                "task: distillation\n"
                        + masked(40).replaceAll("(?s)task:.*?\n|tokenizer:.*?\n|model:.*?16}\n", "")
                        + """
                          teacher: {from: '%s'}
                          student: {task: masked-lm, layers: [0]}
                          """
                                .formatted(folder.resolve("teacher"));
        trained("student", yaml);
        JsonObject config =
                JsonParser.parseString(Files.readString(folder.resolve("student/config.json")))
                        .getAsJsonObject();
        assertEquals(1, config.get("num_hidden_layers").getAsInt());
        assertTrue(
                score(metrics("student"), "masked_accuracy") > 90, metrics("student").toString());
        assertFails("no-teacher", yaml.replaceAll("teacher: .*", ""), "teacher.from");
        assertFails("no-task", yaml.replace("masked-lm", "sums"), "student.task", "'sums'");
        assertFails("layer", yaml.replace("[0]", "[2]"), "teacher's 2", "[2]");
    }

    @Test
    void runsThatWereStoppedGoOnToTheSameWeights() throws IOException {
        for (String task : List.of("masked", "stream")) {
            String yaml = task.equals("masked") ? masked(12) : stream(12);
            trained(task + "-whole", yaml);
            Outcome begun = train(task + "-parts", yaml, "--max-steps", "5");
            assertEquals(ExitCode.DONE, begun.code(), begun.err());
            Outcome resumed = train(task + "-parts", yaml, "--resume");
            assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve(task + "-whole/model.safetensors")),
                    Files.readAllBytes(folder.resolve(task + "-parts/model.safetensors")),
                    task);
        }
    }

    @Test
    void whatCannotBeTrainedIsSaidInOneSentence() throws IOException {
        assertFails(
                "lacks", masked(5).replace("lines.txt", "none.txt"), "none.txt", "check the path");
        assertFails(
                "long", masked(5).replace("maxLength: 16", "maxLength: 17"), "16 positions", "17");
        assertFails(
                "model", masked(5).replace("model_type: bert", "model_type: llama"), "ForMaskedLM");
        assertFails("key", masked(5).replace("masking", "x") + "maskings: {}\n", "maskings");
        assertFails(
                "dialogues",
                stream(5).replace("layout: whole,", "promptKey: p, answerKey: a,"),
                "packing: stream");
    }

    private void assertFails(String run, String yaml, String... parts) throws IOException {
        Outcome outcome = train(run, yaml);
        assertTrue(outcome.code() != ExitCode.DONE);
        for (String part : parts) {
            assertTrue(outcome.err().contains(part), part + " is not in: " + outcome.err());
        }
    }
}
