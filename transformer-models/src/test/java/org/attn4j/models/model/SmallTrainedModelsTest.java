package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small models that others trained, from text to text. */
@Tag("engine")
class SmallTrainedModelsTest {

    private static final Path SHARED = Path.of(System.getProperty("attn4j.shared", "../../shared"));
    private static final int LETTERS = 6;

    private static TextGenerator load(String name) throws IOException {
        Path folder = SHARED.resolve("weights").resolve(name);
        Assumptions.assumeTrue(Files.isDirectory(folder), "skipped: " + name + " is not there");
        return TextGenerator.load(folder, Pretrained.loader().optEngine(TestEngine.name()));
    }

    private static GenerationRequest tokens(int count) {
        return GenerationRequest.builder().opt("max_new_tokens", new JsonPrimitive(count)).build();
    }

    /** Six letters of three: all 729 texts there are. */
    @Test
    void aModelThatSortsIsNeverWrong() throws IOException {
        List<String> texts = new ArrayList<>();
        List<String> sorted = new ArrayList<>();
        for (int number = 0; number < Math.pow(3, LETTERS); number++) {
            String[] letters = new String[LETTERS];
            int rest = number;
            for (int i = 0; i < LETTERS; i++) {
                letters[i] = List.of("A", "B", "C").get(rest % 3);
                rest /= 3;
            }
            texts.add(String.join(" ", letters));
            Arrays.sort(letters);
            sorted.add(String.join(" ", letters));
        }
        try (TextGenerator generator = load("gpt-nano-sort")) {
            List<String> written =
                    generator.generate(texts, tokens(LETTERS)).stream()
                            .map(found -> found.get(0).text().strip())
                            .toList();
            assertEquals(sorted, written);
        }
    }

    @Test
    void aStoryIsToldAsItsAuthorsPrintedIt() throws IOException {
        try (TextGenerator generator = load("stories260K-whole")) {
            String story =
                    JsonFiles.read(SHARED.resolve("goldens/weights/stories260K.json"))
                            .getAsJsonObject("external")
                            .get("text_prefix")
                            .getAsString();
            String beginning = "Once upon a time";
            String told = beginning + generator.generate(beginning, tokens(256)).text();
            assertTrue(story.startsWith(beginning) && story.length() > 200, story);
            assertTrue(told.startsWith(story.strip()), told);
        }
    }
}
