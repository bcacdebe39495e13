package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tasks refuse, and what they promise beside the pipelines' results. */
@Tag("engine")
class TaskInputsTest {

    @TempDir Path folder;

    private static void refused(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void aTextWithoutAMaskIsRefused() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.FILL_MASK, "bert_fill_mask")) {
            FillMask filler = new FillMask(model);
            assertEquals("[MASK]", filler.mask());
            refused("[MASK]", () -> filler.fill("nothing is open"));
            refused("topK", () -> new FillMask(model, 0, List.of()));
            refused("has no token", () -> new FillMask(model, 1, List.of(" ")));
            assertEquals(2, filler.fill(List.of("a [MASK]", "the [MASK] [MASK]")).size());
        }
    }

    @Test
    void aTextThatIsTooLongIsRefusedUnlessItMayBeCut() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TEXT_CLASSIFICATION, "bert_classify")) {
            String text = "the old doctor ".repeat(40);
            refused("64", () -> new TextClassifier(model).classify(text));
            assertEquals(3, new TextClassifier(model, null, true).classify(text).size());
        }
    }

    @Test
    void batchesOfDifferentLengthsGiveWhatTextsGiveAlone() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TEXT_CLASSIFICATION, "bert_classify")) {
            TextClassifier classifier = new TextClassifier(model);
            List<TextPair> texts =
                    IntStream.range(0, 20)
                            .mapToObj(i -> TextPair.of("the " + "old ".repeat(7 * i % 20)))
                            .toList();
            List<double[]> together = classifier.scores(texts);
            for (int i = 0; i < texts.size(); i++) {
                double[] alone = classifier.scores(texts.subList(i, i + 1)).get(0);
                for (int c = 0; c < alone.length; c++) {
                    assertEquals(alone[c], together.get(i)[c], 1e-6);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "LAST"})
    void causalModelsEmbedTextsTogetherAsAlone(Pooling.Mode mode) throws IOException {
        try (TaskModel tokens = TaskFixture.load(Task.TEXT_EMBEDDING, "roberta_sentence");
                LoadedModel llama =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .create(
                                        JsonParser.parseString(
                                                        """
                                        {"model_type": "llama", "architectures": ["LlamaForSequenceClassification"],
                                         "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
                                         "intermediate_size": 32, "vocab_size": %d, "pad_token_id": %d}"""
                                                                .formatted(
                                                                        tokens.tokenizer()
                                                                                .vocabularySize(),
                                                                        tokens.tokenizer()
                                                                                .padId()
                                                                                .orElseThrow()))
                                                .getAsJsonObject(),
                                        List.of())) {
            TaskModel model = new TaskModel(llama, tokens.tokenizer());
            TextEmbedder embedder =
                    new TextEmbedder(
                            model,
                            new SentenceModel(llama.model(), new Pooling(List.of(mode)), false),
                            new SentenceSettings(0, false, Map.of(), null, Similarity.COSINE, 0));
            List<String> texts =
                    IntStream.range(0, 6).mapToObj(i -> "the " + "old ".repeat(i % 4)).toList();
            List<float[]> together = embedder.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(embedder.embed(texts.get(i)), together.get(i), 1e-5f);
            }
            List<Integer> sizes = new ArrayList<>();
            model.batches(
                    texts.stream().map(embedder::read).toList(),
                    (call, rows) -> {
                        sizes.add(rows.size());
                        return rows;
                    });
            assertEquals(List.of(6), sizes);
        }
    }

    @Test
    void questionsAndTextsMustNotBeEmpty() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.QUESTION_ANSWERING, "bert_answer")) {
            QuestionAnswerer answerer = new QuestionAnswerer(model);
            refused("must not be empty", () -> answerer.answer("", "text"));
            refused("must not be empty", () -> answerer.answer("what?", ""));
            assertEquals("", answerer.answer("what?", "   ").text());
            refused("topK", () -> AnswerOptions.DEFAULT.withTopK(0));
            refused("stride", () -> AnswerOptions.DEFAULT.withParts(0, -2));
        }
    }

    @Test
    void classesToChooseFromNeedAModelThatKnowsEntailment() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TEXT_CLASSIFICATION, "roberta_multi_label")) {
            refused("entail", () -> new ZeroShotClassifier(model));
        }
        try (TaskModel model = TaskFixture.load(Task.ZERO_SHOT_CLASSIFICATION, "bert_classify")) {
            ZeroShotClassifier classifier = new ZeroShotClassifier(model);
            refused("at least one class", () -> classifier.classify("text", List.of()));
            refused("{}", () -> classifier.classify("text", List.of("a"), "no place", false));
        }
    }

    @Test
    void partsNeedAnAggregation() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TOKEN_CLASSIFICATION, "bert_tag")) {
            refused("aggregation", () -> new TokenTagger(model, Aggregation.NONE, Set.of(), 3));
        }
    }

    @Test
    void promptsAreKnownByName() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TEXT_EMBEDDING, "roberta_sentence")) {
            TextEmbedder embedder = new TextEmbedder(model);
            assertTrue(embedder.promptNames().contains("query"));
            refused("[document, passage, query]", () -> embedder.withPromptNamed("other"));
        }
    }

    @Test
    void namesOfTasksAndSettingsAreChecked() {
        assertEquals(Task.TOKEN_CLASSIFICATION, Task.of("ner"));
        assertEquals(Task.FILL_MASK, Task.of("nlp/fill_mask"));
        refused("fill-mask", () -> Task.of("translate"));
        refused("average", () -> Aggregation.of("mean"));
        refused("softmax", () -> ScoreFunction.of("tanh"));
        refused("cosine", () -> Similarity.of("sine"));
        refused("one length", () -> Similarity.DOT.of(new float[2], new float[3]));
    }

    @Test
    void aModelWithoutTheHeadOfATaskIsRefused() {
        CheckpointFormatException e =
                assertThrows(
                        CheckpointFormatException.class,
                        () -> TaskFixture.load(Task.FILL_MASK, "bert_tag"));
        assertTrue(e.getMessage().contains("BertForTokenClassification"), e.getMessage());
        assertTrue(e.getMessage().contains("fill-mask"), e.getMessage());
    }

    @Test
    void aFolderWithoutATokenizerIsRefused() throws IOException {
        Path source = TaskFixture.named("bert_answer");
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(source.resolve(file), folder.resolve(file));
        }
        assertThrows(IOException.class, () -> TaskFixture.load(Task.QUESTION_ANSWERING, folder));
    }

    @Test
    void manyThreadsShareAModel() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (TaskModel model = TaskFixture.load(Task.TOKEN_CLASSIFICATION, "roberta_tag")) {
            TokenTagger tagger = new TokenTagger(model);
            String text = "My name is Sarah Connor and I live in London.";
            List<Entity> alone = tagger.tag(text);
            Callable<List<Entity>> call = () -> tagger.tag(text);
            for (var found : threads.invokeAll(Stream.generate(() -> call).limit(12).toList())) {
                assertEquals(alone, found.get());
            }
        } finally {
            threads.shutdown();
        }
    }
}
