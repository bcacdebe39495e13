package org.attn4j.cli.task.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rules that a model of one small layer can follow: it does so without an error if labels and
 * tokens go together, and not if they do not.
 */
class EncoderTasksTest {

    private static final Path MODELS =
            Path.of("../transformer-models/src/test/resources/goldens/tasks");
    private static final List<String> FILLERS =
            List.of("the", "old", "in", "is", "live", "and", "for", "it", "my", "was");

    @TempDir Path folder;

    private Path file(String name, int lines, long seed, Function<Random, String> line)
            throws IOException {
        Random random = new Random(seed);
        String text =
                IntStream.range(0, lines)
                        .mapToObj(i -> line.apply(random))
                        .collect(Collectors.joining());
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<String> words(Random random, int least, String... among) {
        List<String> words = new ArrayList<>();
        for (int left = least + random.nextInt(4); left > 0; left--) {
            words.add(FILLERS.get(random.nextInt(FILLERS.size())));
        }
        for (String word : among) {
            words.add(random.nextInt(words.size() + 1), word);
        }
        return words;
    }

    private String config(String task, String model, String data, String... more)
            throws IOException {
        String yaml =
                """
                task: %s
                name: tiny
                seed: 3
                data: {folder: '%s', train: %s}
                model: {from: '%s', config: {%s}}
                batching: {tokensPerBatch: 200, maxLength: 40}
                training: {epochs: 6, learningRate: 0.01, validationInterval: 0, keepBest: 1}
                """
                        .formatted(
                                task,
                                folder,
                                data,
                                model.isEmpty() ? "" : MODELS.resolve(model).toAbsolutePath(),
                                model.startsWith("distilbert")
                                        ? "dropout: 0.0, attention_dropout: 0.0"
                                        : "hidden_dropout_prob: 0.0, attention_probs_dropout_prob: 0.0");
        return Files.writeString(folder.resolve(task + ".yaml"), yaml + String.join("\n", more))
                .toString();
    }

    private static Outcome train(String config, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("train", config, "--out", out.toString()));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static JsonObject trained(String config, Path out, String... more) {
        Outcome outcome = train(config, out, more);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        Outcome evaluated =
                Cli.run(
                        "evaluate",
                        "--model",
                        out.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1",
                        "--json");
        assertEquals(ExitCode.DONE, evaluated.code(), evaluated.err());
        return JsonParser.parseString(evaluated.out()).getAsJsonObject().getAsJsonObject("metrics");
    }

    private static double score(JsonObject metrics, String name) {
        return metrics.getAsJsonObject(name).get("score").getAsDouble();
    }

    private static JsonObject asked(String verb, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--model", model.toString()));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1", "--json"));
        args.addAll(List.of(more));
        Outcome outcome = Cli.run(args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonArray().get(0).getAsJsonObject();
    }

    private static String doctors(Random random) {
        boolean has = random.nextBoolean();
        List<String> words = has ? words(random, 2, "doctor") : words(random, 3);
        return (has ? "1" : "0") + "\t" + String.join(" ", words) + "\n";
    }

    private String classification(String model, String... more) throws IOException {
        file("train.tsv", 200, 1, EncoderTasksTest::doctors);
        file("dev.tsv", 40, 2, EncoderTasksTest::doctors);
        String data = "train.tsv, valid: dev.tsv, test: dev.tsv, label: '1', text: '2'";
        return config("classification", model, data, more);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bert_classify", "distilbert_regression", "roberta_tag", "albert_sentence"})
    void aClassIsLearnedByTheHeadOfAnyFamily(String model) throws IOException {
        Path out = folder.resolve("run");
        String config = classification(model);
        JsonObject metrics =
                trained(
                        config,
                        out,
                        "--set",
                        "data.labels=['0', '1']",
                        "--set",
                        "data.labelNames=[none, doctor]");
        assertEquals(100, score(metrics, "accuracy"));
        JsonArray counts = metrics.getAsJsonObject("confusion").getAsJsonArray("counts");
        assertEquals(0, counts.get(0).getAsJsonArray().get(1).getAsInt());
        JsonObject written =
                JsonParser.parseString(Files.readString(out.resolve("config.json")))
                        .getAsJsonObject();
        assertEquals("single_label_classification", written.get("problem_type").getAsString());
        assertEquals(
                "{\"0\":\"none\",\"1\":\"doctor\"}",
                written.getAsJsonObject("id2label").toString());
        assertEquals("{\"none\":0,\"doctor\":1}", written.getAsJsonObject("label2id").toString());
        JsonObject best =
                asked("classify", out, "my old doctor live")
                        .getAsJsonArray("labels")
                        .get(0)
                        .getAsJsonObject();
        assertEquals("doctor", best.get("label").getAsString());
    }

    @Test
    void aPairIsClassifiedByItsSecondText() throws IOException {
        Function<Random, String> pair =
                random -> {
                    boolean has = random.nextBoolean();
                    List<String> second = has ? words(random, 2, "doctor") : words(random, 3);
                    return "{\"a\": \"%s\", \"b\": \"%s\", \"label\": \"%s\"}\n"
                            .formatted(
                                    String.join(" ", words(random, 2)),
                                    String.join(" ", second),
                                    has ? "yes" : "no");
                };
        file("train.jsonl", 200, 1, pair);
        file("dev.jsonl", 40, 2, pair);
        String data = "train.jsonl, valid: dev.jsonl, test: dev.jsonl, text: a, pair: b";
        Path out = folder.resolve("run");
        assertEquals(
                100,
                score(trained(config("classification", "bert_classify", data), out), "accuracy"));
    }

    @Test
    void severalClassesAndNumbersAreLearned() throws IOException {
        Function<Random, String> several =
                random -> {
                    boolean one = random.nextBoolean();
                    boolean two = random.nextBoolean();
                    List<String> among = new ArrayList<>();
                    if (one) {
                        among.add("doctor");
                    }
                    if (two) {
                        among.add("company");
                    }
                    String text = String.join(" ", words(random, 2, among.toArray(String[]::new)));
                    return text
                            + "\t"
                            + String.join("|", among)
                            + "\t"
                            + (among.size() * 1.5)
                            + "\n";
                };
        file("train.tsv", 200, 1, several);
        file("dev.tsv", 40, 2, several);
        String data = "train.tsv, valid: dev.tsv, test: dev.tsv, text: '1', ";
        String labels = "label: '2', separator: '|', problem: multi-label";
        JsonObject metrics =
                trained(
                        config("classification", "bert_classify", data + labels),
                        folder.resolve("labels"),
                        "--set",
                        "training.epochs=30",
                        "--set",
                        "training.learningRate=0.003");
        assertEquals(100, score(metrics, "micro_f1"));
        assertEquals(100, score(metrics, "accuracy"));
        String numbers = "label: '3', problem: regression";
        JsonObject correlations =
                trained(
                        config("classification", "bert_classify", data + numbers),
                        folder.resolve("numbers"),
                        "--set",
                        "training.epochs=30",
                        "--set",
                        "training.learningRate=0.003");
        assertTrue(score(correlations, "pearson") > 0.9, correlations.toString());
        // 0, 1.5 and 3 are the numbers: guessing their mean would cost 1.1 on the average.
        assertTrue(score(correlations, "mean_square") < 0.2, correlations.toString());
    }

    private static String names(Random random) {
        StringBuilder lines = new StringBuilder();
        for (String word : words(random, 2, "sara", "lond", "doctors")) {
            switch (word) {
                case "sara" -> lines.append("sara B-PER\nconner I-PER\n");
                case "lond" -> lines.append("londonning B-LOC\n");
                default -> lines.append(word).append(" O\n");
            }
        }
        return lines + "\n";
    }

    private String tagging(String model, String more) throws IOException {
        file("train.conll", 150, 1, EncoderTasksTest::names);
        file("dev.conll", 30, 2, EncoderTasksTest::names);
        return config("tagging", model, "train.conll, valid: dev.conll, test: dev.conll" + more);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_tag", "roberta_encoder"})
    void tagsAreLearnedAtTheFirstTokenOfAWord(String model) throws IOException {
        Path out = folder.resolve("run");
        JsonObject metrics = trained(tagging(model, ""), out);
        assertEquals(100, score(metrics, "f1"));
        assertEquals(100, score(metrics, "accuracy"));
        JsonObject classes = metrics.getAsJsonObject("classes");
        assertEquals(30, classes.getAsJsonObject("PER").get("support").getAsInt());
        JsonObject tagged = asked("tag", out, "--aggregation", "first", "the old sara conner live");
        assertTrue(tagged.toString().contains("PER"), tagged.toString());
    }

    @Test
    void allTokensOfAWordMayLearnItsTag() throws IOException {
        Path out = folder.resolve("run");
        JsonObject metrics = trained(tagging("bert_tag", ", subwords: all, scheme: iob2"), out);
        assertEquals(100, score(metrics, "f1"));
    }

    private static String question(Random random) {
        String answer = List.of("company", "doctor", "morning").get(random.nextInt(3));
        String text = String.join(" ", words(random, 20, answer));
        return "{\"id\": \"%s\", \"question\": \"is it\", \"context\": \"%s\", \"answer\": \"%s\","
                        .formatted(random.nextInt(), text, answer)
                + " \"answer_start\": %s}\n".formatted(text.indexOf(answer));
    }

    private String answering(String model) throws IOException {
        file("train.jsonl", 100, 1, EncoderTasksTest::question);
        file("dev.jsonl", 20, 2, EncoderTasksTest::question);
        String data = "train.jsonl, valid: dev.jsonl, test: dev.jsonl, stride: 3";
        return config("question-answering", model, data);
    }

    /** Windows of 20 tokens, of which some hold the answer and others do not. */
    @ParameterizedTest
    @ValueSource(strings = {"bert_answer", "roberta_answer"})
    void answersAreFoundInTheWindowsOfLongTexts(String model) throws IOException {
        Path out = folder.resolve("run");
        JsonObject metrics = trained(answering(model), out, "--set", "batching.maxLength=20");
        assertEquals(100, score(metrics, "exact"));
        JsonObject answer =
                asked("answer", out, "--question", "is it", "my old company live in the")
                        .getAsJsonArray("answers")
                        .get(0)
                        .getAsJsonObject();
        assertEquals("company", answer.get("text").getAsString());
    }

    private void refused(String config, List<String> parts, String... more) {
        Outcome outcome = train(config, folder.resolve("refused"), more);
        assertEquals(ExitCode.USAGE, Math.max(outcome.code(), ExitCode.USAGE), outcome.err());
        for (String part : parts) {
            assertTrue(outcome.err().contains(part), () -> part + " is not in " + outcome.err());
        }
    }

    @Test
    void whatCannotBeTrainedIsRefusedInASentence() throws IOException {
        String config = classification("bert_classify");
        refused(config, List.of("none of", "'0'"), "--set", "data.labels=['1', '2']");
        refused(config, List.of("data.labelNames", "data.labels"), "--set", "data.labelNames=[a]");
        refused(config, List.of("64 positions", "100"), "--set", "batching.maxLength=100");
        refused(config, List.of("data.train"), "--set", "data.train=''");
        refused(config, List.of("line 1,", "column 7"), "--set", "data.text='7'");
        refused(
                config,
                List.of("line 1,", "number"),
                "--set",
                "data.problem=regression",
                "--set",
                "data.label='2'");
        refused(
                config("classification", "", "train.tsv"),
                List.of("model.from"),
                "--set",
                "data.valid=dev.tsv",
                "--set",
                "data.label='1'",
                "--set",
                "data.text='2'");
        file("bad.conll", 1, 1, random -> "a O\nb\n");
        refused(
                config("tagging", "bert_tag", "bad.conll, valid: bad.conll"),
                List.of("bad.conll, line 2,"));
        refused(
                answering("bert_answer"),
                List.of("a part must be like 1/2", "'3/2'"),
                "--set",
                "data.trainPart=3/2");
    }
}
