package org.attn4j.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Application;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.modality.nlp.translator.ZeroShotClassificationInput;
import ai.djl.modality.nlp.translator.ZeroShotClassificationOutput;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import ai.djl.util.StringPair;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.Aggregation;
import org.attn4j.models.task.Answer;
import org.attn4j.models.task.Entity;
import org.attn4j.models.task.FillMask;
import org.attn4j.models.task.LabelScore;
import org.attn4j.models.task.MaskPrediction;
import org.attn4j.models.task.QuestionAnswerer;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskFixture;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextClassifier;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.task.TokenTagger;
import org.attn4j.models.task.ZeroShotClassifier;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published models through DJL: its types, its criteria, and what DJL Serving sends. */
@Tag("engine")
class PublishedCriteriaTest {

    private static final String TEXT = "My name is Sarah Connor and I live in London.";

    private static final Path TEXTS = Path.of("src/test/resources/goldens/generation/texts");

    @TempDir Path folder;

    @AfterEach
    void clear() {
        System.clearProperty(Attn4jZoo.FOLDER_PROPERTY);
    }

    private static TaskModel direct(Task task, String name) throws IOException {
        return TaskModel.load(
                task, TaskFixture.named(name), Pretrained.loader().optEngine(TestEngine.name()));
    }

    private static <I, O> Criteria.Builder<I, O> criteria(String name, Class<I> in, Class<O> out) {
        String model = TaskFixture.named(name).toString();
        return Attn4jCriteria.of(model, in, out).optEngine(TestEngine.name());
    }

    private static <I, O> List<O> predict(Criteria.Builder<I, O> criteria, List<I> inputs)
            throws Exception {
        try (ZooModel<I, O> model = criteria.build().loadModel();
                Predictor<I, O> predictor = model.newPredictor()) {
            List<O> together = predictor.batchPredict(inputs);
            assertEquals(inputs.size(), together.size());
            predictor.predict(inputs.get(0));
            return together;
        }
    }

    @Test
    void masksBecomeClassifications() throws Exception {
        List<String> texts = List.of("The old [MASK].", "New York is a [MASK] city.");
        List<Classifications> found =
                predict(
                        criteria("bert_fill_mask", String.class, Classifications.class)
                                .optArgument("topK", "3"),
                        texts);
        try (TaskModel model = direct(Task.FILL_MASK, "bert_fill_mask")) {
            for (int i = 0; i < texts.size(); i++) {
                List<MaskPrediction> best = new FillMask(model).fill(texts.get(i)).get(0);
                assertEquals(3, found.get(i).items().size());
                assertEquals(best.get(0).text(), found.get(i).best().getClassName());
                assertEquals(best.get(0).score(), found.get(i).best().getProbability(), 1e-6);
            }
        }
        Classifications[] masks =
                predict(
                                criteria("bert_fill_mask", String.class, Classifications[].class),
                                List.of("[MASK] and [MASK]"))
                        .get(0);
        assertEquals(2, masks.length);
        assertThrows(
                TranslateException.class,
                () ->
                        predict(
                                criteria("bert_fill_mask", String.class, Classifications.class),
                                List.of("[MASK] and [MASK]")));
    }

    @Test
    void textsAndPairsBecomeClassesAndScores() throws Exception {
        StringPair pair = new StringPair("The quick brown fox.", "Good morning, world!");
        try (TaskModel model = direct(Task.TEXT_CLASSIFICATION, "bert_classify")) {
            TextClassifier classifier = new TextClassifier(model);
            LabelScore best = classifier.classify(TEXT).get(0);
            Classifications found =
                    predict(
                                    criteria("bert_classify", String.class, Classifications.class)
                                            .optApplication(Application.NLP.SENTIMENT_ANALYSIS),
                                    List.of(TEXT, "other"))
                            .get(0);
            assertEquals(best.label(), found.best().getClassName());
            assertEquals(best.score(), found.best().getProbability(), 1e-6);
            LabelScore bestOfPair = classifier.classify(pair.getKey(), pair.getValue()).get(0);
            Classifications ofPair =
                    predict(
                                    criteria(
                                            "bert_classify",
                                            StringPair.class,
                                            Classifications.class),
                                    List.of(pair))
                            .get(0);
            assertEquals(bestOfPair.label(), ofPair.best().getClassName());
            float[] scores =
                    predict(
                                    criteria("bert_classify", StringPair.class, float[].class)
                                            .optArgument("function", "softmax"),
                                    List.of(pair))
                            .get(0);
            assertEquals(bestOfPair.score(), max(scores), 1e-6);
            ZeroShotClassificationOutput zero =
                    predict(
                                    criteria(
                                            "bert_classify",
                                            ZeroShotClassificationInput.class,
                                            ZeroShotClassificationOutput.class),
                                    List.of(
                                            new ZeroShotClassificationInput(
                                                    TEXT, new String[] {"city", "film"})))
                            .get(0);
            LabelScore chosen =
                    new ZeroShotClassifier(model).classify(TEXT, List.of("city", "film")).get(0);
            assertEquals(chosen.label(), zero.getLabels()[0]);
            assertEquals(chosen.score(), zero.getScores()[0], 1e-6);
        }
    }

    private static float max(float[] values) {
        float highest = values[0];
        for (float value : values) {
            highest = Math.max(highest, value);
        }
        return highest;
    }

    @Test
    void questionsBecomeAnswers() throws Exception {
        QAInput question = new QAInput("Where does Sarah live?", TEXT);
        try (TaskModel model = direct(Task.QUESTION_ANSWERING, "roberta_answer")) {
            Answer best =
                    new QuestionAnswerer(model)
                            .answer(question.getQuestion(), question.getParagraph());
            assertEquals(
                    List.of(best.text(), best.text()),
                    predict(
                            criteria("roberta_answer", QAInput.class, String.class),
                            List.of(question, question)));
            Answer[] three =
                    predict(
                                    criteria("roberta_answer", QAInput.class, Answer[].class)
                                            .optArgument("topK", 3),
                                    List.of(question))
                            .get(0);
            assertEquals(3, three.length);
            assertEquals(best, three[0]);
        }
    }

    @Test
    void tokensBecomeNamedEntities() throws Exception {
        NamedEntity[] found =
                predict(
                                criteria("bert_tag", String.class, NamedEntity[].class)
                                        .optArgument("aggregation_strategy", "first"),
                                List.of(TEXT, "other"))
                        .get(0);
        NamedEntity[] tokens =
                predict(criteria("bert_tag", String.class, NamedEntity[].class), List.of(TEXT))
                        .get(0);
        assertTrue(tokens[0].getIndex() > 0);
        try (TaskModel model = direct(Task.TOKEN_CLASSIFICATION, "bert_tag")) {
            List<Entity> expected =
                    new TokenTagger(model, Aggregation.FIRST, Set.of("O"), -1).tag(TEXT);
            assertEquals(expected.size(), found.length);
            for (int i = 0; i < found.length; i++) {
                assertEquals(expected.get(i).label(), found[i].getEntity());
                assertEquals(expected.get(i).word(), found[i].getWord());
                assertEquals(expected.get(i).start(), found[i].getStart());
                assertEquals(expected.get(i).score(), found[i].getScore(), 1e-6);
            }
        }
    }

    @Test
    void textsBecomeVectors() throws Exception {
        List<float[]> found =
                predict(
                        criteria("roberta_sentence", String.class, float[].class)
                                .optArgument("promptName", "passage"),
                        List.of(TEXT, "other"));
        try (TaskModel model = direct(Task.TEXT_EMBEDDING, "roberta_sentence")) {
            TextEmbedder embedder = new TextEmbedder(model).withPromptNamed("passage");
            assertArrayEquals(embedder.embed(TEXT), found.get(0), 1e-6f);
        }
        float[] ofHead =
                predict(
                                criteria("bert_fill_mask", String.class, float[].class)
                                        .optArgument("pooling", "cls")
                                        .optArgument("normalize", "true"),
                                List.of(TEXT))
                        .get(0);
        double square = 0;
        for (float value : ofHead) {
            square += value * value;
        }
        assertEquals(1, square, 1e-5);
    }

    private Path served(String name, String... more) throws IOException {
        return served(TaskFixture.named(name), more);
    }

    private Path served(Path model, String... more) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(model.getFileName()));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file,
                        copy.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        List<String> lines =
                new ArrayList<>(
                        List.of(
                                "engine=" + TestEngine.name(),
                                "blockFactory=org.attn4j.models.task.TaskBlockFactory",
                                "translatorFactory=org.attn4j.models.task.TaskTranslatorFactory",
                                "option.hasParameter=false"));
        lines.addAll(List.of(more));
        Files.write(copy.resolve("serving.properties"), lines);
        return copy;
    }

    private static JsonElement serve(Path model, String json) throws Exception {
        Criteria<Input, Output> criteria =
                Criteria.builder().setTypes(Input.class, Output.class).optModelPath(model).build();
        try (ZooModel<Input, Output> loaded = criteria.loadModel();
                Predictor<Input, Output> predictor = loaded.newPredictor()) {
            Input input = new Input();
            input.addProperty("Content-Type", "application/json");
            input.add(json);
            return JsonParser.parseString(predictor.predict(input).getData().getAsString());
        }
    }

    @Test
    void servingPropertiesAreAllThatServingNeeds() throws Exception {
        JsonElement filled = serve(served("bert_fill_mask"), "{\"inputs\": \"The old [MASK].\"}");
        assertEquals(5, filled.getAsJsonArray().size());
        assertTrue(
                filled.getAsJsonArray().get(0).getAsJsonObject().has("probability"),
                filled.toString());
        JsonElement classes =
                serve(served("bert_classify"), "{\"inputs\": [\"one text\", \"another\"]}");
        assertEquals(2, classes.getAsJsonArray().size());
        JsonElement entities =
                serve(
                        served("bert_tag", "aggregation_strategy=simple"),
                        "{\"inputs\": \"" + TEXT + "\"}");
        assertTrue(
                entities.getAsJsonArray().get(0).getAsJsonObject().has("entity"),
                entities.toString());
        JsonObject answer =
                serve(
                                served("bert_answer"),
                                "{\"question\": \"Who?\", \"paragraph\": \"" + TEXT + "\"}")
                        .getAsJsonObject();
        assertTrue(TEXT.contains(answer.get("answer").getAsString()), answer.toString());
        JsonElement vectors =
                serve(served("roberta_encoder", "task=text-embedding"), "{\"inputs\": \"a\"}");
        assertEquals(16, vectors.getAsJsonArray().size());
    }

    @Test
    void otherTasksOfAModelAreServedIfTheyAreNamed() throws Exception {
        JsonElement chosen =
                serve(
                        served("bert_classify", "task=zero-shot-classification"),
                        "{\"text\": \"" + TEXT + "\", \"candidate_labels\": [\"city\", \"film\"]}");
        assertEquals(2, chosen.getAsJsonObject().getAsJsonArray("labels").size());
        TranslateException e =
                assertThrows(
                        TranslateException.class,
                        () ->
                                serve(
                                        folder.resolve("bert_classify"),
                                        "{\"text\": \"" + TEXT + "\"}"));
        assertTrue(e.getMessage().contains("candidate_labels"), e.getMessage());
    }

    @Test
    void pairsAreRanked() throws Exception {
        JsonElement scores =
                serve(
                        served("roberta_one_label", "reranking=true"),
                        "{\"text\": \"one text\", \"text_pair\": \"another\"}");
        assertEquals(1, scores.getAsJsonArray().size());
    }

    /** What the reference writes for the prompts of a case, and its arguments. */
    private static JsonObject written(String name, String argument) throws IOException {
        String json = Files.readString(TEXTS.resolve(name).resolve("expected.json"));
        for (JsonElement it : JsonParser.parseString(json).getAsJsonArray()) {
            JsonObject arguments = it.getAsJsonObject().getAsJsonObject("arguments");
            if (arguments.has(argument) && !it.getAsJsonObject().has("task")) {
                return it.getAsJsonObject();
            }
        }
        throw new IllegalStateException("no case with " + argument);
    }

    @Test
    void textsAreGenerated() throws Exception {
        for (String name : List.of("gpt2_text", "bart_text")) {
            JsonObject it = written(name, "num_beams");
            List<String> prompts = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            it.getAsJsonArray("prompts").forEach(prompt -> prompts.add(prompt.getAsString()));
            it.getAsJsonArray("texts")
                    .forEach(text -> expected.add(text.getAsJsonArray().get(0).getAsString()));
            Criteria.Builder<String, String> criteria =
                    Attn4jCriteria.of(TEXTS.resolve(name).toString(), String.class, String.class)
                            .optEngine(TestEngine.name());
            List<String> properties = new ArrayList<>();
            it.getAsJsonObject("arguments")
                    .entrySet()
                    .forEach(
                            one -> {
                                criteria.optArgument(
                                        "generate." + one.getKey(), one.getValue().toString());
                                properties.add("generate." + one.getKey() + "=" + one.getValue());
                            });
            assertEquals(expected, predict(criteria, prompts));
            JsonObject asked = new JsonObject();
            asked.add("inputs", it.get("prompts"));
            asked.add("parameters", it.get("arguments"));
            JsonElement answers = serve(served(TEXTS.resolve(name)), asked.toString());
            asked.remove("parameters");
            Path with = served(TEXTS.resolve(name), properties.toArray(String[]::new));
            assertEquals(answers, serve(with, asked.toString()));
            for (int i = 0; i < expected.size(); i++) {
                JsonObject answer = answers.getAsJsonArray().get(i).getAsJsonObject();
                assertEquals(expected.get(i), answer.get("generated_text").getAsString());
            }
        }
    }

    @Test
    void unknownSettingsAreAllowedByAnArgument() throws Exception {
        Path refused = withUnknownSetting(served("bert_fill_mask"));
        String masked = "{\"inputs\": \"The old [MASK].\"}";
        assertThrows(Exception.class, () -> serve(refused, masked));
        Criteria.Builder<String, Classifications> criteria =
                Attn4jCriteria.of(refused.toString(), String.class, Classifications.class)
                        .optEngine(TestEngine.name())
                        .optArgument("allowUnknownSettings", true);
        assertEquals(1, predict(criteria, List.of("The old [MASK].")).size());
        Path allowed = withUnknownSetting(served("bert_classify", "allowUnknownSettings=true"));
        assertEquals(2, serve(allowed, "{\"inputs\": [\"a\", \"b\"]}").getAsJsonArray().size());
    }

    private static Path withUnknownSetting(Path model) throws IOException {
        Path file = model.resolve("config.json");
        JsonObject config = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        config.addProperty("new_trick", 1);
        Files.writeString(file, config.toString());
        return model;
    }

    @Test
    void nothingThatAFolderNamesIsRun() throws Exception {
        Path model = served("bert_tag");
        Files.writeString(
                model.resolve("serving.properties"),
                "blockFactory=no.such.Factory\ntranslatorFactory=no.such.Factory\n"
                        + "option.hasParameter=true\n");
        Criteria<String, NamedEntity[]> criteria =
                Attn4jCriteria.of(model.toString(), String.class, NamedEntity[].class)
                        .optEngine(TestEngine.name())
                        .build();
        try (ZooModel<String, NamedEntity[]> loaded = criteria.loadModel();
                Predictor<String, NamedEntity[]> predictor = loaded.newPredictor()) {
            assertTrue(predictor.predict(TEXT).length > 0);
        }
    }

    @Test
    void modelsOfTheZooAreFoundByNameAndApplication() throws Exception {
        served("bert_answer");
        served("bert_tag");
        System.setProperty(Attn4jZoo.FOLDER_PROPERTY, folder.toString());
        Criteria<QAInput, String> criteria =
                Criteria.builder()
                        .setTypes(QAInput.class, String.class)
                        .optApplication(Application.NLP.QUESTION_ANSWER)
                        .optGroupId(Attn4jZoo.GROUP_ID)
                        .optArtifactId("bert_answer")
                        .optEngine(TestEngine.name())
                        .build();
        try (ZooModel<QAInput, String> model = criteria.loadModel();
                Predictor<QAInput, String> predictor = model.newPredictor()) {
            String answer = predictor.predict(new QAInput("Who?", TEXT));
            assertTrue(TEXT.contains(answer), answer);
        }
    }

    @Test
    void wrongAddressesAndTypesAreRefused() {
        for (String url : List.of("attn4j://org", "attn4j://org/name/more", "attn4j:///")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Criteria.builder().optModelUrls(url),
                    url);
        }
        assertThrows(
                Exception.class,
                () -> predict(criteria("bert_tag", QAInput.class, String.class), List.of()));
        assertThrows(
                Exception.class,
                () -> predict(criteria("bert_tag", String.class, Integer.class), List.of("a")));
    }
}
