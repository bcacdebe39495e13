package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NativeGuardTest {

    private static final Path HOSTILE = Path.of("src/test/resources/hostile-tokenizers");

    /** The expression of Llama 3. */
    private static final String LLAMA =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    @TempDir Path folder;

    static List<Path> hostileFiles() throws IOException {
        try (Stream<Path> files = Files.list(HOSTILE)) {
            return files.sorted().toList();
        }
    }

    /**
     * With some text, each ends the process, or keeps it busy without end, where the library is
     * given it. What a file must be refused for stands in it.
     */
    @ParameterizedTest
    @MethodSource("hostileFiles")
    void refusesByName(Path file) throws IOException {
        JsonObject root = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        String why = root.remove("refused").getAsString();
        Files.writeString(folder.resolve("tokenizer.json"), root.toString());

        IOException model = assertThrows(IOException.class, () -> ModelTokenizer.load(folder));
        IOException text =
                assertThrows(
                        IOException.class,
                        () ->
                                ModelTokenizer.trained(
                                        folder.resolve("tokenizer.json"), null, false));

        for (IOException e : List.of(model, text)) {
            assertTrue(e.getMessage().contains(why), e.getMessage());
            assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
        }
    }

    private static JsonObject split(String expression) {
        JsonObject split =
                JsonParts.part(
                        "Split",
                        "pattern",
                        JsonParts.object("Regex", expression),
                        "behavior",
                        "Isolated",
                        "invert",
                        false);
        JsonObject bytes =
                JsonParts.part(
                        "ByteLevel",
                        "add_prefix_space",
                        false,
                        "trim_offsets",
                        true,
                        "use_regex",
                        false);
        JsonObject vocabulary = new JsonObject();
        for (int c = 0x21; c < 0x180; c++) {
            vocabulary.addProperty(Character.toString(c), vocabulary.size());
        }
        return JsonParts.tokenizer(
                null,
                JsonParts.part("Sequence", "pretokenizers", JsonParts.list(split, bytes)),
                bytes.deepCopy(),
                JsonParts.part("BPE", "vocab", vocabulary, "merges", JsonParts.list()));
    }

    @Test
    void refusesATextThatNoLimitAllows() throws IOException {
        try (Segmenter segmenter = LibrarySegmenter.open(split(LLAMA), "a tokenizer")) {
            TextPair spaces = TextPair.of(" ".repeat(11_000_000) + "a");

            IllegalStateException e =
                    assertThrows(
                            IllegalStateException.class, () -> segmenter.segment(spaces, false));

            assertEquals(
                    "the tokenizer failed on a text: it must have at most 4194304 characters"
                            + " between places where it can be cut safely, got 11000001; divide it"
                            + " into several texts",
                    e.getMessage());
        }
    }

    /** The limits are far from what the library can take, so the text is short for a test. */
    @Test
    void takesLongRunsWherePublishedExpressionsDo() throws IOException {
        try (Segmenter segmenter = LibrarySegmenter.open(split(LLAMA), "a tokenizer")) {
            TokenizedText text = segmenter.segment(TextPair.of(" ".repeat(50_000) + "a"), false);

            assertEquals(50_001, text.length());
            assertArrayEquals(new int[] {50_000, 50_001}, text.offsets()[50_000]);
        }
    }

    @Test
    void givesSlowExpressionsShortTexts() throws IOException {
        try (Segmenter segmenter = LibrarySegmenter.open(split("\\s+x|."), "a tokenizer")) {
            assertEquals(10_000, segmenter.segment(spaces(10_000), false).length());
            assertThrows(
                    IllegalStateException.class, () -> segmenter.segment(spaces(200_000), false));
        }
    }

    private static TextPair spaces(int n) {
        return TextPair.of(" ".repeat(n));
    }

    @Test
    void boundsWhatTokensAreJoinedTo() throws IOException {
        JsonObject root = split(LLAMA);
        JsonObject replace =
                JsonParts.part(
                        "Replace",
                        "pattern",
                        JsonParts.object("String", "a"),
                        "content",
                        "b".repeat(1000));
        root.add("decoder", replace);
        try (Segmenter segmenter = LibrarySegmenter.open(root, "a tokenizer")) {
            int a = segmenter.idOf("a");
            assertEquals(1000, segmenter.join(new long[] {a}, false).length());
            assertThrows(
                    IllegalStateException.class, () -> segmenter.join(repeated(a, 10_000), false));
        }
    }

    private static long[] repeated(long id, int times) {
        return Stream.generate(() -> id).limit(times).mapToLong(Long::longValue).toArray();
    }
}
