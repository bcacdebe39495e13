package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much of a text is read, and that one that is not read keeps no other back. */
@Tag("engine")
class TextReadingTest {

    private static final String LONG = "the old doctor ".repeat(40);

    @TempDir Path folder;

    /** Tables of 64 rows, of which those of RoBERTa's kind begin after the padding, 1. */
    @Test
    void limitsFollowTheTableOfPositions() throws IOException {
        Map<String, Integer> expected =
                Map.of(
                        "bert_classify", 64,
                        "roberta_one_label", 62,
                        "distilbert_regression", 64,
                        "bart_classify", 64);
        for (Map.Entry<String, Integer> each : expected.entrySet()) {
            try (TaskModel model = unlimited(Task.TEXT_CLASSIFICATION, each.getKey())) {
                TextClassifier whole = new TextClassifier(model);
                List<TextPair> texts = List.of(TextPair.of(LONG), TextPair.of("the cat"));
                List<Outcome<List<LabelScore>>> found = whole.outcomes(texts);
                assertRefused(found.get(0), each.getValue() + ": shorten");
                assertEquals(whole.classify("the cat"), found.get(1).value());
                TextReading cut =
                        new TextClassifier(model, null, true).outcomes(texts).get(0).reading();
                assertTrue(cut.cut(), cut.toString());
                assertEquals(each.getValue(), cut.read());
            }
        }
    }

    /** The model without what its tokenizer's settings say of lengths. */
    private TaskModel unlimited(Task task, String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(TaskFixture.named(name))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        for (String file : List.of("tokenizer_config.json", "sentence_bert_config.json")) {
            Path settings = copy.resolve(file);
            if (Files.exists(settings)) {
                String text = Files.readString(settings);
                Files.writeString(
                        settings,
                        text.replaceAll("\"(model_max_length|max_seq_length)\": \\d+,", ""));
            }
        }
        return TaskFixture.load(task, copy);
    }

    private static void assertRefused(Outcome<?> outcome, String part) {
        assertNull(outcome.value());
        assertTrue(outcome.reading().refused());
        assertTrue(outcome.reading().problem().contains(part), outcome.reading().problem());
    }

    @Test
    void everyTaskTellsWhatItCutsAndGoesOnAfterWhatItRefuses() throws IOException {
        try (TaskModel model = unlimited(Task.FILL_MASK, "roberta_fill_mask")) {
            FillMask filler = new FillMask(model);
            check(filler::outcomes, LONG + "<mask>", "a <mask>", "for 62");
            check(filler::outcomes, "nothing is open", "a <mask>", "has no <mask>");
        }
        try (TaskModel model = unlimited(Task.TOKEN_CLASSIFICATION, "xlm_roberta_tag")) {
            TokenTagger parts = new TokenTagger(model, Aggregation.SIMPLE, Set.of("O"), 4);
            TextReading inParts = parts.outcomes(List.of(LONG)).get(0).reading();
            assertEquals(TextReading.whole(inParts.tokens()), inParts);
            TextReading cut = new TokenTagger(model).outcomes(List.of(LONG)).get(0).reading();
            assertEquals(new TextReading(inParts.tokens(), 62, null), cut);
        }
        try (TaskModel model = unlimited(Task.TEXT_EMBEDDING, "roberta_sentence")) {
            TextEmbedder embedder = new TextEmbedder(model, Pooling.MEAN, false);
            assertEquals(62, embedder.outcomes(List.of(LONG)).get(0).reading().read());
            assertNotNull(embedder.embed(LONG));
        }
        try (TaskModel model = unlimited(Task.QUESTION_ANSWERING, "roberta_answer")) {
            assertNotNull(new QuestionAnswerer(model).answer("who?", LONG));
        }
    }

    /** 1,024 texts are read together; the refused ones are among the first and the last. */
    @Test
    void ofManyTextsThoseBehindAreReadOnAnotherThread() throws IOException {
        try (TaskModel model = unlimited(Task.FILL_MASK, "roberta_fill_mask")) {
            Set<Thread> readers = ConcurrentHashMap.newKeySet();
            List<String> texts =
                    IntStream.range(0, 2050)
                            .mapToObj(i -> i % 1000 == 999 ? LONG : "a cat ".repeat(1 + i % 9))
                            .toList();
            List<Outcome<Integer>> found =
                    model.outcomes(
                            texts,
                            text -> {
                                readers.add(Thread.currentThread());
                                return model.whole(TextPair.of(text));
                            },
                            reads -> {
                                assertTrue(reads.size() <= 1024);
                                return reads.stream().map(read -> read.row().length()).toList();
                            });
            assertEquals(texts.size(), found.size());
            for (int i = 0; i < texts.size(); i++) {
                if (i % 1000 == 999) {
                    assertRefused(found.get(i), "for 62");
                } else {
                    int alone = model.whole(TextPair.of(texts.get(i))).row().length();
                    assertEquals(alone, found.get(i).value(), "text " + i);
                }
            }
            assertEquals(1, readers.size());
            assertFalse(readers.contains(Thread.currentThread()));
        }
    }

    private static <T> void check(
            Function<List<String>, List<Outcome<T>>> task, String bad, String good, String part) {
        List<Outcome<T>> found = task.apply(List.of(good, bad, good));
        assertRefused(found.get(1), part);
        assertNotNull(found.get(0).value());
        assertNotNull(found.get(2).value());
    }

    @Test
    void aTargetThatIsNoTokenIsTold() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.FILL_MASK, "bert_fill_mask")) {
            assertEquals(Map.of(), new FillMask(model, 1, List.of("the")).replacedTargets());
            FillMask filler = new FillMask(model, 1, List.of("the", "thecat"));
            assertEquals(Map.of("thecat", "the"), filler.replacedTargets());
        }
    }

    /**
     * Big Bird sees other blocks in a longer batch. Rows of a batch are summed up in another order
     * than a row alone: 1e-6 is 8 units in the last place of logits below 1.
     */
    @Test
    void neighboursDoNotChangeWhichBlocksAreSeen() throws IOException {
        Path golden = Path.of("src/test/resources/goldens/encoders/bigbird_token");
        Path words = Path.of("src/test/resources/goldens/tokenizers/bert-uncased");
        try (LoadedModel loaded = Pretrained.loader().optEngine(TestEngine.name()).load(golden);
                ModelTokenizer tokenizer = ModelTokenizer.load(words);
                TaskModel model = new TaskModel(loaded, tokenizer)) {
            Random random = new Random(5);
            List<TokenizedText> rows =
                    IntStream.rangeClosed(1, loaded.model().maxTokens().orElseThrow())
                            .mapToObj(length -> row(random.longs(length, 5, 30).toArray()))
                            .toList();
            List<float[]> together = logits(model, rows);
            for (int i = 0; i < rows.size(); i++) {
                float[] alone = logits(model, rows.subList(i, i + 1)).get(0);
                assertArrayEquals(alone, together.get(i), 1e-6f, "tokens: " + (i + 1));
            }
        }
    }

    /** The logits of each row's own tokens, one after the other. */
    private static List<float[]> logits(TaskModel model, List<TokenizedText> rows) {
        return model.call(
                rows,
                (some, outputs) -> {
                    NDArray logits = outputs.require("logits"); // (B, T, C)
                    int width = (int) (logits.getShape().get(1) * logits.getShape().get(2));
                    int classes = (int) logits.getShape().get(2);
                    float[] all = logits.toFloatArray();
                    List<float[]> own = new ArrayList<>();
                    for (int i = 0; i < some.size(); i++) {
                        int to = i * width + some.get(i).length() * classes;
                        own.add(Arrays.copyOfRange(all, i * width, to));
                    }
                    return own;
                });
    }

    private static TokenizedText row(long[] ids) {
        int n = ids.length;
        long[] ones = LongStream.generate(() -> 1).limit(n).toArray();
        return new TokenizedText(
                ids,
                new String[n],
                new long[n],
                ones,
                new boolean[n],
                new int[n][2],
                new int[n],
                new int[n]);
    }
}
