package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTokenizerTest {

    @TempDir Path folder;

    private static final String JSON =
            """
            {"version": "1.0", "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
             "padding": null,
             "added_tokens": [
               {"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
               {"id": 4, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
               "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "b": 6, "##c": 7, "d": 8, "!": 9, "A": 10, "e": 11}}}
            """;

    private ModelTokenizer load(String config) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), JSON);
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        return ModelTokenizer.load(folder);
    }

    private ModelTokenizer bert() throws IOException {
        return load("{\"tokenizer_class\": \"BertTokenizerFast\", \"model_max_length\": 8}");
    }

    @Test
    void findsWhatIsSpecialInATextAndCountsOffsetsInChars() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            TokenizedText text = tokenizer.encode("bc 😀 [MASK] A!");

            assertArrayEquals(new long[] {2, 6, 7, 1, 4, 5, 9, 3}, text.ids());
            assertEquals(
                    "0-0 0-1 1-2 3-5 6-12 13-14 14-15 0-0",
                    Arrays.stream(text.offsets())
                            .map(o -> o[0] + "-" + o[1])
                            .collect(Collectors.joining(" ")));
            assertArrayEquals(new int[] {-1, 0, 0, 1, 2, 3, 4, -1}, text.wordIds());
            assertArrayEquals(new int[] {-1, 0, 0, 0, 0, 0, 0, -1}, text.sequenceIds());
            assertEquals(true, text.special()[0]);
            assertEquals(false, text.special()[4]);
        }
    }

    /**
     * "b!" is one word of those given and two tokens; a mark of direction is a word without one.
     */
    @Test
    void countsTheWordsThatAreGiven() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            TokenizedText words =
                    tokenizer.encodeWords(
                            List.of("a", "b!", "\u200e", "bc"), EncodeOptions.DEFAULT);

            assertArrayEquals(new long[] {2, 5, 6, 9, 6, 7, 3}, words.ids());
            assertArrayEquals(new int[] {-1, 0, 1, 1, 3, 3, -1}, words.wordIds());
        }
    }

    @Test
    void cutsTheLongerOfTwoTextsFirst() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            TokenizedText pair =
                    tokenizer.encode(new TextPair("a b d e a b d", "b b"), EncodeOptions.upTo(8));

            assertArrayEquals(new long[] {2, 5, 6, 8, 3, 6, 6, 3}, pair.ids());
            assertArrayEquals(new long[] {0, 0, 0, 0, 0, 1, 1, 1}, pair.typeIds());
            EncodeOptions second = EncodeOptions.DEFAULT.withTruncation(Truncation.ONLY_SECOND, 8);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> tokenizer.encode(new TextPair("a b d e a b d", "b b"), second));
        }
    }

    @Test
    void windowsOverlapAndRepeatTheOtherText() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            EncodeOptions options =
                    EncodeOptions.DEFAULT.withTruncation(Truncation.ONLY_SECOND, 7).withStride(1);
            List<TokenizedText> windows =
                    tokenizer.windows(new TextPair("a", "a b d e a b"), options);

            assertEquals(3, windows.size());
            assertArrayEquals(new long[] {2, 5, 3, 5, 6, 8, 3}, windows.get(0).ids());
            assertArrayEquals(new long[] {2, 5, 3, 8, 11, 5, 3}, windows.get(1).ids());
            assertArrayEquals(new long[] {2, 5, 3, 5, 6, 3}, windows.get(2).ids());
        }
    }

    @Test
    void padsAtEitherEnd() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            List<TextPair> texts = List.of(TextPair.of("a"), TextPair.of("a b d"));
            TokenizedBatch right = tokenizer.encodeBatch(texts, EncodeOptions.DEFAULT);
            assertArrayEquals(new long[] {2, 5, 3, 0, 0}, right.rows().get(0).ids());
            assertArrayEquals(new long[] {1, 1, 1, 0, 0}, right.rows().get(0).attentionMask());

            EncodeOptions left = EncodeOptions.DEFAULT.withPadding(Side.LEFT).withPaddingTo(0, 4);
            TokenizedBatch batch = tokenizer.encodeBatch(texts, left);
            assertEquals(8, batch.length());
            assertArrayEquals(
                    new long[] {0, 0, 0, 0, 0, 1, 1, 1}, batch.rows().get(0).attentionMask());
            assertEquals(
                    List.of("input_ids", "token_type_ids", "attention_mask"), batch.inputNames());
        }
    }

    @Test
    void heedsTheConfigurationBesideTheFile() throws IOException {
        String config =
                """
                {"tokenizer_class": "BertTokenizer", "do_lower_case": false, "padding_side": "left",
                 "bos_token": "<new>", "model_max_length": 1000000000000000019884624838656}
                """;
        try (ModelTokenizer tokenizer = load(config)) {
            assertArrayEquals(new long[] {2, 10, 5, 12, 3}, tokenizer.encode("A a <new>").ids());
            assertEquals(12, tokenizer.bosId().getAsInt());
            assertEquals(4, tokenizer.maskId().getAsInt());
            assertEquals(Side.LEFT, tokenizer.paddingSide());
            assertEquals(false, tokenizer.maxLength().isPresent());
        }
    }

    @Test
    void decodes() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            assertEquals("a bc!", tokenizer.decode(new long[] {2, 5, 6, 7, 9, 3, 99}, true));
            assertEquals("[CLS] a [SEP]", tokenizer.decode(new long[] {2, 5, 3}, false));
        }
    }

    @Test
    void aFileAloneTellsItsSpecialTokensByTheirUsualNames() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), JSON);
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            assertEquals(0, tokenizer.padId().getAsInt());
            assertEquals(4, tokenizer.maskId().getAsInt());
            assertEquals(2, tokenizer.clsId().getAsInt());
            assertEquals(3, tokenizer.sepId().getAsInt());
        }
    }

    @Test
    void severalThreadsMayUseIt() throws IOException {
        try (ModelTokenizer tokenizer = bert()) {
            long[] expected = tokenizer.encode("a b [MASK] d", "e a").ids();
            IntStream.range(0, 400)
                    .parallel()
                    .forEach(
                            i -> {
                                long[] ids = tokenizer.encode("a b [MASK] d", "e a").ids();
                                assertArrayEquals(expected, ids);
                            });
        }
    }

    /** The library would end the process over them. */
    @Test
    void refusesTemplatesThatCannotBeFilled() throws IOException {
        for (String[] change :
                new String[][] {
                    {"\"special_tokens\": {\"[CLS]\"", "\"special_tokens\": {\"[X]\""},
                    {"\"ids\": [2], ", "\"ids\": [], "},
                    {"{\"id\": \"A\", \"type_id\": 0}", "{\"id\": \"B\", \"type_id\": 0}"}
                }) {
            String damaged = JSON.replace(change[0], change[1]);
            assertFalse(damaged.equals(JSON), change[0]);
            Files.writeString(folder.resolve("tokenizer.json"), damaged);
            assertThrows(IOException.class, () -> ModelTokenizer.load(folder), change[1]);
        }
    }

    @Test
    void refusesClassesWhoseOlderFilesItCannotRead() throws IOException {
        Files.writeString(folder.resolve("vocab.txt"), "[UNK]\na\n");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}");
        IOException e = assertThrows(IOException.class, () -> ModelTokenizer.load(folder));
        assertTrue(e.getMessage().contains("BertJapaneseTokenizer"), e.getMessage());
    }

    @Test
    void saysWhatAFolderLacks() {
        IOException e = assertThrows(IOException.class, () -> ModelTokenizer.load(folder));
        assertEquals(true, e.getMessage().contains("tokenizer.json is needed"), e.getMessage());
    }

    /** A published tokenizer in both its forms, on texts of all scripts. */
    @Test
    void aVocabularyMakesTheTokenizerThatIsPublishedWithIt() throws IOException {
        Path published =
                Path.of(System.getProperty("attn4j.shared", "../../shared"))
                        .resolve("weights/minilm-tokenizer");
        assumeTrue(Files.isDirectory(published), "skipped: MiniLM is not on this machine");
        for (String name :
                List.of("vocab.txt", "tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(published.resolve(name), folder.resolve(name));
        }
        try (ModelTokenizer whole = ModelTokenizer.load(published);
                ModelTokenizer made = ModelTokenizer.load(folder)) {
            assertEquals(512, made.maxLength().getAsInt());
            assertEquals(whole.vocabularySize(), made.vocabularySize());
            assertEquals(whole.specialTokens(), made.specialTokens());
            Random random = new Random(3);
            for (int round = 0; round < 400; round++) {
                TextPair pair = new TextPair(text(random), round % 2 == 0 ? null : text(random));
                TokenizedText expected = whole.encode(pair, EncodeOptions.DEFAULT);
                TokenizedText got = made.encode(pair, EncodeOptions.DEFAULT);
                assertArrayEquals(expected.ids(), got.ids());
                assertArrayEquals(expected.tokens(), got.tokens());
                assertArrayEquals(expected.typeIds(), got.typeIds());
                assertArrayEquals(expected.offsets(), got.offsets());
                assertArrayEquals(expected.wordIds(), got.wordIds());
                assertEquals(whole.decode(got.ids(), true), made.decode(got.ids(), true));
            }
            assertArrayEquals(
                    new long[] {101, 7592, 1010, 2088, 2135, 999, 103, 102},
                    made.encode("Hello, worldly! [MASK]").ids());
        }
    }

    private static String text(Random random) {
        String[] words = {
            "The ", "river's ", "[MASK]", "[SEP] ", "É", "日本", "\uD83D\uDE00", "\t", "##ing "
        };
        StringBuilder text = new StringBuilder();
        int[] planes = {0x80, 0x250, 0x600, 0x3000, 0xA000, 0x20000};
        for (int i = random.nextInt(20); i > 0; i--) {
            int plane = planes[random.nextInt(planes.length)];
            if (random.nextBoolean()) {
                text.append(words[random.nextInt(words.length)]);
            } else {
                text.append(Character.toString(random.nextInt(plane)));
            }
        }
        return text.toString();
    }
}
