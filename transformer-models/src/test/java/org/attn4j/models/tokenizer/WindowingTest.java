package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is cut, held against the tokenizers library's own truncation. */
class WindowingTest {

    private static final Map<Truncation, String> NAMES =
            Map.of(
                    Truncation.LONGEST_FIRST, "longest_first",
                    Truncation.ONLY_FIRST, "only_first",
                    Truncation.ONLY_SECOND, "only_second");

    private final Random random = new Random(7);

    private String words(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append((char) ('a' + random.nextInt(26))).append(' ');
        }
        return text.toString();
    }

    @Test
    void cutsAsTheLibraryDoes() throws Exception {
        Path file = Path.of(getClass().getResource("/goldens/tokenizers/tokenizer-json").toURI());
        int windows = 0;
        try (ModelTokenizer tokenizer = ModelTokenizer.load(file)) {
            for (int round = 0; round < 80; round++) {
                Truncation how = Truncation.values()[1 + random.nextInt(3)];
                int first = random.nextInt(25);
                String second = how == Truncation.ONLY_FIRST ? null : words(random.nextInt(25));
                boolean single = how == Truncation.ONLY_FIRST || random.nextInt(4) == 0;
                single &= how != Truncation.ONLY_SECOND;
                TextPair text = new TextPair(words(first), single ? null : second);
                int max = 6 + random.nextInt(30);
                int stride = single || how != Truncation.LONGEST_FIRST ? random.nextInt(3) : 0;
                EncodeOptions options =
                        EncodeOptions.DEFAULT.withTruncation(how, max).withStride(stride);
                boolean oneCut = single || how != Truncation.LONGEST_FIRST;
                List<long[]> expected;
                if (oneCut && tooLittleRoom(tokenizer, text, options)) {
                    continue; // The library would end the process.
                }
                try {
                    expected = library(file, text, NAMES.get(how), max, stride);
                } catch (RuntimeException e) {
                    assertThrows(
                            IllegalArgumentException.class, () -> tokenizer.encode(text, options));
                    continue;
                }
                assertArrayEquals(expected.get(0), tokenizer.encode(text, options).ids());
                if (oneCut) {
                    List<TokenizedText> got = tokenizer.windows(text, options);
                    assertEquals(expected.size(), got.size(), text + " " + options);
                    for (int i = 0; i < got.size(); i++) {
                        assertArrayEquals(expected.get(i), got.get(i).ids());
                    }
                    windows += got.size() - 1;
                }
            }
        }
        assertTrue(windows > 25, "windows " + windows);
    }

    private static boolean tooLittleRoom(
            ModelTokenizer tokenizer, TextPair text, EncodeOptions options) {
        try {
            tokenizer.windows(text, options);
            return false;
        } catch (IllegalArgumentException e) {
            return e.getMessage().contains("stride");
        }
    }

    private static List<long[]> library(Path folder, TextPair text, String how, int max, int stride)
            throws IOException {
        Map<String, String> options =
                Map.of(
                        "truncation",
                        how,
                        "maxLength",
                        Integer.toString(max),
                        "stride",
                        Integer.toString(stride),
                        "padding",
                        "false");
        try (InputStream in = Files.newInputStream(folder.resolve("tokenizer.json"));
                HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(in, options)) {
            Encoding encoding =
                    text.pair() == null
                            ? library.encode(text.text(), true, true)
                            : library.encode(text.text(), text.pair(), true, true);
            List<long[]> rows = new ArrayList<>(List.of(encoding.getIds()));
            for (Encoding more : encoding.getOverflowing()) {
                rows.add(more.getIds());
            }
            return rows;
        }
    }

    @Test
    void cutsTheStartWhereTheConfigurationWantsIt() {
        TokenizedText text =
                new TokenizedText(
                        new long[] {9, 1, 2, 3, 4, 5, 8},
                        new String[7],
                        new long[7],
                        new long[7],
                        new boolean[7],
                        new int[7][],
                        new int[7],
                        new int[] {-1, 0, 0, 0, 0, 0, -1});
        EncodeOptions options = EncodeOptions.upTo(5).withStride(1);
        Windowing left = new Windowing(text, options, Side.LEFT);

        assertArrayEquals(new long[] {9, 3, 4, 5, 8}, left.truncated().ids());
        assertArrayEquals(new long[] {9, 3, 4, 5, 8}, left.windows().get(0).ids());
        assertArrayEquals(new long[] {9, 1, 2, 3, 8}, left.windows().get(1).ids());
        assertEquals(2, left.windows().size());
    }
}
