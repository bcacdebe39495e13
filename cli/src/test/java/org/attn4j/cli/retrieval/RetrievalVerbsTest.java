package org.attn4j.cli.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to answers at the command line, with small random models. */
@Tag("engine")
class RetrievalVerbsTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final String BERT = GOLDENS.resolve("tasks/bert_sentence").toString();
    private static final String PROMPTED = GOLDENS.resolve("tasks/roberta_sentence").toString();
    private static final String CROSS = GOLDENS.resolve("tasks/bert_cross_encoder").toString();
    private static final String READER = GOLDENS.resolve("tasks/bert_answer").toString();
    private static final String WRITER = GOLDENS.resolve("generation/texts/gpt2_text").toString();

    @TempDir Path folder;

    private static Outcome run(String verb, String... args) {
        List<String> all = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE, "--threads", "1"));
        all.addAll(List.of(args));
        return Cli.run(all.toArray(String[]::new));
    }

    private static List<String> lines(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertEquals("", outcome.err());
        return outcome.out().lines().toList();
    }

    private static JsonObject json(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonObject();
    }

    private static JsonObject first(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonArray all = JsonParser.parseString(outcome.out()).getAsJsonArray();
        assertEquals(1, all.size());
        return all.get(0).getAsJsonObject();
    }

    private static void assertSaid(int code, Outcome outcome, String... parts) {
        assertEquals(code, outcome.code(), outcome.err());
        for (String part : parts) {
            assertTrue(outcome.err().contains(part), outcome.err());
        }
    }

    private Path documents() throws IOException {
        Path documents = Files.createDirectories(folder.resolve("docs"));
        Files.writeString(documents.resolve("a.txt"), "The old doctor lives in Paris.");
        Files.writeString(
                documents.resolve("b.jsonl"),
                """
                {"_id": "b1", "title": "Fruit", "text": "The children eat apples and pears."}
                {"_id": "b2", "text": "She sold the company in 1999."}
                """);
        Files.writeString(documents.resolve("c.md"), "# Cats\n\nThe cat sleeps.\n");
        return documents;
    }

    private String index(String model, String... more) throws IOException {
        String out = folder.resolve("index").toString();
        List<String> args = new ArrayList<>(List.of(documents().toString(), "--out", out));
        args.addAll(List.of("--model", model));
        args.addAll(List.of(more));
        Outcome outcome = run("index", args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return out;
    }

    @Test
    void whatWasIndexedIsFoundByVectorWordsAndBoth() throws IOException {
        String index = index(BERT);
        String query = "The old doctor lives in Paris.";
        List<String> near = lines(run("search", index, query, "--mode", "vector", "--top-k", "2"));
        assertEquals(2, near.size());
        String[] cells = near.get(0).split("\t");
        assertEquals("1.0000", cells[0]); // the cosine of a text with itself
        assertTrue(cells[1].endsWith("a.txt:0-30"), cells[1]);
        assertEquals(query, cells[2]);
        List<String> words = lines(run("search", index, "apple", "--mode", "bm25"));
        assertEquals(1, words.size());
        assertTrue(words.get(0).contains("b.jsonl#b1:0-34\t"), words.get(0));
        JsonObject both = first(run("search", index, "doctors", "--json"));
        assertEquals("reciprocal rank fusion", both.get("scoredBy").getAsString());
        assertEquals(4, both.getAsJsonArray("hits").size());
        JsonObject apples = first(run("search", index, "apple", "--mode", "bm25", "--json"));
        JsonObject hit = apples.getAsJsonArray("hits").get(0).getAsJsonObject();
        assertEquals("Fruit", hit.get("title").getAsString());
        assertEquals("The children eat apples and pears.", hit.get("text").getAsString());
    }

    @Test
    void anIndexIsBroughtUpToDate() throws IOException {
        String out = index(BERT, "--quantize", "int8");
        Path docs = folder.resolve("docs");
        Files.delete(docs.resolve("a.txt"));
        Files.writeString(docs.resolve("c.md"), "# Dogs\n\nThe dog sleeps.\n");
        Files.writeString(docs.resolve("d.pdf"), "no PDF");
        Files.writeString(docs.resolve("e.exe"), "?");
        String[] args = {
            docs.toString(),
            "--out",
            out,
            "--model",
            BERT,
            "--quantize",
            "int8",
            "--prune",
            "--json"
        };
        Outcome outcome = run("index", args);
        assertSaid(ExitCode.FAILED, outcome, "d.pdf is damaged");
        JsonObject done = JsonParser.parseString(outcome.out()).getAsJsonObject();
        for (String[] each :
                new String[][] {
                    {"added", "0"},
                    {"replaced", "1"},
                    {"unchanged", "2"},
                    {"removed", "1"},
                    {"passages", "1"},
                    {"otherFiles", "1"}
                }) {
            assertEquals(each[1], done.get(each[0]).getAsString(), outcome.out());
        }
        assertEquals(1, lines(run("search", out, "dog", "--mode", "bm25")).size());
        assertEquals(0, lines(run("search", out, "doctor", "--mode", "bm25")).size());
    }

    @Test
    void longDocumentsAreCutToWhatTheModelReads() throws IOException {
        Path book = folder.resolve("book.txt");
        Files.writeString(book, "The old doctor lives in Paris. She sold the company. ".repeat(9));
        String out = folder.resolve("book").toString();
        Outcome outcome = run("index", book.toString(), "--out", out, "--model", BERT, "--json");
        assertTrue(json(outcome).get("passages").getAsInt() > 8, outcome.out());
        assertEquals("", outcome.err());
        assertSaid(
                ExitCode.USAGE,
                run(
                        "index",
                        book.toString(),
                        "--out",
                        folder.resolve("x").toString(),
                        "--model",
                        BERT,
                        "--chunk-tokens",
                        "19"),
                "--chunk-tokens must be at most 18");
    }

    @Test
    void theModelsPromptsArePutBeforePassagesAndQueries() throws IOException {
        String index = index(PROMPTED);
        // the passage without a prompt, and the query with "query: ", compared by the product
        String text = "The cat sleeps.";
        double wanted = similarity("query: " + text, "# Cats\n\n" + text);
        JsonObject found =
                first(run("search", index, text, "--mode", "vector", "--json", "--top-k", "4"));
        assertEquals("dot", found.get("scoredBy").getAsString());
        double got =
                found.getAsJsonArray("hits").asList().stream()
                        .map(it -> it.getAsJsonObject())
                        .filter(it -> it.get("source").getAsString().endsWith("c.md"))
                        .findFirst()
                        .orElseThrow()
                        .get("score")
                        .getAsDouble();
        assertEquals(wanted, got, 1e-4 * Math.abs(wanted) + 1e-5);
        // an index of other prompts is another index
        assertSaid(
                ExitCode.USAGE,
                run(
                        "index",
                        folder.resolve("docs").toString(),
                        "--out",
                        index,
                        "--model",
                        PROMPTED,
                        "--prompt-name",
                        "passage"),
                "was made with the prompt '', not with 'The old '");
    }

    private static double similarity(String query, String text) {
        JsonArray vectors =
                JsonParser.parseString(
                                run(
                                                "embed",
                                                "--model",
                                                PROMPTED,
                                                "--prompt",
                                                "",
                                                "--json",
                                                query,
                                                text)
                                        .out())
                        .getAsJsonArray();
        JsonArray one = vectors.get(0).getAsJsonObject().getAsJsonArray("embedding");
        JsonArray other = vectors.get(1).getAsJsonObject().getAsJsonArray("embedding");
        double sum = 0;
        for (int i = 0; i < one.size(); i++) {
            sum += one.get(i).getAsDouble() * other.get(i).getAsDouble();
        }
        return sum;
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        String index = index(BERT);
        assertSaid(
                ExitCode.USAGE,
                run("search", index, "x", "--model", PROMPTED),
                "made with another model");
        assertSaid(
                ExitCode.USAGE,
                run("index", folder.toString(), "--out", index, "--model", PROMPTED),
                "was made with the model");
        assertSaid(ExitCode.FAILED, run("search", folder.toString(), "x"), "is no index");
        assertSaid(ExitCode.USAGE, run("search", index), "takes a query");
        assertSaid(ExitCode.USAGE, run("search", index, "x", " "), "query 2 is empty");
        assertSaid(ExitCode.USAGE, run("ask", index, "", "--reader", READER), "query 1 is empty");
        assertSaid(
                ExitCode.USAGE,
                run("rerank", "--model", READER, "--query", "", "a dog"),
                "query 1 is empty");
        assertSaid(
                ExitCode.USAGE,
                run("search", index, "x", "--mode", "bm25", "--model", BERT),
                "neither --model nor --prompt");
    }

    @Test
    void passagesAreRerankedByACrossEncoder() throws IOException {
        String index = index(BERT);
        String query = "Where does the doctor live?";
        List<String> texts =
                List.of("The old doctor lives in Paris.", "She sold the company in 1999.");
        Outcome outcome =
                run("rerank", "--model", CROSS, "--query", query, texts.get(0), texts.get(1));
        assertSaid(ExitCode.DONE, outcome, "scores of a cross-encoder");
        List<String> ranked = outcome.out().lines().toList();
        String expected = Files.readString(Path.of(CROSS).resolve("expected.json"));
        double golden =
                JsonParser.parseString(expected)
                        .getAsJsonObject()
                        .getAsJsonArray("cases")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("results")
                        .get(0)
                        .getAsDouble();
        String line = String.format(Locale.ROOT, "%.4f\t%s", golden, texts.get(0));
        assertTrue(ranked.contains(line), ranked + " " + line);
        assertTrue(score(ranked.get(0)) >= score(ranked.get(1)));
        JsonObject found = first(run("search", index, query, "--rerank", CROSS, "--json"));
        assertEquals("cross-encoder", found.get("scoredBy").getAsString());
        double doctor =
                found.getAsJsonArray("hits").asList().stream()
                        .map(it -> it.getAsJsonObject())
                        .filter(it -> it.get("text").getAsString().equals(texts.get(0)))
                        .findFirst()
                        .orElseThrow()
                        .get("score")
                        .getAsDouble();
        assertEquals(golden, doctor, 2e-5);
    }

    private static double score(String line) {
        return Double.parseDouble(line.substring(0, line.indexOf('\t')));
    }

    @Test
    void aSentenceModelReranksBySimilarity() {
        Outcome outcome = run("rerank", "--model", BERT, "--query", "the cat", "a dog", "the cat");
        assertSaid(ExitCode.DONE, outcome, "scores of a bi-encoder");
        assertEquals("1.0000\tthe cat", outcome.out().lines().findFirst().orElseThrow());
        assertSaid(
                ExitCode.USAGE,
                run("rerank", "--model", READER, "--query", "the cat", "a dog"),
                "is for question-answering");
    }

    @Test
    void questionsAreAnsweredFromPassages() throws IOException {
        String index = index(BERT);
        String question = "Where does the doctor live?";
        JsonObject reply =
                first(run("ask", index, question, "--reader", READER, "--mode", "bm25", "--json"));
        assertEquals(1, reply.getAsJsonArray("passages").size()); // one has "doctor" or "live"
        // what 'answer' finds in the same text, unless "no answer" is more probable
        Outcome alone =
                run(
                        "answer",
                        "--model",
                        READER,
                        "--question",
                        question,
                        "--impossible",
                        "The old doctor lives in Paris.");
        String[] cells = alone.out().strip().split("\t", -1);
        if (cells[cells.length - 1].isEmpty()) {
            assertTrue(reply.get("answer").isJsonNull(), alone.out());
        } else {
            assertEquals(cells[2], reply.get("answer").getAsString());
            assertEquals(
                    cells[1], reply.get("start").getAsInt() + "-" + reply.get("end").getAsInt());
        }
        assertEquals(
                List.of("no answer"),
                lines(run("ask", index, "zebra", "--reader", READER, "--mode", "bm25")));
    }

    @Test
    void aGeneratorReadsAsManyWholePassagesAsItsWindowHolds() throws IOException {
        String index = index(BERT);
        Outcome outcome =
                run(
                        "ask",
                        index,
                        "the",
                        "--reader",
                        WRITER,
                        "--max-new-tokens",
                        "4",
                        "--mode",
                        "vector",
                        "--json");
        assertSaid(ExitCode.DONE, outcome, "of 4 passages were left out");
        JsonObject reply = first(outcome);
        int left = reply.get("passagesLeftOut").getAsInt();
        assertEquals(4 - left, reply.getAsJsonArray("passages").size());
        assertTrue(left > 0 && left < 4, outcome.out());
        assertFalse(reply.has("start"));
        assertSaid(
                ExitCode.FAILED,
                run("ask", index, "the ".repeat(60), "--reader", WRITER, "--mode", "vector"),
                "not even one passage fits");
    }

    @Test
    void retrievalIsMeasured() throws IOException {
        String index = index(BERT);
        Path queries = folder.resolve("queries.jsonl");
        Files.writeString(
                queries,
                """
                {"_id": "q1", "text": "apples"}
                {"_id": "q2", "text": "doctor"}
                {"_id": "q3", "text": "nobody judged this"}
                """);
        Path qrels = folder.resolve("qrels.tsv");
        Files.writeString(
                qrels, "query-id\tcorpus-id\tscore\nq1\tb1\t1\nq1\tb2\t1\nq2\ta\t1\nq2\tc\t0\n");
        String[] args = {
            index,
            "--queries",
            queries.toString(),
            "--qrels",
            qrels.toString(),
            "--mode",
            "bm25",
            "--metrics",
            "ndcg@10,recall@10,mrr@10"
        };
        // q1 finds one of two, first: ndcg = 1 / (1 + 1 / log2 3), recall 1/2; q2 finds its own
        double ndcg = (1 / (1 + Math.log(2) / Math.log(3)) + 1) / 2;
        assertEquals(
                List.of(
                        String.format(Locale.ROOT, "ndcg@10\t%.4f", ndcg),
                        "recall@10\t0.7500",
                        "mrr@10\t1.0000"),
                lines(run("search", args)));
        Files.writeString(qrels, "query-id\tcorpus-id\tscore\nq9\tb1\t1\n");
        assertSaid(ExitCode.FAILED, run("search", args), "line 2, is of the query q9");
        args[8] = "speed@3";
        assertSaid(ExitCode.USAGE, run("search", args), "--metrics must be of", "got speed@3");
    }

    @Test
    void answersAreMeasured() throws IOException {
        String index = index(BERT);
        Path questions = folder.resolve("questions.jsonl");
        Files.writeString(
                questions,
                """
                {"id": "1", "question": "zebra", "context": "A zebra.", "answer": "zebra", "answer_start": 2}
                """);
        assertEquals(
                List.of("exact match\t0.00", "f1\t0.00"),
                lines(
                        run(
                                "ask",
                                index,
                                "--questions",
                                questions.toString(),
                                "--reader",
                                READER,
                                "--mode",
                                "bm25")));
    }
}
