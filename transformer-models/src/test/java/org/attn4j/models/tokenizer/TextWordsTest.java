package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class TextWordsTest {

    private static final String LEARNED = "low lower slow slowest newer new wide";

    private static ModelTokenizer trained(TokenizerTrainingConfig config) throws IOException {
        TokenizerTrainer trainer = new TokenizerTrainer(config);
        trainer.addAll(Stream.of(LEARNED, LEARNED));
        return trainer.train().open();
    }

    private static ModelTokenizer published(String name) throws IOException {
        return ModelTokenizer.load(Path.of("src/test/resources/goldens/tokenizers", name));
    }

    private static int[] read(ModelTokenizer tokenizer, String text) {
        return TextWords.of(text).of(tokenizer.encode(text), 0);
    }

    private static int[] written(ModelTokenizer tokenizer, int... ids) {
        return tokenizer.words(ids, TextWords.of(tokenizer.decode(ids)));
    }

    @Test
    void wordsAreWhatWhiteSpaceParts() {
        TextWords words = TextWords.of(" the\tcat,  sat\n");
        assertEquals(List.of("the", "cat,", "sat"), words.words());
        int[] from = IntStream.rangeClosed(-1, 15).map(words::wordFrom).toArray();
        int[] expected = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, -1, -1};
        assertArrayEquals(expected, from);
        assertEquals(0, TextWords.of(" \n").size());
        assertEquals(List.of("a"), TextWords.of("a").words());
    }

    /** Each word of the text alone has the tokens that it has in the text. */
    @ParameterizedTest
    @EnumSource(value = PreTokenizer.class, mode = Mode.EXCLUDE, names = "CHARACTERS")
    void tokensOfTrainedVocabulariesAreOfTheirWords(PreTokenizer preTokenizer) throws IOException {
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.bpe(0, 6).withPreTokenizer(preTokenizer);
        try (ModelTokenizer tokenizer = trained(config)) {
            List<String> words = List.of("slower", "new", "wide", "lowest");
            String text = String.join(" ", words);
            int[] ids = tokenizer.ids(text);
            assertTrue(ids.length > words.size(), "some word must have several tokens");
            int[] expected =
                    IntStream.range(0, words.size())
                            .flatMap(i -> Arrays.stream(tokenizer.ids(words.get(i))).map(id -> i))
                            .toArray();
            assertArrayEquals(expected, withoutSpecial(read(tokenizer, text)));
            assertEquals(text, tokenizer.decode(ids));
            assertArrayEquals(expected, written(tokenizer, ids));
        }
    }

    private static int[] withoutSpecial(int[] words) {
        return Arrays.stream(words).filter(word -> word >= 0).toArray();
    }

    @Test
    void charactersAreOfTheirWordAndSpacesOfTheNext() throws IOException {
        try (ModelTokenizer tokenizer = trained(TokenizerTrainingConfig.characters())) {
            int[] ids = tokenizer.ids("new low");
            assertEquals(7, ids.length);
            int[] expected = {0, 0, 0, 1, 1, 1, 1};
            assertArrayEquals(expected, withoutSpecial(read(tokenizer, "new low")));
            assertArrayEquals(expected, written(tokenizer, ids));
        }
    }

    /** What is unknown stands in the text that is read, and not in the one that is written. */
    @Test
    void unknownWordsAreReadAndNotWritten() throws IOException {
        try (ModelTokenizer tokenizer = trained(TokenizerTrainingConfig.words())) {
            int[] ids = tokenizer.ids("new zebra low");
            assertEquals(tokenizer.unkId().orElseThrow(), ids[1]);
            assertArrayEquals(
                    new int[] {0, 1, 2}, withoutSpecial(read(tokenizer, "new zebra low")));
            assertEquals("new low", tokenizer.decode(ids));
            assertArrayEquals(new int[] {0, -1, 1}, written(tokenizer, ids));
        }
    }

    /** A token begins a word where it has the vocabulary's mark of one. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "bart", "roberta", "t5", "marian", "mbart", "xlm-roberta"})
    void tokensOfPublishedVocabulariesAreOfTheirWords(String name) throws IOException {
        String text = "the café naïve 😀 x";
        try (ModelTokenizer tokenizer = published(name)) {
            TokenizedText tokens = tokenizer.encode(text);
            int[] words = TextWords.of(text).of(tokens, 0);
            int word = 0;
            for (int i = 0; i < words.length; i++) {
                boolean first = i == 0 || tokens.special()[i - 1];
                boolean begins =
                        tokens.tokens()[i].startsWith("Ġ") || tokens.tokens()[i].startsWith("▁");
                word += begins && !first && !tokens.special()[i] ? 1 : 0;
                assertEquals(
                        tokens.special()[i] ? -1 : word,
                        words[i],
                        Arrays.toString(tokens.tokens()) + Arrays.toString(words));
            }
            int[] ids = tokenizer.ids(text);
            TextWords decoded = TextWords.of(tokenizer.decode(ids));
            if (decoded.words().equals(TextWords.of(text).words())) {
                assertArrayEquals(withoutSpecial(words), written(tokenizer, ids));
            }
        }
    }

    /** BERT's decoder puts spaces between tokens, and the configuration takes some out again. */
    @Test
    void cleanedUpPunctuationIsOfTheWordThatItIsWrittenTo(@TempDir Path folder) throws IOException {
        Path bert = Path.of("src/test/resources/goldens/tokenizers/bert-uncased");
        for (String name : List.of("vocab.txt", "config.json")) {
            Files.copy(bert.resolve(name), folder.resolve(name));
        }
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true,"
                        + " \"clean_up_tokenization_spaces\": true}");
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            int[] ids = tokenizer.ids("the cat, it's.");
            assertEquals("the cat, it's.", tokenizer.decode(ids));
            assertArrayEquals(new int[] {0, 1, 1, 2, 2, 2, 2}, written(tokenizer, ids));
        }
    }

    @Test
    void tokensOfAPrefixAndSpecialOnesAreOfNoWord() throws IOException {
        String prefix = "read: ";
        try (ModelTokenizer tokenizer = published("t5")) {
            TokenizedText tokens = tokenizer.encode(prefix + "the cat");
            int[] words = TextWords.of("the cat").of(tokens, prefix.length());
            int before = tokenizer.ids("read:").length;
            for (int i = 0; i < before; i++) {
                assertEquals(-1, words[i], Arrays.toString(tokens.tokens()));
            }
            assertEquals(0, words[before], Arrays.toString(tokens.tokens()));
            assertEquals(1, words[words.length - 2]);
            assertEquals(-1, words[words.length - 1]);
            int[] ids = Arrays.stream(tokens.ids()).mapToInt(Math::toIntExact).toArray();
            assertEquals(-1, written(tokenizer, ids)[ids.length - 1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"BPE", "WORD", "CHARACTER"})
    void nothingIsWrittenOfNoTokens(Kind kind) throws IOException {
        try (ModelTokenizer tokenizer =
                trained(
                        kind == Kind.BPE
                                ? TokenizerTrainingConfig.bpe(0, 3)
                                : kind == Kind.WORD
                                        ? TokenizerTrainingConfig.words()
                                        : TokenizerTrainingConfig.characters())) {
            assertArrayEquals(new int[0], written(tokenizer));
        }
    }
}
