package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.tokenizer.TextPair;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every task gives what the pipelines of the reference give. */
@Tag("engine")
class TaskGoldenTest {

    private static final double TOLERANCE = 2e-5;

    @TestFactory
    Stream<DynamicTest> everyTaskIsDoneAsThePipelineDoesIt() throws IOException {
        return TaskFixture.all().stream()
                .map(folder -> DynamicTest.dynamicTest(name(folder), () -> check(folder)));
    }

    private static String name(Path folder) {
        return folder.getFileName().toString();
    }

    private static void check(Path folder) throws IOException {
        List<JsonObject> cases = TaskFixture.cases(folder);
        try (TaskModel model = TaskFixture.load(task(cases.get(0)), folder)) {
            for (JsonObject it : cases) {
                String what = name(folder) + " " + it.get("options") + " " + it.get("text");
                switch (it.get("task").getAsString()) {
                    case "fill-mask" -> fillMask(model, it, what);
                    case "classify" -> classify(model, it, what);
                    case "zero-shot" -> zeroShot(model, it, what);
                    case "pairs" -> pairs(model, it, what);
                    case "answer" -> answer(model, it, what);
                    case "tag" -> tag(model, it, what);
                    default -> embed(model, it, what);
                }
            }
        }
    }

    private static Task task(JsonObject it) {
        return switch (it.get("task").getAsString()) {
            case "fill-mask" -> Task.FILL_MASK;
            case "classify", "zero-shot", "pairs" -> Task.TEXT_CLASSIFICATION;
            case "answer" -> Task.QUESTION_ANSWERING;
            case "tag" -> Task.TOKEN_CLASSIFICATION;
            default -> Task.TEXT_EMBEDDING;
        };
    }

    private static List<String> texts(JsonElement array) {
        List<String> texts = new ArrayList<>();
        array.getAsJsonArray().forEach(text -> texts.add(text.getAsString()));
        return texts;
    }

    private static int integer(JsonObject options, String key, int otherwise) {
        return options.has(key) ? options.get(key).getAsInt() : otherwise;
    }

    private static boolean flag(JsonObject options, String key, boolean otherwise) {
        return options.has(key) ? options.get(key).getAsBoolean() : otherwise;
    }

    private static void fillMask(TaskModel model, JsonObject it, String what) {
        JsonObject options = it.getAsJsonObject("options");
        List<String> targets = options.has("targets") ? texts(options.get("targets")) : List.of();
        FillMask filler = new FillMask(model, integer(options, "top_k", 5), targets);
        List<List<MaskPrediction>> found = filler.fill(it.get("text").getAsString());
        JsonArray expected = it.getAsJsonArray("results");
        if (!expected.get(0).isJsonArray()) {
            JsonArray one = new JsonArray();
            one.add(expected);
            expected = one;
        }
        assertEquals(expected.size(), found.size(), what);
        for (int mask = 0; mask < found.size(); mask++) {
            JsonArray wanted = expected.get(mask).getAsJsonArray();
            assertEquals(wanted.size(), found.get(mask).size(), what);
            for (int i = 0; i < wanted.size(); i++) {
                JsonObject best = wanted.get(i).getAsJsonObject();
                MaskPrediction actual = found.get(mask).get(i);
                assertEquals(best.get("token").getAsLong(), actual.token(), what);
                assertEquals(best.get("token_str").getAsString(), actual.text(), what);
                assertEquals(best.get("sequence").getAsString(), actual.sequence(), what);
                assertEquals(best.get("score").getAsDouble(), actual.score(), TOLERANCE, what);
            }
        }
    }

    private static void classify(TaskModel model, JsonObject it, String what) {
        JsonObject options = it.getAsJsonObject("options");
        ScoreFunction function =
                options.has("function_to_apply")
                        ? ScoreFunction.of(options.get("function_to_apply").getAsString())
                        : null;
        TextClassifier classifier =
                new TextClassifier(model, function, flag(options, "truncation", false));
        String pair = it.has("pair") ? it.get("pair").getAsString() : null;
        List<LabelScore> found =
                classifier
                        .classify(List.of(new TextPair(it.get("text").getAsString(), pair)))
                        .get(0);
        JsonArray expected = it.getAsJsonArray("results");
        assertEquals(integer(options, "top_k", model.labels().size()), expected.size(), what);
        for (int i = 0; i < expected.size(); i++) {
            JsonObject best = expected.get(i).getAsJsonObject();
            assertEquals(best.get("label").getAsString(), found.get(i).label(), what);
            assertEquals(best.get("score").getAsDouble(), found.get(i).score(), TOLERANCE, what);
        }
    }

    private static void zeroShot(TaskModel model, JsonObject it, String what) {
        JsonObject options = it.getAsJsonObject("options");
        String template =
                options.has("hypothesis_template")
                        ? options.get("hypothesis_template").getAsString()
                        : ZeroShotClassifier.TEMPLATE;
        List<LabelScore> found =
                new ZeroShotClassifier(model)
                        .classify(
                                it.get("text").getAsString(),
                                texts(options.get("candidate_labels")),
                                template,
                                flag(options, "multi_label", false));
        JsonObject expected = it.getAsJsonObject("results");
        assertEquals(
                texts(expected.get("labels")),
                found.stream().map(LabelScore::label).toList(),
                what);
        for (int i = 0; i < found.size(); i++) {
            double score = expected.getAsJsonArray("scores").get(i).getAsDouble();
            assertEquals(score, found.get(i).score(), TOLERANCE, what);
        }
    }

    private static void pairs(TaskModel model, JsonObject it, String what) {
        List<TextPair> pairs = new ArrayList<>();
        for (JsonElement pair : it.getAsJsonArray("pairs")) {
            List<String> two = texts(pair);
            pairs.add(new TextPair(two.get(0), two.get(1)));
        }
        List<double[]> found = TextClassifier.crossEncoder(model).scores(pairs);
        for (int i = 0; i < pairs.size(); i++) {
            float[] expected = floats(it.getAsJsonArray("results").get(i));
            assertEquals(expected.length, found.get(i).length, what);
            for (int c = 0; c < expected.length; c++) {
                assertEquals(expected[c], found.get(i)[c], TOLERANCE, what + i);
            }
        }
    }

    private static void answer(TaskModel model, JsonObject it, String what) {
        JsonObject given = it.getAsJsonObject("options");
        AnswerOptions options =
                AnswerOptions.DEFAULT
                        .withTopK(integer(given, "top_k", 1))
                        .withMaxAnswerTokens(integer(given, "max_answer_len", 15))
                        .withParts(
                                integer(given, "max_seq_len", 0), integer(given, "doc_stride", -1))
                        .withImpossible(flag(given, "handle_impossible_answer", false))
                        .withWholeWords(flag(given, "align_to_words", true));
        List<Answer> found =
                new QuestionAnswerer(model)
                        .answer(
                                it.get("question").getAsString(),
                                it.get("context").getAsString(),
                                options);
        JsonArray expected = it.getAsJsonArray("results");
        assertEquals(expected.size(), found.size(), what);
        for (int i = 0; i < expected.size(); i++) {
            JsonObject best = expected.get(i).getAsJsonObject();
            Answer actual = found.get(i);
            assertEquals(best.get("answer").getAsString(), actual.text(), what);
            assertEquals(best.get("start").getAsInt(), actual.start(), what);
            assertEquals(best.get("end").getAsInt(), actual.end(), what);
            assertEquals(best.get("score").getAsDouble(), actual.score(), TOLERANCE, what);
        }
    }

    private static void tag(TaskModel model, JsonObject it, String what) {
        JsonObject options = it.getAsJsonObject("options");
        Aggregation aggregation = Aggregation.of(options.get("aggregation_strategy").getAsString());
        TokenTagger tagger =
                new TokenTagger(
                        model,
                        aggregation,
                        new LinkedHashSet<>(texts(options.get("ignore_labels"))),
                        integer(options, "stride", -1));
        List<Entity> found = tagger.tag(it.get("text").getAsString());
        JsonArray expected = it.getAsJsonArray("results");
        assertEquals(expected.size(), found.size(), what + found);
        for (int i = 0; i < expected.size(); i++) {
            JsonObject best = expected.get(i).getAsJsonObject();
            Entity actual = found.get(i);
            String label = aggregation == Aggregation.NONE ? "entity" : "entity_group";
            assertEquals(best.get(label).getAsString(), actual.label(), what);
            assertEquals(best.get("word").getAsString(), actual.word(), what);
            assertEquals(best.get("start").getAsInt(), actual.start(), what);
            assertEquals(best.get("end").getAsInt(), actual.end(), what);
            assertEquals(integer(best, "index", -1), actual.index(), what);
            assertEquals(best.get("score").getAsDouble(), actual.score(), TOLERANCE, what);
        }
    }

    private static void embed(TaskModel model, JsonObject it, String what) throws IOException {
        JsonObject options = it.getAsJsonObject("options");
        TextEmbedder embedder = new TextEmbedder(model);
        if (options.has("prompt_name")) {
            embedder = embedder.withPromptNamed(options.get("prompt_name").getAsString());
        } else if (options.has("prompt")) {
            embedder = embedder.withPrompt(options.get("prompt").getAsString());
        }
        List<float[]> found = embedder.embed(texts(it.get("texts")));
        JsonArray expected = it.getAsJsonArray("results");
        JsonArray similarity = it.getAsJsonArray("similarity");
        assertEquals(expected.size(), found.size(), what);
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(floats(expected.get(i)), found.get(i), (float) TOLERANCE, what + i);
            float[] row = floats(similarity.get(i));
            for (int j = 0; j < found.size(); j++) {
                double alike = embedder.similarity().of(found.get(i), found.get(j));
                assertEquals(row[j], alike, TOLERANCE, what);
            }
        }
    }

    private static float[] floats(JsonElement array) {
        float[] values = new float[array.getAsJsonArray().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.getAsJsonArray().get(i).getAsFloat();
        }
        return values;
    }
}
