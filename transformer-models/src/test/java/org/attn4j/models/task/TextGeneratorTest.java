package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.models.generate.FinishReason;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.TokenListener;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Small models that were taught a few sentences, with what transformers 5.18 writes with them. */
@Tag("engine")
class TextGeneratorTest {

    private static final Path FOLDER = Path.of("src/test/resources/goldens/generation/texts");

    private static final Map<String, TextGenerator> GENERATORS = new HashMap<>();

    @BeforeAll
    static void load() throws IOException {
        for (String name :
                List.of(
                        "gpt2_text",
                        "llama_text",
                        "bart_text",
                        "t5_text",
                        "marian_text",
                        "mbart_text",
                        "mbart50_text")) {
            Pretrained.Loader loader = Pretrained.loader().optEngine(TestEngine.name());
            GENERATORS.put(name, TextGenerator.load(FOLDER.resolve(name), loader));
        }
    }

    @AfterAll
    static void close() {
        GENERATORS.values().forEach(TextGenerator::close);
    }

    @TestFactory
    Stream<DynamicTest> textsAreThoseOfTransformers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, TextGenerator> each : GENERATORS.entrySet()) {
            Path file = FOLDER.resolve(each.getKey()).resolve("expected.json");
            for (JsonElement it : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
                JsonObject one = it.getAsJsonObject();
                String name = each.getKey() + one.get("prompts") + one.get("arguments");
                tests.add(DynamicTest.dynamicTest(name, () -> check(each.getValue(), one)));
            }
        }
        return tests.stream();
    }

    private static void check(TextGenerator generator, JsonObject one) throws IOException {
        GenerationRequest.Builder request = GenerationRequest.builder();
        one.getAsJsonObject("arguments")
                .entrySet()
                .forEach(it -> request.opt(it.getKey(), it.getValue()));
        if (one.has("task")) {
            request.optTask(one.get("task").getAsString());
        }
        if (one.has("languages")) {
            request.optLanguages(
                    one.getAsJsonArray("languages").get(0).getAsString(),
                    one.getAsJsonArray("languages").get(1).getAsString());
        }
        List<String> prompts = new ArrayList<>();
        one.getAsJsonArray("prompts").forEach(prompt -> prompts.add(prompt.getAsString()));
        List<List<String>> found =
                generator.generate(prompts, request.build()).stream()
                        .map(texts -> texts.stream().map(GeneratedText::text).toList())
                        .toList();
        List<List<String>> expected = new ArrayList<>();
        for (JsonElement texts : one.getAsJsonArray("texts")) {
            List<String> row = new ArrayList<>();
            texts.getAsJsonArray().forEach(text -> row.add(text.getAsString()));
            expected.add(row);
        }
        assertEquals(expected, found);
    }

    @Test
    void piecesOfAStreamAreTheText() throws IOException {
        for (String name : List.of("gpt2_text", "llama_text", "bart_text")) {
            TextGenerator generator = GENERATORS.get(name);
            List<String> prompts =
                    List.of("The cat", "naïve Zoë ate 東京", "It's a fine day: we'll", "Numbers");
            Map<Integer, List<String>> pieces = new HashMap<>();
            Map<Integer, String> ended = new HashMap<>();
            TextListener listener =
                    new TextListener() {
                        @Override
                        public void onText(int input, int sequence, String piece) {
                            pieces.computeIfAbsent(input, key -> new ArrayList<>()).add(piece);
                        }

                        @Override
                        public void onEnd(int input, int sequence, GeneratedText text) {
                            ended.put(input, text.text());
                        }
                    };
            GenerationRequest request =
                    GenerationRequest.builder().optMaxNewTokens(40).optListener(listener).build();
            List<List<GeneratedText>> found = generator.generate(prompts, request);
            for (int i = 0; i < prompts.size(); i++) {
                assertEquals(found.get(i).get(0).text(), String.join("", pieces.get(i)));
                assertEquals(found.get(i).get(0).text(), ended.get(i));
                assertTrue(pieces.get(i).size() > 3, pieces.toString());
                boolean unfinished = found.get(i).get(0).text().contains("\uFFFD");
                assertTrue(
                        unfinished
                                || pieces.get(i).stream().noneMatch(it -> it.contains("\uFFFD")));
            }
        }
    }

    @Test
    void aSeedRepeatsWhatIsDrawn() throws IOException {
        TextGenerator generator = GENERATORS.get("gpt2_text");
        List<List<GeneratedText>> first = generator.generate(List.of("The", "A"), drawn(5));
        assertEquals(texts(first), texts(generator.generate(List.of("The", "A"), drawn(5))));
        assertNotEquals(texts(first), texts(generator.generate(List.of("The", "A"), drawn(6))));
        assertEquals(3, first.get(0).size());
        assertTrue(first.get(0).stream().map(GeneratedText::text).distinct().count() > 1);
    }

    private static GenerationRequest drawn(long seed) {
        return GenerationRequest.builder()
                .optSampling(seed)
                .opt("temperature", 2.5)
                .opt("top_k", 0)
                .opt("num_return_sequences", 3)
                .optMaxNewTokens(12)
                .build();
    }

    private static List<String> texts(List<List<GeneratedText>> found) {
        return found.stream().flatMap(List::stream).map(GeneratedText::text).toList();
    }

    @Test
    void onlyAllowedTokensFollow() throws IOException {
        TextGenerator generator = GENERATORS.get("gpt2_text");
        int cat = (int) generator.tokenizer().encode(" cat").ids()[0];
        int dog = (int) generator.tokenizer().encode(" d").ids()[0];
        GenerationRequest request =
                GenerationRequest.builder()
                        .optMaxNewTokens(6)
                        .optAllowedTokens(
                                (input, ids) -> new int[] {ids.length % 2 == 0 ? cat : dog})
                        .build();
        Hypothesis found = generator.generate("The", request).hypothesis();
        assertTrue(IntStream.of(found.ids()).allMatch(id -> id == cat || id == dog));
        assertEquals(6, found.ids().length);
        assertEquals(FinishReason.LENGTH, found.reason());
    }

    @Test
    void processorsOfTheCallerAreApplied() throws IOException {
        GenerationRequest request =
                GenerationRequest.builder()
                        .optMaxNewTokens(3)
                        .addProcessor((ids, scores) -> scores[7] = 1e6f)
                        .build();
        Hypothesis found = GENERATORS.get("gpt2_text").generate("The cat", request).hypothesis();
        assertEquals("[7, 7, 7]", java.util.Arrays.toString(found.ids()));
    }

    @Test
    void aBatchGivesWhatEachPromptGivesAlone() throws IOException {
        TextGenerator generator = GENERATORS.get("gpt2_text");
        List<String> prompts = List.of("The cat sat on", "A", "Where is the little bird? It");
        GenerationRequest request =
                GenerationRequest.builder()
                        .optMaxNewTokens(15)
                        .opt("repetition_penalty", 1.4)
                        .build();
        List<String> alone = new ArrayList<>();
        for (String prompt : prompts) {
            alone.add(generator.generate(prompt, request).text());
        }
        assertEquals(alone, texts(generator.generate(prompts, request)));
    }

    @Test
    void targetsBeginAsTheyAreTold() throws IOException {
        for (String name : List.of("marian_text", "mbart50_text", "bart_text")) {
            TextGenerator generator = GENERATORS.get(name);
            StringBuilder streamed = new StringBuilder();
            GenerationRequest.Builder request =
                    GenerationRequest.builder()
                            .optTargetPrefix("un b")
                            .optBeams(1)
                            .optMaxNewTokens(20)
                            .optListener((input, sequence, piece) -> streamed.append(piece));
            if (name.startsWith("mbart50")) {
                request.optLanguages("en_XX", "fr_XX");
            }
            String text = generator.generate("Where is the little dog?", request.build()).text();
            assertTrue(text.strip().startsWith("un b") && text.length() > 5, text);
            assertEquals(text, streamed.toString());
        }
    }

    @Test
    void tokensAndTheirScoresAreToldAsTheyAreChosen() throws IOException {
        List<Integer> tokens = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        TokenListener listener =
                new TokenListener() {
                    @Override
                    public void onToken(int input, int sequence, int token, float log) {
                        tokens.add(token);
                    }

                    @Override
                    public void onScores(int input, int sequence, float[] row) {
                        float best = row[0];
                        for (float score : row) {
                            best = Math.max(best, score);
                        }
                        scores.add(best);
                        assertEquals(Float.NEGATIVE_INFINITY, row[9]);
                    }
                };
        GenerationRequest request =
                GenerationRequest.builder()
                        .optTokenListener(listener)
                        .optMaxNewTokens(6)
                        .opt("suppress_tokens", List.of(9))
                        .build();
        Hypothesis found = GENERATORS.get("gpt2_text").generate("The cat", request).hypothesis();
        assertEquals(IntStream.of(found.ids()).boxed().toList(), tokens);
        for (int i = 0; i < 6; i++) {
            assertEquals(found.tokenLogProbabilities()[i], scores.get(i), 1e-6f);
        }
    }

    @Test
    void aStaticCacheChangesNothing() throws IOException {
        List<String> prompts = List.of("The cat sat on the", "Where", "naïve Zoë ate 東京");
        for (String name : List.of("gpt2_text", "llama_text", "bart_text")) {
            TextGenerator generator = GENERATORS.get(name);
            for (int beams : new int[] {1, 3}) {
                GenerationRequest.Builder request =
                        GenerationRequest.builder().optBeams(beams).optMaxNewTokens(14);
                List<String> growing = texts(generator.generate(prompts, request.build()));
                request.opt("cache_implementation", "static");
                assertEquals(growing, texts(generator.generate(prompts, request.build())));
            }
        }
    }

    @Test
    void timeEndsATextAfterItsFirstToken() throws IOException {
        GenerationRequest request =
                GenerationRequest.builder().opt("max_time", 0).optMaxNewTokens(20).build();
        Hypothesis found = GENERATORS.get("gpt2_text").generate("The", request).hypothesis();
        assertEquals(1, found.ids().length);
        assertEquals(FinishReason.STOP, found.reason());
    }

    @Test
    void whatCannotBeDoneIsRefusedByName() {
        Map<String, GenerationRequest> requests =
                Map.of(
                        "penalty_alpha",
                        GenerationRequest.builder().opt("penalty_alpha", 0.6).build(),
                        "num_beam_groups",
                        GenerationRequest.builder().opt("num_beam_groups", 2).build(),
                        "stop_strings must not be empty",
                        GenerationRequest.builder().optStop(List.of("")).build(),
                        "temperature must be",
                        GenerationRequest.builder().optSampling(1).opt("temperature", 0).build(),
                        "tells of no languages",
                        GenerationRequest.builder().optLanguages("en", "fr").build(),
                        "one beam only",
                        GenerationRequest.builder()
                                .optBeams(2)
                                .optListener((input, sequence, piece) -> {})
                                .build());
        requests.forEach(
                (words, request) -> {
                    String message =
                            assertThrows(
                                            IllegalArgumentException.class,
                                            () ->
                                                    GENERATORS
                                                            .get("gpt2_text")
                                                            .generate("The", request))
                                    .getMessage();
                    assertTrue(message.contains(words), message);
                });
    }

    @Test
    void aTextThatIsRefusedKeepsNoOtherBack() throws IOException {
        TextGenerator generator = GENERATORS.get("gpt2_text");
        GenerationRequest request = GenerationRequest.builder().opt("max_length", 20).build();
        String tooLong = "old ".repeat(15);
        List<List<GeneratedText>> found =
                generator.generate(List.of("The cat", tooLong, "A"), request);
        assertEquals(generator.generate("The cat", request).text(), found.get(0).get(0).text());
        assertEquals(generator.generate("A", request).text(), found.get(2).get(0).text());
        GeneratedText refused = found.get(1).get(0);
        assertEquals("", refused.text());
        assertEquals(FinishReason.REFUSED, refused.hypothesis().reason());
        assertTrue(refused.reading().problem().contains("max_length=20"));
        assertThrows(IllegalArgumentException.class, () -> generator.generate(tooLong, request));

        TextGenerator marian = GENERATORS.get("marian_text"); // positions for 64 tokens
        String sentence = "The old doctor eats the red apple. ";
        GenerationRequest cut = GenerationRequest.builder().optTruncate(true).build();
        assertTrue(
                marian.generate(List.of(sentence.repeat(8)), GenerationRequest.DEFAULT)
                        .get(0)
                        .get(0)
                        .reading()
                        .refused());
        assertEquals(64, marian.generate(sentence.repeat(8), cut).reading().read());
        assertTrue(!marian.generate(sentence, cut).reading().cut());
    }

    @Test
    void noTextsGiveNothing() throws IOException {
        assertEquals(
                Collections.emptyList(),
                GENERATORS.get("gpt2_text").generate(List.of(), GenerationRequest.DEFAULT));
    }
}
