package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedTokenizersTest {

    private static final List<String> LINES =
            List.of("The cat sat on the mat.", "The dog isn't on the mat!", "The cats sat.");

    @TempDir Path directory;

    private static TokenizerJson trained(Kind kind) {
        TokenizerTrainer trainer =
                new TokenizerTrainer(
                        kind == Kind.BPE
                                ? TokenizerTrainingConfig.bpe(0, 20)
                                : kind == Kind.WORD
                                        ? TokenizerTrainingConfig.words()
                                        : TokenizerTrainingConfig.characters());
        trainer.addAll(LINES);
        return trainer.train();
    }

    @Test
    void loadsWhatWasSaved() throws IOException {
        trained(Kind.BPE).save(directory);
        try (ModelTokenizer tokenizer =
                ModelTokenizer.trained(directory.resolve("tokenizer.json"), null, false)) {
            for (String line : LINES) {
                assertEquals(line, tokenizer.decode(tokenizer.ids(line)));
            }
            assertEquals(2, tokenizer.eosId().orElse(-1));
            assertEquals(2, tokenizer.idOf("</s>").orElse(-1));
            assertTrue(tokenizer.idOf("no such token").isEmpty());
            assertArrayEquals(new int[0], tokenizer.ids(""));
            assertEquals("", tokenizer.decode(new int[0]));
        }
        try (var files = Files.list(directory)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void neverMakesSpecialIdsOfText() throws IOException {
        for (Kind kind : Kind.values()) {
            try (ModelTokenizer tokenizer = trained(kind).open()) {
                int[] ids = tokenizer.ids("The </s> cat<s> <pad></s>sat </s>");
                assertTrue(IntStream.of(ids).allMatch(id -> id > 2), Arrays.toString(ids));
            }
        }
    }

    @Test
    void leavesSpecialAndForeignIdsOutOfTexts() throws IOException {
        try (ModelTokenizer tokenizer = trained(Kind.WORD).open()) {
            int the = tokenizer.idOf("The").orElseThrow();
            assertEquals("The", tokenizer.decode(new int[] {1, the, 2, 0, 3, 1_000_000}));
            assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {-100}));
            assertEquals("#1000000", tokenizer.token(1_000_000));
        }
    }

    @Test
    void acceptsTextsThatAreNoUnicode() throws IOException {
        try (ModelTokenizer tokenizer = trained(Kind.BPE).open()) {
            int unk = tokenizer.unkId().orElse(-1);
            String text = "cat" + (char) 0xD800 + Character.toString(0x10FFFF) + "\0";
            assertTrue(IntStream.of(tokenizer.ids(text)).anyMatch(id -> id == unk));
        }
    }

    @Test
    void cutsLongLinesWithoutChangingThem() throws IOException {
        String line = "The cat sat on the mat. ".repeat(6_000).strip();
        try (ModelTokenizer tokenizer = trained(Kind.BPE).open()) {
            int[] one = tokenizer.ids("The cat sat on the mat.");
            int[] ids = tokenizer.ids(line);
            assertEquals(6_000 * one.length, ids.length);
            assertArrayEquals(one, Arrays.copyOfRange(ids, 3_000 * one.length, 3_001 * one.length));
            assertEquals(line, tokenizer.decode(ids));
        }
    }

    @Test
    void segmentsAWordWithoutEndInPieces() throws IOException {
        try (ModelTokenizer tokenizer = trained(Kind.BPE).open()) {
            String text = tokenizer.decode(tokenizer.ids("cat".repeat(50_000)));
            assertEquals("cat".repeat(50_000), text.replace(" ", ""));
        }
    }

    @Test
    void servesManyThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (ModelTokenizer tokenizer = trained(Kind.BPE).open()) {
            List<int[]> expected = LINES.stream().map(tokenizer::ids).toList();
            Callable<Boolean> task =
                    () -> {
                        for (int i = 0; i < 100; i++) {
                            int line = i % LINES.size();
                            int[] ids = tokenizer.ids(LINES.get(line));
                            assertArrayEquals(expected.get(line), ids);
                            assertEquals(LINES.get(line), tokenizer.decode(ids));
                        }
                        return true;
                    };
            for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(8, task))) {
                assertTrue(done.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesUseAfterItWasClosed() throws IOException {
        ModelTokenizer tokenizer = trained(Kind.BPE).open();
        tokenizer.close();
        tokenizer.close();
        assertThrows(IllegalStateException.class, () -> tokenizer.ids("The"));
        assertThrows(IllegalStateException.class, () -> tokenizer.decode(new int[] {5}));
    }

    @Test
    void namesTheFileThatIsMissingOrBroken() throws IOException {
        Path file = directory.resolve("tokenizer.json");
        assertRefused(file, "there is no such file");
        Files.writeString(file, "");
        assertRefused(file, "must be a JSON object");
        Files.writeString(file, "{\"model\":");
        assertRefused(file, "is not JSON");
        Files.writeString(file, "[]");
        assertRefused(file, "must be a JSON object");
        Files.writeString(file, "{\"model\":{\"type\":\"BPE\"}}");
        assertRefused(file, "the model has no vocab");
        Files.write(file, "PK\3\4".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(file, "tokenizer.json");
        String whole = trained(Kind.BPE).toString();
        Files.writeString(file, whole.substring(0, whole.length() / 2));
        assertRefused(file, "is not JSON");
    }

    /** Each of these made the library end the process or answer in words of its own. */
    @Test
    void refusesContentsThatTheLibraryWouldNotSurvive() throws IOException {
        assertChangeRefused(
                root -> root.getAsJsonObject("normalizer").addProperty("type", "Precompiled"),
                "precompiled_charsmap");
        assertChangeRefused(
                root ->
                        root.getAsJsonObject("model")
                                .addProperty("continuing_subword_prefix", "####"),
                "must start with ####");
        assertChangeRefused(
                root ->
                        root.add(
                                "decoder",
                                JsonParser.parseString(
                                        "{'type':'Strip','content':'a','start':2,'stop':2}")),
                "cuts at the end");
        assertChangeRefused(
                root ->
                        root.getAsJsonObject("model")
                                .getAsJsonObject("vocab")
                                .addProperty("e", 4_000_000_000L),
                "must be a whole number");
        assertChangeRefused(
                root -> root.getAsJsonObject("model").addProperty("unk_token", "nowhere"),
                "unk_token nowhere is not in its vocabulary");
        assertChangeRefused(
                root -> root.getAsJsonObject("pre_tokenizer").addProperty("type", "Nothing"),
                "not a usable tokenizer.json");
        assertChangeRefused(
                root -> {
                    JsonArray merge = new JsonArray();
                    merge.add("never");
                    merge.add("seen");
                    root.getAsJsonObject("model").getAsJsonArray("merges").add(merge);
                },
                "out of vocabulary");
    }

    private void assertChangeRefused(Consumer<JsonObject> change, String why) throws IOException {
        JsonObject root = JsonParser.parseString(trained(Kind.BPE).toString()).getAsJsonObject();
        change.accept(root);
        Path file = directory.resolve("tokenizer.json");
        Files.writeString(file, root.toString());
        assertRefused(file, why);
    }

    private static void assertRefused(Path file, String why) {
        IOException e =
                assertThrows(
                        IOException.class, () -> ModelTokenizer.trained(file, null, false).close());
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void readsTheNamesOfSpecialTokensBesideTheFile() throws IOException {
        Vocabulary vocabulary =
                new Vocabulary(
                        List.of("<blank>", "go", "stop", "a", "what"),
                        new SpecialTokens("<blank>", "go", "stop", "what"));
        vocabulary.tokenizer(PreTokenizer.WHITESPACE).write(directory.resolve("tokenizer.json"));
        try (ModelTokenizer tokenizer =
                ModelTokenizer.trained(directory.resolve("tokenizer.json"), null, false)) {
            assertEquals(
                    List.of(0, -1, -1, 4),
                    List.of(
                            tokenizer.padId().orElse(-1),
                            tokenizer.bosId().orElse(-1),
                            tokenizer.eosId().orElse(-1),
                            tokenizer.unkId().orElse(-1)));
        }
        Files.writeString(
                directory.resolve("special_tokens_map.json"),
                "{\"bos_token\": \"go\", \"eos_token\": {\"content\": \"stop\"}}");
        try (ModelTokenizer tokenizer =
                ModelTokenizer.trained(directory.resolve("tokenizer.json"), null, false)) {
            assertEquals(
                    List.of(1, 2),
                    List.of(tokenizer.bosId().orElse(-1), tokenizer.eosId().orElse(-1)));
        }
        Files.writeString(directory.resolve("tokenizer_config.json"), "no JSON {");
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                ModelTokenizer.trained(
                                        directory.resolve("tokenizer.json"), null, false));
        assertTrue(
                e.getMessage().contains("tokenizer_config.json is not valid JSON"), e.getMessage());
    }

    @Test
    void loadsATokenizerOfOthers() throws IOException {
        Path folder = Path.of(System.getProperty("attn4j.shared"), "weights/minilm-tokenizer");
        assumeTrue(Files.exists(folder), "skipped: " + folder + " is not there");
        try (ModelTokenizer tokenizer =
                ModelTokenizer.trained(folder.resolve("tokenizer.json"), null, false)) {
            List<String> lines = Files.readAllLines(folder.resolve("vocab.txt"));
            assertEquals(lines.size(), tokenizer.vocabularySize());
            assertEquals(
                    List.of("hello", ",", "world", "##ly", "!"),
                    List.of(tokenizer.encode("Hello, worldly!").tokens()));
            assertEquals(lines.indexOf("hello"), tokenizer.ids("Hello, worldly!")[0]);
            assertEquals(
                    List.of(lines.indexOf("[PAD]"), lines.indexOf("[UNK]")),
                    List.of(tokenizer.padId().orElse(-1), tokenizer.unkId().orElse(-1)));
            assertEquals(
                    List.of("[", "cl", "##s", "]"), List.of(tokenizer.encode("[CLS]").tokens()));
            // Its file truncates at 128 tokens; a model may see more.
            assertEquals(600, tokenizer.ids("hello ".repeat(600)).length);
        }
    }

    @Test
    void opensTheTokenizersOfBothSides() throws IOException {
        trained(Kind.BPE).write(directory.resolve("source_tokenizer.json"));
        IOException e = assertThrows(IOException.class, () -> ModelTokenizer.load(directory));
        assertTrue(e.getMessage().contains("no target_tokenizer.json"), e.getMessage());
        trained(Kind.WORD).write(directory.resolve("target_tokenizer.json"));
        try (ModelTokenizer tokenizer = ModelTokenizer.load(directory)) {
            assertEquals(1, tokenizer.targetIds("cats").length);
            assertTrue(tokenizer.ids("cats").length > 1);
            assertEquals("The cats", tokenizer.decode(tokenizer.targetIds("The cats")));
            assertTrue(tokenizer.targetVocabularySize() < tokenizer.vocabularySize());
        }
    }

    @Test
    void endsTheTextsOfAModelThatIsTrainedHere() throws IOException {
        trained(Kind.WORD).write(directory.resolve("tokenizer.json"));
        Path config = directory.resolve("config.json");
        for (boolean ends : new boolean[] {true, false}) {
            Files.writeString(
                    config,
                    "{\"model_type\": \"attn4j-transformer\", \"source_has_eos\": " + ends + "}");
            try (ModelTokenizer tokenizer = ModelTokenizer.load(directory)) {
                assertEquals(
                        ends ? List.of("The", "cat", "</s>") : List.of("The", "cat"),
                        List.of(tokenizer.encode("The cat").tokens()));
                int[] ids = tokenizer.ids("The </s>");
                assertEquals(List.of(true, false), List.of(ids[0] > 3, ids[1] > 3));
                assertEquals(3, ids[1]);
                String both = tokenizer.decode(new long[] {ids[0], 2}, false);
                assertTrue(both.contains("</s>"), both);
            }
        }
    }
}
