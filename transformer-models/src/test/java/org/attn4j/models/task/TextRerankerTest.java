package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;

class TextRerankerTest {

    private static TextReranker load(String name) throws IOException {
        return TextReranker.load(
                TaskFixture.named(name), Pretrained.loader().optEngine(TestEngine.name()));
    }

    @Test
    void scoresAreThoseOfSentenceTransformers() throws IOException {
        JsonObject expected = TaskFixture.cases(TaskFixture.named("bert_cross_encoder")).get(0);
        JsonArray pairs = expected.getAsJsonArray("pairs");
        JsonArray results = expected.getAsJsonArray("results");
        String query = pairs.get(0).getAsJsonArray().get(0).getAsString();
        List<String> texts =
                List.of(
                        pairs.get(0).getAsJsonArray().get(1).getAsString(),
                        pairs.get(1).getAsJsonArray().get(1).getAsString());
        try (TextReranker reranker = load("bert_cross_encoder")) {
            float[] scores = reranker.score(query, texts);
            assertArrayEquals(
                    new float[] {
                        results.get(0).getAsJsonArray().get(0).getAsFloat(),
                        results.get(1).getAsJsonArray().get(0).getAsFloat()
                    },
                    scores,
                    1e-5f);
            assertEquals(0, reranker.score(query, List.of()).length);
        }
    }

    @Test
    void aClassifierOfSeveralClassesIsRefused() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> load("bert_classify"));
        assertEquals(
                "a reranker has a single output (num_labels=1), got a classifier of 3 classes",
                refused.getMessage());
    }
}
