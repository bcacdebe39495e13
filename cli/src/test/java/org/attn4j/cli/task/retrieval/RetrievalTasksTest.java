package org.attn4j.cli.task.retrieval;

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
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.SentenceSettings;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.task.TextReranker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings and rerankers that learn a handful of pairs, which mean nothing to the model. */
class RetrievalTasksTest {

    private static final Path GOLDENS =
            Path.of("../transformer-models/src/test/resources/goldens/tasks").toAbsolutePath();

    private static final List<String> LEFT =
            List.of("old", "red", "river", "rain", "city", "movie");
    private static final List<String> RIGHT =
            List.of("Berlin", "doctor", "dog", "pears", "yellow", "name");

    @TempDir private Path folder;

    @BeforeEach
    void write() throws IOException {
        StringBuilder pairs = new StringBuilder();
        StringBuilder triplets = new StringBuilder();
        StringBuilder scored = new StringBuilder("one\ttwo\tscore\n");
        StringBuilder corpus = new StringBuilder();
        StringBuilder queries = new StringBuilder();
        for (int i = 0; i < LEFT.size(); i++) {
            String left = LEFT.get(i);
            pairs.append(left).append('\t').append(RIGHT.get(i)).append('\n');
            corpus.append("{\"id\": \"%s\", \"text\": \"%s\"}\n".formatted(i, RIGHT.get(i)));
            queries.append(
                    "{\"id\": \"q%s\", \"text\": \"%s\", \"answer\": \"%s\"}\n"
                            .formatted(i, left, i));
            for (int j = 0; j < RIGHT.size(); j++) {
                int score = i == j ? 5 : (i + j) % 3;
                scored.append("%s\t%s\t%s\n".formatted(left, RIGHT.get(j), score));
                if (i != j) {
                    triplets.append("%s\t%s\t%s\n".formatted(left, RIGHT.get(i), RIGHT.get(j)));
                }
            }
        }
        Files.writeString(folder.resolve("pairs.tsv"), pairs);
        Files.writeString(folder.resolve("triplets.tsv"), triplets);
        Files.writeString(folder.resolve("scored.tsv"), scored);
        Files.writeString(folder.resolve("corpus.jsonl"), corpus);
        Files.writeString(folder.resolve("queries.jsonl"), queries);
    }

    private static String source(String name) {
        return switch (name) {
            case "pairs" -> "{file: pairs.tsv}";
            case "texts" -> "{file: pairs.tsv, texts: ['1']}";
            case "triplets" -> "{file: triplets.tsv, texts: ['1', '2', '3']}";
            case "scored" -> "{file: scored.tsv, texts: [one, two], score: score, highest: 5}";
            default ->
                    "{corpus: corpus.jsonl, queries: queries.jsonl, fields: {queryDocument: answer}}";
        };
    }

    /** Without dropout: what is learned by heart depends on no draw. */
    private String yaml(String task, String train, String valid, int steps, String metric) {
        return """
               task: %s
               seed: 3
               model: {config: {hidden_dropout_prob: 0, attention_probs_dropout_prob: 0}, from: '%s'}
               data:
                 folder: '%s'
                 train: %s
                 valid: %s
               batching: {tokensPerBatch: 400, maxLength: 64, maxSentences: 36, bucketWidth: 64}
               training:
                 steps: %s
                 schedule: constant
                 warmupSteps: 5
                 learningRate: 0.01
                 validationInterval: %s
                 metric: %s
               """
                .formatted(
                        task,
                        GOLDENS.resolve("bert_sentence"),
                        folder,
                        source(train),
                        source(valid),
                        steps,
                        Math.min(steps, 50),
                        metric);
    }

    private Outcome train(String run, String yaml, String... more) throws IOException {
        Path config = Files.writeString(folder.resolve(run + ".yaml"), yaml);
        List<String> args = new ArrayList<>(List.of("train", config.toString()));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        args.addAll(List.of("--out", folder.resolve(run).toString(), "--json"));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private double score(String run, String yaml, String metric) throws IOException {
        Outcome outcome = train(run, yaml);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject result = JsonParser.parseString(outcome.out()).getAsJsonObject();
        return result.getAsJsonObject("scores").get(metric).getAsDouble();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{kind: multiple-negatives}",
                "{kind: symmetric-multiple-negatives}",
                "{kind: multiple-negatives, cachedRows: 4}",
                "{kind: multiple-negatives, scale: 1, dot: true}",
                "{kind: multiple-negatives, matryoshka: [16, 4], matryoshkaWeights: [1, 0.5]}"
            })
    void anchorsFindTheirPositives(String loss) throws IOException {
        String yaml = yaml("embedding", "pairs", "pairs", 200, "accuracy@1") + "loss: " + loss;
        assertEquals(1, score("run", yaml, "accuracy@1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{kind: triplet, margin: 0.5}",
                "{kind: triplet, distance: cosine, margin: 0.3}"
            })
    void positivesComeNearerThanNegatives(String loss) throws IOException {
        String yaml = yaml("embedding", "triplets", "pairs", 100, "mrr@10") + "loss: " + loss;
        assertEquals(1, score("run", yaml, "mrr@10"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{kind: cosine}", "{kind: cosent}"})
    void cosinesFollowScores(String loss) throws IOException {
        String yaml = yaml("embedding", "scored", "scored", 300, "spearman") + "loss: " + loss;
        double spearman = score("run", yaml, "spearman");
        assertTrue(spearman > 0.85, loss + ": " + spearman);
    }

    @Test
    void aRandomStudentWithADenseLayerGetsTheVectorsOfItsTeacher() throws IOException {
        Path teacher = GOLDENS.resolve("bert_sentence");
        String yaml =
                yaml("embedding", "texts", "scored", 150, "spearman")
                                .replace("bert_sentence'}", "bert_sentence', initialize: random}")
                        + """
                          sentence: {pooling: [cls, mean], dense: %s, normalize: true}
                          loss: {kind: distillation, teacher: '%s'}
                          """
                                .formatted(vectors(teacher).get(0).length, teacher);
        score("run", yaml, "spearman");
        List<float[]> wanted = vectors(teacher);
        List<float[]> found = vectors(folder.resolve("run"));
        for (int i = 0; i < wanted.size(); i++) {
            assertArrayEquals(wanted.get(i), found.get(i), 0.1f, LEFT.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding", "reranking"})
    void thePageShowsWhatIsFound(String task) throws IOException {
        String valid = task.equals("embedding") ? "collection" : "scored";
        String train = task.equals("embedding") ? "pairs" : "scored";
        String yaml = yaml(task, train, valid, 20, "mrr@10");
        Outcome outcome = train("run", yaml);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        Path page = folder.resolve("run/training/report.html");
        assertTrue(outcome.err().contains("report: " + page), outcome.err());
        String html = Files.readString(page);
        assertTrue(html.contains("The best of 6 texts for each query"), html);
        for (String query : LEFT) {
            assertTrue(html.contains("<td>" + query + "</td><td>1</td>"), query);
        }
    }

    private static List<float[]> vectors(Path model) throws IOException {
        Pretrained.Loader loader = Pretrained.loader().optEngine(Cli.ENGINE);
        try (TaskModel loaded = TaskModel.load(Task.TEXT_EMBEDDING, model, loader)) {
            return new TextEmbedder(loaded).embed(LEFT);
        }
    }

    /**
     * What follows the encoder, and the prompts, are saved beside the adapter and with the merged
     * model.
     */
    @Test
    void anAdapterLearnsToEmbedAndBringsItsModules() throws IOException {
        String yaml =
                yaml("embedding", "collection", "collection", 400, "ndcg@10")
                                .replace(
                                        "bert_sentence'}",
                                        "bert_sentence', lora: {r: 8, alpha: 32}}")
                                .replace("learningRate: 0.01", "learningRate: 0.003")
                        + "sentence: {pooling: [cls, mean], dense: 12, queryPrompt: 'ask: '}\n";
        assertEquals(1, score("run", yaml, "ndcg@10"), 1e-9);
        Path run = folder.resolve("run");
        assertTrue(Files.notExists(run.resolve("model.safetensors")));
        Path merged = folder.resolve("merged");
        Outcome outcome =
                Cli.run(
                        "merge",
                        "--model",
                        run.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--out",
                        merged.toString());
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertTrue(Files.exists(merged.resolve("model.safetensors")));
        List<float[]> adapted = vectors(run);
        List<float[]> plain = vectors(merged);
        for (int i = 0; i < adapted.size(); i++) {
            assertEquals(12, adapted.get(i).length);
            assertArrayEquals(adapted.get(i), plain.get(i), 1e-5f, LEFT.get(i));
        }
        for (Path model : List.of(run, merged)) {
            SentenceSettings told = SentenceSettings.read(ModelFiles.of(model));
            assertEquals("ask: ", told.prompts().get(SentenceSettings.QUERY));
        }
    }

    @Test
    void promptsAreLearntWithAndKept() throws IOException {
        String yaml =
                yaml("embedding", "collection", "collection", 200, "ndcg@10")
                        + "sentence: {queryPrompt: 'ask: ', documentPrompt: 'text: ', maxLength: 20}\n";
        assertEquals(1, score("run", yaml, "ndcg@10"), 1e-9);
        Outcome measured =
                Cli.run(
                        "evaluate",
                        "--model",
                        folder.resolve("run").toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--json");
        assertEquals(ExitCode.DONE, measured.code(), measured.err());
        JsonObject metrics =
                JsonParser.parseString(measured.out()).getAsJsonObject().getAsJsonObject("metrics");
        assertEquals(1, metrics.getAsJsonObject("ndcg@10").get("score").getAsDouble(), 1e-9);
        try (TaskModel loaded =
                TaskModel.load(
                        Task.TEXT_EMBEDDING,
                        folder.resolve("run"),
                        Pretrained.loader().optEngine(Cli.ENGINE))) {
            TextEmbedder embedder = new TextEmbedder(loaded);
            assertTrue(embedder.promptNames().containsAll(List.of("query", "document")));
            assertArrayEquals(
                    embedder.embed("ask: old"),
                    embedder.withPromptNamed("query").embed("old"),
                    1e-6f);
            assertEquals(20, embedder.read("old ".repeat(50)).length());
        }
    }

    @Test
    void hardNegativesAreTheNearestThatAreNotRight() throws IOException {
        String yaml =
                yaml("embedding", "pairs", "pairs", 2, "ndcg@10")
                        + "negatives: {count: 2, candidates: 5, margin: -2}\n";
        score("run", yaml, "ndcg@10");
        List<String> lines =
                Files.readAllLines(folder.resolve("run/training/hard-negatives.jsonl"));
        assertEquals(LEFT.size(), lines.size());
        Pretrained.Loader loader = Pretrained.loader().optEngine(Cli.ENGINE);
        try (TaskModel loaded =
                TaskModel.load(Task.TEXT_EMBEDDING, GOLDENS.resolve("bert_sentence"), loader)) {
            TextEmbedder embedder = new TextEmbedder(loaded);
            for (int i = 0; i < LEFT.size(); i++) {
                int own = i;
                float[] anchor = embedder.embed(LEFT.get(i));
                List<String> nearest =
                        RIGHT.stream()
                                .filter(text -> !text.equals(RIGHT.get(own)))
                                .sorted(
                                        (a, b) ->
                                                Double.compare(
                                                        embedder.similarity()
                                                                .of(anchor, embedder.embed(b)),
                                                        embedder.similarity()
                                                                .of(anchor, embedder.embed(a))))
                                .limit(2)
                                .toList();
                List<String> expected =
                        Stream.concat(Stream.of(LEFT.get(i), RIGHT.get(i)), nearest.stream())
                                .toList();
                assertEquals(
                        expected,
                        JsonParser.parseString(lines.get(i))
                                .getAsJsonObject()
                                .getAsJsonArray("texts")
                                .asList()
                                .stream()
                                .map(it -> it.getAsString())
                                .toList());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bce", "mse"})
    void aRerankerLearnsWhatAnswersAndIsReadBack(String loss) throws IOException {
        String yaml =
                yaml("reranking", "collection", "collection", 1200, "mrr@10")
                                .replace("learningRate: 0.01", "learningRate: 0.003")
                        + "loss: "
                        + loss
                        + "\nnegatives: {count: 4}\ncandidates: {count: 6}\n";
        double mrr = score("run", yaml, "mrr@10");
        assertTrue(mrr > 0.9, "mrr@10 " + mrr); // one of the six may come second
        int right = 0;
        try (TextReranker reranker =
                TextReranker.load(
                        folder.resolve("run"), Pretrained.loader().optEngine(Cli.ENGINE))) {
            for (int q = 0; q < LEFT.size(); q++) {
                float[] scores = reranker.score(LEFT.get(q), RIGHT);
                int best = 0;
                for (int i = 1; i < scores.length; i++) {
                    best = scores[i] > scores[best] ? i : best;
                }
                right += best == q ? 1 : 0;
            }
        }
        assertTrue(right >= 5, right + " of 6");
        assertTrue(Files.notExists(folder.resolve("run/modules.json")), "it is no sentence model");
    }

    @Test
    void anAdapterLearnsToRerankToo() throws IOException {
        String yaml =
                yaml("reranking", "scored", "scored", 300, "ndcg@10")
                                .replace(
                                        "bert_sentence'}",
                                        "bert_sentence', lora: {r: 8, alpha: 32}}")
                                .replace("learningRate: 0.01", "learningRate: 0.003")
                        + "loss: mse\n";
        double ndcg = score("run", yaml, "ndcg@10");
        assertTrue(ndcg > 0.95, "ndcg@10 " + ndcg);
        assertTrue(Files.notExists(folder.resolve("run/model.safetensors")));
        try (TextReranker reranker =
                TextReranker.load(
                        folder.resolve("run"), Pretrained.loader().optEngine(Cli.ENGINE))) {
            assertEquals(RIGHT.size(), reranker.score(LEFT.get(2), RIGHT).length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding", "reranking"})
    void aRunThatWasStoppedGoesOnToTheSameWeights(String task) throws IOException {
        String from = GOLDENS.resolve("bert_sentence").toString();
        String yaml =
                yaml(task, "collection", "collection", 8, "ndcg@10")
                        + (task.equals("embedding")
                                ? "loss: {cachedRows: 2}\n"
                                        + "sentence: {pooling: [mean], dense: 8}\n"
                                : "retriever: '%s'\n".formatted(from))
                        + "negatives: {count: 1, candidates: 5, margin: -2}\n";
        assertEquals(ExitCode.DONE, train("whole", yaml).code());
        Outcome begun = train("parts", yaml, "--max-steps", "3");
        assertEquals(ExitCode.DONE, begun.code(), begun.err());
        Path negatives = folder.resolve("parts/training/hard-negatives.jsonl");
        Path aside = folder.resolve("aside.jsonl");
        Files.move(negatives, aside);
        Outcome refused = train("parts", yaml, "--resume");
        assertEquals(ExitCode.FAILED, refused.code());
        assertTrue(refused.err().contains(negatives + " is missing"), refused.err());
        Files.move(aside, negatives);
        Outcome resumed = train("parts", yaml, "--resume");
        assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("resumed at step 3"), resumed.err());
        for (String file : new String[] {"model.safetensors", "2_Dense/model.safetensors"}) {
            if (Files.exists(folder.resolve("whole").resolve(file))) {
                assertArrayEquals(
                        Files.readAllBytes(folder.resolve("whole").resolve(file)),
                        Files.readAllBytes(folder.resolve("parts").resolve(file)),
                        file);
            }
        }
    }

    @Test
    void whatCannotBeTrainedIsSaidInOneSentence() throws IOException {
        assertFails(
                yaml("embedding", "triplets", "pairs", 2, "ndcg@10") + "loss: {kind: cosent}",
                "loss.kind=COSENT needs scores: name data.train.score");
        assertFails(
                yaml("embedding", "pairs", "pairs", 2, "ndcg@10") + "loss: {kind: triplet}",
                "pairs.tsv does not go with the loss triplet");
        assertFails(
                yaml("embedding", "pairs", "pairs", 2, "ndcg@10")
                        + "negatives: {count: 2, candidates: 5, margin: 3}",
                "no pair has 2 negatives among ranks 1 to 5");
        assertFails(
                yaml("reranking", "pairs", "pairs", 2, "ndcg@10"),
                "negatives.count must be 0 of pairs with scores, and at least 1");
        Files.writeString(folder.resolve("pairs.tsv"), "a\tb\nc\t\n");
        assertFails(
                yaml("embedding", "pairs", "pairs", 2, "ndcg@10"),
                "pairs.tsv, line 2, has an empty text in the field \"2\"");
    }

    private void assertFails(String yaml, String part) throws IOException {
        Outcome outcome = train("refused", yaml);
        assertTrue(outcome.code() != ExitCode.DONE, yaml);
        assertEquals(1, outcome.err().lines().filter(it -> it.startsWith("attn4j: ")).count());
        assertTrue(outcome.err().contains(part), outcome.err());
    }
}
