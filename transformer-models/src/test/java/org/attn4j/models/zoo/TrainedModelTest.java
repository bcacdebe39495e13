package org.attn4j.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class TrainedModelTest {

    private static final List<String> SENTENCES =
            List.of("abc", "", "e", "dd ee", "abcde abcde", "c", "b a");

    @TempDir private Path folder;

    @Test
    void translationsScoreAsTheScorerScoresThem() throws IOException {
        Path directory = TrainedDirectories.write(folder.resolve("model"));
        try (NDManager manager = TestEngine.manager();
                TrainedModel model = TrainedModel.open(directory, manager)) {
            SentenceTranslator translator = model.translator(model.generation());
            List<List<Translation>> found = translator.translate(manager, SENTENCES);
            assertEquals(SENTENCES.size(), found.size());
            List<Hypothesis> best = found.stream().map(l -> l.get(0).hypothesis()).toList();
            List<String> texts = found.stream().map(l -> l.get(0).text()).toList();
            List<Hypothesis> scored = translator.score(manager, SENTENCES, texts);
            for (int i = 0; i < best.size(); i++) {
                if (best.get(i).finished() && sameIds(model, texts.get(i), best.get(i))) {
                    assertEquals(scored.get(i).score(), best.get(i).score(), 1e-4);
                }
            }
        }
    }

    private static boolean sameIds(TrainedModel model, String text, Hypothesis hypothesis) {
        int[] ids = model.tokenizer().targetIds(text);
        return java.util.Arrays.equals(ids, hypothesis.ids());
    }

    /**
     * Each run of the tests leaves its model behind, and translates with those of other engines.
     */
    @Test
    void aModelOfOneEngineTranslatesTheSameOnAnother() throws IOException {
        Path exchange = Path.of("target", "engine-exchange");
        Path own = TrainedDirectories.write(exchange.resolve(TestEngine.name()));
        try (NDManager manager = TestEngine.manager()) {
            Files.write(own.resolve("translations.txt"), translations(own, manager));
            try (Stream<Path> directories = Files.list(exchange)) {
                for (Path other : directories.toList()) {
                    if (Files.exists(other.resolve("translations.txt"))) {
                        assertEquals(
                                Files.readAllLines(other.resolve("translations.txt")),
                                translations(other, manager),
                                "the model of " + other);
                    }
                }
            }
        }
    }

    private static List<String> translations(Path directory, NDManager manager) throws IOException {
        try (TrainedModel model = TrainedModel.open(directory, manager)) {
            List<String> texts = new ArrayList<>();
            model.translator(model.generation())
                    .translate(manager, SENTENCES)
                    .forEach(found -> texts.add(found.get(0).text()));
            return texts;
        }
    }

    @Test
    void convertedCheckpointsWithVocabularyFilesWork() throws IOException {
        Path shared = Path.of(System.getProperty("attn4j.shared", "../../shared"));
        Path directory = shared.resolve("weights/aren-transliteration");
        Assumptions.assumeTrue(
                Files.isDirectory(directory),
                "skipped: weights/aren-transliteration is not on this machine");
        try (NDManager manager = TestEngine.manager();
                TrainedModel model = TrainedModel.open(directory, manager)) {
            SentenceTranslator translator = model.translator(model.generation());
            List<List<Translation>> found = translator.translate(manager, List.of("آتزمون", "آزا"));
            assertEquals("atzmon", found.get(0).get(0).text());
            assertEquals("azza", found.get(1).get(0).text());
            Hypothesis scored =
                    translator.score(manager, List.of("آرثر"), List.of("arther")).get(0);
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
        try (NDManager manager = TestEngine.manager()) {
            Path config = directory.resolve(ModelDirectory.CONFIG);
            String good = Files.readString(config);
            Files.writeString(config, good.replace("\"d_model\": 16", "\"d_model\": 18"));
            assertMessage(directory, manager, "modelSize must be divisible by encoderHeads");
            Files.writeString(config, good.replace("\"d_model\": 16", "\"d_model\": 20"));
            assertMessage(directory, manager, "(16)");
            Files.writeString(config, good.replace("_vocab_size\": 10", "_vocab_size\": 9"));
            assertMessage(directory, manager, "10");
            Files.writeString(config, good);
            Files.writeString(
                    directory.resolve(ModelDirectory.GENERATION_CONFIG), "{\"num_beams\": 0}");
            assertMessage(directory, manager, "num_beams must be from 1 to 4096, got 0");
            Files.writeString(
                    directory.resolve(ModelDirectory.GENERATION_CONFIG), "{\"eos_token_id\": 7}");
            assertMessage(directory, manager, "those of config.json, 0, 2 and 1, got 0, 7 and 1");
            Files.delete(directory.resolve(ModelDirectory.GENERATION_CONFIG));
            Files.delete(directory.resolve(ModelDirectory.TOKENIZER));
            assertMessage(directory, manager, ModelDirectory.TOKENIZER);
        }
    }

    private static void assertMessage(Path directory, NDManager manager, String part) {
        IOException e =
                assertThrows(
                        IOException.class, () -> TrainedModel.open(directory, manager).close());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void textThatIsTooLongIsRefused() throws IOException {
        Path directory = TrainedDirectories.write(folder.resolve("model"));
        try (NDManager manager = TestEngine.manager();
                TrainedModel model = TrainedModel.open(directory, manager)) {
            SentenceTranslator translator = model.translator(model.generation());
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> translator.translate(manager, List.of("a".repeat(40))));
            assertTrue(e.getMessage().contains("41 tokens, more than the 40"), e.getMessage());
        }
    }
}
