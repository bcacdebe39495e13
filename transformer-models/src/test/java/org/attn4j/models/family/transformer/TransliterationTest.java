package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.LoadReport;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.generate.BeamSearch;
import org.attn4j.models.generate.EarlyStopping;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GreedySearch;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.SequenceScorer;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A model that others trained, against what others computed with it. */
@Tag("engine")
class TransliterationTest {

    private static NDManager manager;
    private static TransformerModel model;
    private static List<String> sourceVocabulary;
    private static List<String> targetVocabulary;
    private static JsonObject golden;

    @BeforeAll
    static void load() throws IOException {
        Path shared = Path.of(System.getProperty("attn4j.shared", "../../shared"));
        Path folder = shared.resolve("weights/aren-transliteration");
        Path expected = shared.resolve("goldens/weights/aren-transliteration.json");
        Assumptions.assumeTrue(
                Files.isDirectory(folder) && Files.exists(expected),
                "skipped: weights/aren-transliteration is not on this machine");
        manager = TestEngine.manager();
        TransformerConfig config = TinyModels.read(JsonFiles.read(folder.resolve("config.json")));
        model = new TransformerModel(config);
        try (TensorSource weights = TensorSource.open(folder)) {
            LoadReport report =
                    WeightLoader.load(
                            model,
                            manager,
                            weights,
                            TransformerWeights.table(config),
                            Strictness.STRICT,
                            new Shape(1, 1),
                            new Shape(1, 1));
            assertEquals(List.of(), report.missing());
            assertEquals(List.of(), report.unused());
        }
        model.freezeParameters(true);
        sourceVocabulary = Files.readAllLines(folder.resolve("source_vocabulary.txt"));
        targetVocabulary = Files.readAllLines(folder.resolve("target_vocabulary.txt"));
        golden = JsonParser.parseString(Files.readString(expected)).getAsJsonObject();
    }

    @AfterAll
    static void close() {
        if (manager != null) {
            manager.close();
        }
    }

    @Test
    void theModelHasItsPublishedSize() {
        long count =
                model.getParameters().values().stream()
                        .mapToLong(parameter -> parameter.getArray().size())
                        .sum();
        assertEquals(182_731, count);
    }

    @Test
    void publishedScoresAreReproduced() {
        JsonArray scoring = golden.getAsJsonObject("external").getAsJsonArray("scoring");
        List<int[]> sources = new ArrayList<>();
        List<int[]> targets = new ArrayList<>();
        for (JsonElement element : scoring) {
            sources.add(sourceIds(element.getAsJsonObject().get("source").getAsString()));
            targets.add(targetIds(element.getAsJsonObject().get("target").getAsString()));
        }
        List<Hypothesis> scored =
                new SequenceScorer(config(1, 1)).score(model, manager, sources, targets);
        for (int i = 0; i < scoring.size(); i++) {
            float[] expected =
                    floats(scoring.get(i).getAsJsonObject().getAsJsonArray("token_logprobs"));
            assertArrayEquals(expected, scored.get(i).tokenLogProbabilities(), 1e-5f);
        }
    }

    @Test
    void publishedGreedyTransliterationsAreReproduced() {
        for (JsonElement pair : golden.getAsJsonObject("external").getAsJsonArray("greedy")) {
            JsonArray texts = pair.getAsJsonArray();
            assertEquals(texts.get(1).getAsString(), greedy(texts.get(0).getAsString(), ""));
        }
    }

    @Test
    void publishedContinuationsOfAPrefixAreReproduced() {
        for (JsonElement triple : golden.getAsJsonObject("external").getAsJsonArray("prefix")) {
            JsonArray texts = triple.getAsJsonArray();
            assertEquals(
                    texts.get(2).getAsString(),
                    greedy(texts.get(0).getAsString(), texts.get(1).getAsString()));
        }
    }

    @Test
    void hiddenStatesLogitsAndScoresAreThoseOfTheReference() {
        for (JsonObject one : cases()) {
            int[] ids = sourceIds(one.get("source").getAsString());
            assertArrayEquals(ints(one.getAsJsonArray("source_ids")), ids);
            try (NDManager scratch = manager.newSubManager()) {
                NDArray source = scratch.create(longs(ids), new Shape(1, ids.length));
                ParameterStore parameters = new ParameterStore(scratch, false);
                NDArray encoded = model.encode(parameters, source, null, false);
                assertArrayEquals(
                        floats(one.getAsJsonArray("encoder_output_first_row")),
                        encoded.get("0, 0").toFloatArray(),
                        1e-5f);
                int[] input = ints(one.getAsJsonArray("decoder_input_ids"));
                NDArray inputs = scratch.create(longs(input), new Shape(1, input.length));
                NDArray logits = model.logits(source, inputs, null);
                assertArrayEquals(
                        floats(one.getAsJsonArray("logits_last_row")),
                        logits.get("0, -1").toFloatArray(),
                        5e-5f);
            }
            Hypothesis scored =
                    new SequenceScorer(config(1, 1))
                            .score(
                                    model,
                                    manager,
                                    List.of(ids),
                                    List.of(targetIds(one.get("target").getAsString())))
                            .get(0);
            assertArrayEquals(
                    floats(one.getAsJsonArray("token_logprobs")),
                    scored.tokenLogProbabilities(),
                    1e-5f);
        }
    }

    @Test
    void searchesFindWhatTheReferenceFinds() {
        List<JsonObject> cases = cases();
        List<int[]> sources =
                cases.stream().map(one -> sourceIds(one.get("source").getAsString())).toList();
        List<List<Hypothesis>> greedy =
                new GreedySearch(config(1, 1)).search(model, manager, sources);
        List<List<Hypothesis>> beams = new BeamSearch(config(4, 4)).search(model, manager, sources);
        for (int i = 0; i < cases.size(); i++) {
            assertEquals(cases.get(i).get("greedy").getAsString(), text(greedy.get(i).get(0)));
            JsonArray expected = cases.get(i).getAsJsonArray("beam4");
            assertEquals(expected.size(), beams.get(i).size());
            for (int rank = 0; rank < expected.size(); rank++) {
                JsonObject best = expected.get(rank).getAsJsonObject();
                Hypothesis found = beams.get(i).get(rank);
                assertEquals(best.get("text").getAsString(), text(found));
                assertEquals(best.get("sum_logprob").getAsDouble(), found.logProbability(), 2e-5);
                assertEquals(best.get("mean_logprob").getAsDouble(), found.score(), 1e-5);
            }
        }
    }

    private static List<JsonObject> cases() {
        JsonArray cases = golden.getAsJsonObject("own_reference").getAsJsonArray("cases");
        return StreamSupport.stream(cases.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static GenerationConfig config(int beams, int nBest) {
        TransformerConfig config = model.config();
        return GenerationConfig.DEFAULTS
                .withBeams(beams, nBest)
                .withEarlyStopping(EarlyStopping.ALWAYS)
                .withMaxLength(60)
                .withTokens(config.padId(), List.of(config.eosId()), config.decoderStartId());
    }

    private static String greedy(String source, String prefix) {
        return text(
                new GreedySearch(config(1, 1))
                        .search(
                                model,
                                manager,
                                List.of(sourceIds(source)),
                                List.of(targetIds(prefix)))
                        .get(0)
                        .get(0));
    }

    private static String text(Hypothesis hypothesis) {
        StringBuilder text = new StringBuilder();
        for (int id : hypothesis.ids()) {
            text.append(targetVocabulary.get(id));
        }
        return text.toString();
    }

    private static int[] sourceIds(String text) {
        return characters(text, sourceVocabulary);
    }

    private static int[] targetIds(String text) {
        return characters(text, targetVocabulary);
    }

    private static int[] characters(String text, List<String> vocabulary) {
        return text.codePoints()
                .map(c -> vocabulary.indexOf(Character.toString(c)))
                .peek(id -> assertEquals(true, id >= 0))
                .toArray();
    }

    private static long[] longs(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    private static int[] ints(JsonArray array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).getAsInt()).toArray();
    }

    private static float[] floats(JsonArray array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).getAsFloat();
        }
        return values;
    }
}
