package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class TaggedWordsTest {

    /** transformers' pipeline on the same text, its classes of the tokens that begin words. */
    @ParameterizedTest
    @ValueSource(strings = {"bert_tag", "roberta_tag", "xlm_roberta_tag"})
    void aWordHasTheClassThatTransformersGivesItsFirstToken(String fixture) throws IOException {
        JsonObject golden = ofAllTokens(fixture);
        String text = golden.get("text").getAsString();
        List<String> words = List.of(text.split(" "));
        List<String> expected = new ArrayList<>();
        int start = 0;
        for (String word : words) {
            expected.add(classAt(golden, start, start + word.length()));
            start += word.length() + 1;
        }
        try (TaskModel model = TaskFixture.load(Task.TOKEN_CLASSIFICATION, fixture)) {
            TokenTagger tagger = new TokenTagger(model);
            assertEquals(List.of(expected, expected), tagger.tagWords(List.of(words, words)));
        }
    }

    private static JsonObject ofAllTokens(String fixture) throws IOException {
        return TaskFixture.cases(TaskFixture.named(fixture)).stream()
                .filter(it -> it.get("text").getAsString().startsWith("My name is Sarah"))
                .filter(
                        it ->
                                it.getAsJsonObject("options").has("ignore_labels")
                                        && it.getAsJsonObject("options")
                                                .getAsJsonArray("ignore_labels")
                                                .isEmpty()
                                        && it.getAsJsonObject("options")
                                                .get("aggregation_strategy")
                                                .getAsString()
                                                .equals("none"))
                .findFirst()
                .orElseThrow();
    }

    private static String classAt(JsonObject golden, int from, int to) {
        for (JsonElement each : golden.getAsJsonArray("results")) {
            JsonObject token = each.getAsJsonObject();
            if (token.get("end").getAsInt() > from && token.get("start").getAsInt() < to) {
                return token.get("entity").getAsString();
            }
        }
        return null;
    }

    @Test
    void aWordBehindTheLimitOrWithoutATokenHasNoClass() throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TOKEN_CLASSIFICATION, "bert_tag")) {
            List<String> words = new ArrayList<>(Collections.nCopies(model.limit() + 5, "river"));
            words.set(1, "\u200e"); // a mark of direction, which BERT's normalizer drops
            List<String> tags = new TokenTagger(model).tagWords(List.of(words)).get(0);
            assertEquals(words.size(), tags.size());
            assertNull(tags.get(1));
            assertEquals(tags.get(0) != null, tags.get(2) != null);
            assertNull(tags.get(words.size() - 1));
        }
    }
}
