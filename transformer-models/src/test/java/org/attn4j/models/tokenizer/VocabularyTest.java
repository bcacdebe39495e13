package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {

    private static final SpecialTokens SPECIAL =
            new SpecialTokens("<blank>", "<s>", "</s>", "<unk>");

    @TempDir Path directory;

    @Test
    void takesTheIdFromTheLineAndAppendsTheUnknown() throws IOException {
        Path file = directory.resolve("vocabulary.txt");
        Files.writeString(file, "<blank>\n<s>\r\n</s>\n \nb\na");
        Vocabulary vocabulary = Vocabulary.read(file, SPECIAL);
        assertEquals(
                List.of("<blank>", "<s>", "</s>", " ", "b", "a", "<unk>"), vocabulary.tokens());
        try (ModelTokenizer tokenizer = vocabulary.tokenizer(PreTokenizer.CHARACTERS).open()) {
            assertArrayEquals(new int[] {5, 4, 3, 6, 4}, tokenizer.ids("ab xb"));
            assertEquals("ab b", tokenizer.decode(new int[] {1, 5, 4, 3, 6, 4, 2, 0, 0}));
            assertEquals(
                    List.of(0, 1, 2, 6),
                    List.of(
                            tokenizer.padId().orElse(-1),
                            tokenizer.bosId().orElse(-1),
                            tokenizer.eosId().orElse(-1),
                            tokenizer.unkId().orElse(-1)));
        }
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path file = directory.resolve("vocabulary.txt");
        assertRefused(file, "there is no such file");
        Files.writeString(file, "");
        assertRefused(file, "is empty");
        Files.write(file, "<blank>\n<s>\n</s>\n\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(file, "is not UTF-8");
        Files.writeString(file, "<blank>\n<s>\n</s>\na\na\n");
        assertRefused(file, "got \"a\" as line 4 and line 5");
        Files.writeString(file, "<blank>\n<s>\na\n");
        assertRefused(file, "got none named </s>");
    }

    private static void assertRefused(Path file, String why) {
        IOException e = assertThrows(IOException.class, () -> Vocabulary.read(file, SPECIAL));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void agreesWithATrainedTransliterationModel() throws IOException {
        Path shared = Path.of(System.getProperty("attn4j.shared"));
        Path folder = shared.resolve("weights/aren-transliteration");
        Path golden = shared.resolve("goldens/weights/aren-transliteration.json");
        assumeTrue(Files.exists(folder), "skipped: " + folder + " is not there");
        JsonObject root = JsonParser.parseString(Files.readString(golden)).getAsJsonObject();
        JsonArray cases = root.getAsJsonObject("own_reference").getAsJsonArray("cases");
        assertTrue(cases.size() > 0);
        Vocabulary source = Vocabulary.read(folder.resolve("source_vocabulary.txt"), SPECIAL);
        try (ModelTokenizer tokenizer = source.tokenizer(PreTokenizer.CHARACTERS).open()) {
            assertEquals(51, tokenizer.vocabularySize());
            assertEquals(50, tokenizer.unkId().orElse(-1));
            for (JsonElement element : cases) {
                String text = element.getAsJsonObject().get("source").getAsString();
                JsonArray ids = element.getAsJsonObject().getAsJsonArray("source_ids");
                IntStream expected =
                        StreamSupport.stream(ids.spliterator(), false)
                                .mapToInt(JsonElement::getAsInt);
                assertArrayEquals(expected.toArray(), tokenizer.ids(text));
            }
        }
    }
}
