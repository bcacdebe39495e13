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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextSlicesTest {

    private static final int SLICE = 300;

    static List<Path> tokenizers() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources/goldens"))) {
            return files.filter(file -> file.endsWith("tokenizer.json")).sorted().toList();
        }
    }

    private static String text(long seed) {
        List<String> words =
                List.of(
                        "the",
                        "cat",
                        "isn't",
                        "Sat",
                        "\n\n",
                        "  ",
                        "on",
                        "a",
                        "mat.",
                        "caf\u00e9",
                        "12",
                        "\u4e2d\u6587",
                        "<mask>",
                        "[MASK]",
                        "</s>",
                        "b",
                        "\ud83d\ude00");
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        while (text.length() < 4 * SLICE) {
            text.append(words.get(random.nextInt(words.size()))).append(' ');
        }
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void slicesHaveTheTokensOfTheWhole(Path file) throws IOException {
        JsonObject root = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        try (LibrarySegmenter whole = LibrarySegmenter.open(root.deepCopy(), "a tokenizer");
                LibrarySegmenter sliced = LibrarySegmenter.open(root, "a tokenizer", SLICE)) {
            for (long seed = 0; seed < 4; seed++) {
                TextPair text = new TextPair(text(seed), seed % 2 == 0 ? null : text(seed + 9));
                TextSlices slices = TextSlices.of(root, SLICE);
                assertTrue(slices.begins(text.text()).length > 3);
                assertSame(whole.segment(text, seed > 1), sliced.segment(text, seed > 1));
            }
        }
    }

    private static void assertSame(TokenizedText expected, TokenizedText text) {
        assertArrayEquals(expected.ids(), text.ids());
        assertArrayEquals(expected.tokens(), text.tokens());
        assertArrayEquals(expected.typeIds(), text.typeIds());
        assertArrayEquals(expected.attentionMask(), text.attentionMask());
        assertArrayEquals(expected.special(), text.special());
        assertEquals(Arrays.deepToString(expected.offsets()), Arrays.deepToString(text.offsets()));
        assertArrayEquals(expected.wordIds(), text.wordIds());
        assertArrayEquals(expected.sequenceIds(), text.sequenceIds());
    }

    private static TextSlices slices(String normalizer, String words, String token) {
        JsonObject root =
                JsonParts.tokenizer(
                        JsonParser.parseString(normalizer),
                        JsonParser.parseString(words),
                        null,
                        JsonParts.part("WordLevel", "vocab", JsonParts.object("a", 0)));
        SpecialToken added = new SpecialToken(token, false, false, true, false, false);
        root.getAsJsonArray("added_tokens").add(added.toJson(1));
        return TextSlices.of(root, SLICE);
    }

    @Test
    void cutsOnlyWhereNothingReachesOver() {
        String text = "ab cd ".repeat(SLICE);
        String bert = "{'type': 'BertPreTokenizer'}";
        assertTrue(slices("null", bert, "<s>").begins(text).length > 1);
        String quotes = "{'type': 'Replace', 'pattern': {'String': '``'}, 'content': 'q'}";
        assertTrue(slices(quotes, bert, "<s>").begins(text).length > 1);
        String spaces = "{'type': 'Replace', 'pattern': {'Regex': ' {2,}'}, 'content': 'q'}";
        assertTrue(slices(spaces, bert, "<s>").begins(text).length > 1);

        assertRefused(slices("null", "null", "<s>"), text);
        assertRefused(slices("null", "{'type': 'UnicodeScripts'}", "<s>"), text);
        assertRefused(slices("{'type': 'Prepend', 'prepend': 'a'}", bert, "<s>"), text);
        assertRefused(slices(quotes.replace("``", "b "), bert, "<s>"), text);
        assertRefused(slices(quotes.replace("``", "b"), bert, "<s>"), text);
        assertRefused(slices(spaces.replace("2", "1"), bert, "<s>"), text);
        assertRefused(slices("null", bert, "ab cd"), text);
        assertRefused(slices("null", bert, "ab"), text); // and the space after it
        assertRefused(slices("null", bert, "<s>"), "ab\u00e9 cd ".repeat(SLICE).replace("d", "D"));
    }

    private static void assertRefused(TextSlices slices, String text) {
        assertThrows(IllegalStateException.class, () -> slices.begins(text));
    }
}
