package org.attn4j.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.family.transformer.TinyModels;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.task.TextScorer;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class TrainedTextsTest {

    private static final List<String> SENTENCES =
            List.of("abc", "", "e", "dd ee", "abcde abcde", "c", "b a");

    @TempDir private Path folder;

    private static TextGenerator load(Path directory) throws IOException {
        return TextGenerator.load(directory, Pretrained.loader().optEngine(TestEngine.name()));
    }

    @Test
    void translationsScoreAsTheScorerScoresThem() throws IOException {
        Path directory = TrainedDirectories.write(folder.resolve("model"));
        try (TextGenerator generator = load(directory)) {
            List<List<GeneratedText>> found =
                    generator.generate(SENTENCES, GenerationRequest.DEFAULT);
            assertEquals(SENTENCES.size(), found.size());
            List<Hypothesis> best = found.stream().map(l -> l.get(0).hypothesis()).toList();
            List<String> texts = found.stream().map(l -> l.get(0).text()).toList();
            List<Hypothesis> scored =
                    Outcome.values(new TextScorer(generator).score(SENTENCES, texts));
            for (int i = 0; i < best.size(); i++) {
                int[] ids = generator.tokenizer().targetIds(texts.get(i));
                if (best.get(i).finished() && Arrays.equals(ids, best.get(i).ids())) {
                    assertEquals(scored.get(i).score(), best.get(i).score(), 1e-4);
                }
            }
        }
    }

    /**
     * Each run of the tests leaves its model behind, and translates with those of other engines.
     */
    @Test
    void aModelOfOneEngineTranslatesTheSameOnAnother() throws IOException {
        Path exchange = Path.of("target", "engine-exchange");
        Path own = TrainedDirectories.write(exchange.resolve(TestEngine.name()));
        Files.write(own.resolve("translations.txt"), translations(own));
        try (Stream<Path> directories = Files.list(exchange)) {
            for (Path other : directories.toList()) {
                if (Files.exists(other.resolve("translations.txt"))) {
                    assertEquals(
                            Files.readAllLines(other.resolve("translations.txt")),
                            translations(other),
                            "the model of " + other);
                }
            }
        }
    }

    private static List<String> translations(Path directory) throws IOException {
        try (TextGenerator generator = load(directory)) {
            return generator.generate(SENTENCES, GenerationRequest.DEFAULT).stream()
                    .map(found -> found.get(0).text())
                    .toList();
        }
    }

    @Test
    void convertedCheckpointsWithVocabularyFilesWork() throws IOException {
        Path shared = Path.of(System.getProperty("attn4j.shared", "../../shared"));
        Path directory = shared.resolve("weights/aren-transliteration");
        Assumptions.assumeTrue(
                Files.isDirectory(directory),
                "skipped: weights/aren-transliteration is not on this machine");
        try (TextGenerator generator = load(directory)) {
            List<List<GeneratedText>> found =
                    generator.generate(List.of("آتزمون", "آزا"), GenerationRequest.DEFAULT);
            assertEquals("atzmon", found.get(0).get(0).text());
            assertEquals("azza", found.get(1).get(0).text());
            Hypothesis scored =
                    new TextScorer(generator)
                            .score(List.of("آرثر"), List.of("arther"))
                            .get(0)
                            .value();
            assertArrayEquals(
                    new float[] {
                        -0.076704f,
                        -0.036037f,
                        -0.029253f,
                        -0.030273f,
                        -0.149276f,
                        -0.00244f,
                        -0.003742f
                    },
                    scored.tokenLogProbabilities(),
                    1e-5f);
        }
    }

    @Test
    void mistakesInADirectoryAreNamed() throws IOException {
        Path directory = TrainedDirectories.write(folder.resolve("model"));
        Path config = directory.resolve(ModelDirectory.CONFIG);
        Path generation = directory.resolve(ModelDirectory.GENERATION_CONFIG);
        String good = Files.readString(config);
        Files.writeString(config, good.replace("\"d_model\": 16", "\"d_model\": 18"));
        assertMessage(directory, "modelSize must be divisible by encoderHeads");
        Files.writeString(config, good.replace("\"d_model\": 16", "\"d_model\": 20"));
        assertMessage(directory, "(16)");
        Files.writeString(config, good.replace("_vocab_size\": 10", "_vocab_size\": 9"));
        assertMessage(directory, "10");
        Files.writeString(config, good);
        Files.writeString(generation, "{\"num_beams\": 0, \"decoder_start_token_id\": 1}");
        assertMessage(directory, "num_beams must be from 1 to 4096, got 0");
        Files.delete(generation);
        Files.delete(directory.resolve(ModelDirectory.TOKENIZER));
        assertMessage(directory, ModelDirectory.TOKENIZER);
    }

    private static void assertMessage(Path directory, String part) {
        Exception e =
                assertThrows(
                        Exception.class,
                        () -> {
                            try (TextGenerator generator = load(directory)) {
                                generator.generate("a", GenerationRequest.DEFAULT);
                            }
                        });
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void aTokenizerOfAnotherVocabularyIsRefused() throws IOException {
        Path directory = TrainedDirectories.write(folder.resolve("model"));
        TransformerConfig small = TinyModels.config().setVocabularySize(9).build();
        try (NDManager manager = TestEngine.manager()) {
            TransformerModel model = TinyModels.model(small, manager);
            LoadedModel.made(model, small.json(), null, List.of()).save(directory);
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> load(directory).close());
        assertTrue(e.getMessage().contains("10 tokens, but the model knows 9"), e.getMessage());
    }

    @Test
    void textThatIsTooLongIsRefused() throws IOException {
        Path directory = TrainedDirectories.write(folder.resolve("model"));
        try (TextGenerator generator = load(directory)) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> generator.generate("a".repeat(40), GenerationRequest.DEFAULT));
            assertTrue(
                    e.getMessage().contains("41 tokens, but the model has positions for 40"),
                    e.getMessage());
        }
    }
}
